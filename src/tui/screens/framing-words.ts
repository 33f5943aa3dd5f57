// A step of a counterexample in words: the chunk pushed, and what the decoder answered.

import type { Played } from "../../framing/report/report.ts";
import { framesOut, lastStepOf, playable, progressAt, streamOf } from "../framing-cursor.ts";
import type { LawRow } from "../framing-cursor.ts";
import type { Theme } from "../theme.ts";
import type { Span } from "../widgets/spans.ts";

/** Bytes of a chunk written out, and frames named. */
const BYTES_SHOWN = 8;
const FRAMES_SHOWN = 6;

/** The calls up to `step`, newest last, each a line: a transcript of the decoder. At most `max` of them, the newest. */
export function callLines(
  played: Played,
  bytes: Uint8Array,
  step: number,
  max: number,
  theme: Theme,
): Span[][] {
  const lines: Span[][] = [];
  for (let at = Math.max(1, step - max + 1); at <= step; at++) {
    const now = at === step;
    const number = { text: `${String(at).padStart(3)}  `, attr: theme.faint };
    lines.push([
      number,
      { text: callText(played, bytes, at), attr: now ? theme.strong : theme.text },
      { text: "  → ", attr: theme.muted },
      ...answer(played, at, theme),
    ]);
  }
  return lines;
}

/** `push(00 03 61)`, or `end()`. */
function callText(played: Played, bytes: Uint8Array, step: number): string {
  const { from, to, ended } = progressAt(played, bytes.length, step);
  if (ended) return "end()";
  const hex = Buffer.from(bytes.subarray(from, Math.min(to, from + BYTES_SHOWN))).toString("hex");
  const shown = (hex.match(/../g) ?? []).join(" ");
  return `push(${shown}${to - from > BYTES_SHOWN ? " …" : ""})`;
}

/** What happens at `step` of the law's counterexample. */
export function stepWords(row: LawRow, step: number, theme: Theme): Span[] {
  const counterexample = playable(row);
  if (counterexample === null) return [{ text: "no stream to step through", attr: theme.muted }];
  const last = lastStepOf(counterexample);
  const bytes = streamOf(counterexample);
  const spans: Span[] = [{ text: `${step}/${last}  `, attr: theme.muted }];
  const { steps, from, to, ended } = progressAt(counterexample, bytes.length, step);
  if (steps === 0) {
    const chunks = counterexample.cuts.length + 1;
    const text = `nothing pushed yet: ${counted(bytes.length, "byte")} in ${counted(chunks, "chunk")}`;
    return [...spans, { text, attr: theme.text }];
  }
  const size = from === to ? `empty, at byte ${from}` : counted(to - from, "byte");
  const what = ended
    ? "the stream has ended"
    : `chunk ${steps} of ${counterexample.cuts.length + 1}, ${size}`;
  spans.push(
    { text: `${callText(counterexample, bytes, step)}  `, attr: theme.accent },
    { text: what, attr: theme.text },
  );
  spans.push({ text: "  → ", attr: theme.muted }, ...answer(counterexample, steps, theme));
  return spans;
}

function answer({ actual, errors, hang }: Played, steps: number, theme: Theme): Span[] {
  const from = framesOut(actual, steps - 1);
  const to = framesOut(actual, steps);
  const spans: Span[] = actual
    .slice(from, Math.min(to, from + FRAMES_SHOWN))
    .map(({ text }) => ({ text: `${text} `, attr: theme.string }));
  if (to - from > FRAMES_SHOWN)
    spans.push({ text: `and ${to - from - FRAMES_SHOWN} more `, attr: theme.muted });
  for (const { message, chunk } of errors)
    if (chunk === steps - 1) spans.push({ text: `${message} `, attr: theme.error });
  if (hang?.chunk === steps - 1) spans.push({ text: `the decoder ${hang.kind}`, attr: theme.error });
  return spans.length === 0 ? [{ text: "no frame", attr: theme.muted }] : spans;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
