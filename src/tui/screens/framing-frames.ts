// Frames sent against frames that came out, one a line, growing with the chunks: where they part, and what is still awaited.

import type { Counterexample } from "../../framing/report/report.ts";
import { comparesFrames, framesOut, lastStepOf, progressAt, streamOf } from "../framing-cursor.ts";
import type { Grid } from "../render/grid.ts";
import type { Theme } from "../theme.ts";
import { scrollbar, scrollTo } from "../widgets/scroll.ts";
import type { Span } from "../widgets/spans.ts";
import { frameColor } from "./framing-stream.ts";

/** Cells a frame is shown in at most. */
const FRAME_CELLS = 60;

export interface FrameLine {
  readonly sent: Span | null;
  readonly mark: Span;
  readonly out: Span;
  readonly note: string;
}

/** `chunk 2`, or `at the end`. */
export function whereText(chunk: number, cuts: readonly number[]): string {
  return chunk > cuts.length ? "at the end" : `chunk ${chunk + 1}`;
}

/** The lines of the table after `step`. */
export function frameLines(counterexample: Counterexample, step: number, theme: Theme): FrameLine[] {
  const { expected, actual, errors, hang, cuts } = counterexample;
  const { length } = streamOf(counterexample);
  const progress = progressAt(counterexample, length, step);
  const over = step >= lastStepOf(counterexample);
  const out = framesOut(actual, progress.steps);
  const compares = comparesFrames(counterexample);
  const lines: FrameLine[] = [];
  for (let i = 0; i < Math.max(expected?.length ?? 0, out); i++) {
    const frame = expected?.[i];
    const sent: Span | null =
      frame === undefined
        ? expected === null
          ? null
          : { text: compares ? "nothing" : "", attr: theme.muted }
        : { text: frame.text, attr: frameColor(theme, i) };
    if (i < out) {
      const { text, chunk } = actual[i];
      const same = compares && frame?.text === text;
      const mark: Span = !compares
        ? { text: "·", attr: theme.muted }
        : same
          ? { text: "=", attr: theme.ok }
          : { text: "≠", attr: theme.error };
      const attr = !compares ? theme.text : same ? theme.ok : theme.error;
      lines.push({ sent, mark, out: { text, attr }, note: whereText(chunk, cuts) });
    } else if (frame !== undefined)
      lines.push({ sent, ...awaited(frame, progress.offset, over, compares, theme) });
  }
  for (const { message, chunk } of errors) {
    if (chunk >= progress.steps) continue;
    lines.push({
      sent: null,
      mark: { text: "!", attr: theme.error },
      out: { text: message, attr: theme.error },
      note: whereText(chunk, cuts),
    });
  }
  if (hang !== null && hang.chunk < progress.steps) {
    lines.push({
      sent: null,
      mark: { text: "∞", attr: theme.error },
      out: { text: `the decoder ${hang.kind}`, attr: theme.error },
      note: whereText(hang.chunk, cuts),
    });
  }
  return lines;
}

/** What stands for a frame that is not out. */
function awaited(
  { start, end }: { readonly start: number; readonly end: number },
  offset: number,
  over: boolean,
  compares: boolean,
  theme: Theme,
): Omit<FrameLine, "sent"> {
  if (over && compares)
    return {
      mark: { text: "✗", attr: theme.error },
      out: { text: "never came out", attr: theme.error },
      note: "",
    };
  if (end <= offset)
    return {
      mark: { text: "…", attr: theme.warn },
      out: { text: "not out, though all its bytes are in", attr: theme.warn },
      note: "",
    };
  const here = Math.max(0, offset - start);
  return {
    mark: { text: "·", attr: theme.faint },
    out: { text: `${here} of its ${end - start} bytes are in`, attr: theme.faint },
    note: "",
  };
}

/** Paints the table: a heading, and as many lines as fit, the newest difference among them. */
export function framesTable(grid: Grid, theme: Theme, counterexample: Counterexample, step: number): void {
  if (grid.height < 1) return;
  const lines = frameLines(counterexample, step, theme);
  const withSent = counterexample.expected !== null;
  const numberCells = Math.max(2, String(lines.length).length + 1);
  const noteCells = 11;
  const room = grid.width - 2 - numberCells - noteCells - 3;
  const sentCells = withSent ? Math.max(6, Math.min(longestSent(lines) + 1, Math.floor(room * 0.5))) : 0;
  const sentX = 1 + numberCells;
  const markX = sentX + sentCells;
  const outX = markX + 2;
  const noteX = Math.min(grid.width - 1 - noteCells, outX + FRAME_CELLS + 2);
  grid.put(1, 0, "#", theme.header);
  if (withSent) grid.put(sentX, 0, "sent", theme.header, sentCells);
  grid.put(outX, 0, "came out", theme.header);
  grid.put(noteX, 0, "with", theme.header);
  const rows = grid.height - 1;
  if (lines.length === 0 && rows > 0) grid.put(outX, 1, "nothing yet", theme.faint);
  const top = scrollTo(0, topic(lines), rows, lines.length);
  for (let row = 0; row < rows && top + row < lines.length; row++) {
    const { sent, mark, out, note } = lines[top + row];
    const y = 1 + row;
    const frame =
      sent !== null || (counterexample.expected === null && mark.text !== "!" && mark.text !== "∞");
    if (frame) grid.put(1, y, String(top + row + 1), theme.muted, numberCells - 1);
    if (sent !== null) grid.put(sentX, y, sent.text, sent.attr, sentCells - 1);
    grid.put(markX, y, mark.text, mark.attr, 1);
    grid.put(outX, y, out.text, out.attr, noteX - outX - 1 + (note === "" ? noteCells : 0));
    if (note !== "") grid.put(noteX, y, note, theme.muted, noteCells);
  }
  scrollbar(grid.sub(0, 1, grid.width, rows), theme, 0, rows, top, lines.length);
}

function longestSent(lines: readonly FrameLine[]): number {
  return lines.reduce((most, { sent }) => Math.max(most, sent?.text.length ?? 0), 6);
}

/** The line one wants to see: the first that is wrong, else the newest frame. */
function topic(lines: readonly FrameLine[]): number {
  const wrong = lines.findIndex(({ mark }) => "≠✗!∞".includes(mark.text));
  if (wrong !== -1) return Math.min(lines.length - 1, wrong + 1);
  return lines.findLastIndex(({ mark }) => mark.text === "=");
}
