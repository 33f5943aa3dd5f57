// The timeline of a run: the cursor among its steps, marks where something happened, and what the step is in words.

import { indexOf } from "../../trace/state-at.ts";
import type { Mark, MarkKind } from "../../trace/state-at.ts";
import type { Trace } from "../../trace/trace.ts";
import { answerText, callHead, millisText } from "../../trace/words.ts";
import type { Grid } from "../render/grid.ts";
import type { Theme } from "../theme.ts";
import { putSpans } from "../widgets/spans.ts";
import type { Span } from "../widgets/spans.ts";
import { scrubber, scrubberAt } from "../widgets/scrubber.ts";
import type { ScrubberMark } from "../widgets/scrubber.ts";

/** Marks wanted at most: a run of a million steps has more than columns. */
const MARKS_MAX = 2000;

export interface ScrubberState {
  readonly trace: Trace;
  /** A packet in a few words. */
  readonly label: (packet: number) => string;
  readonly step: number;
  readonly focused: boolean;
}

/** Paints the timeline into the first rows of `grid` and, if there is one more, what happens at the cursor below it. */
export function scrubberPane(grid: Grid, theme: Theme, state: ScrubberState): void {
  const { trace, step } = state;
  const lines = grid.height >= 3 ? 2 : 1;
  const area = grid.sub(1, 0, grid.width - 2, lines);
  const marks = marksOf(trace, theme);
  scrubber(area, theme, { start: 0, end: trace.length - 1, cursor: step, marks, focused: true });
  if (grid.height > lines) putSpans(grid, 1, lines, stepWords(state, theme), grid.width - 2);
}

/** The step a click at column `x` of the pane means. */
export function scrubberStep(trace: Trace, x: number, width: number): number {
  return Math.round(scrubberAt({ start: 0, end: trace.length - 1 }, x - 1, width - 2));
}

/** What happens at the cursor, in words. */
export function stepWords(state: ScrubberState, theme: Theme): Span[] {
  const { trace, step, label } = state;
  if (step < 0) return [{ text: "an empty trace", attr: theme.muted }];
  const spans: Span[] = [
    { text: `${step + 1}/${trace.length} `, attr: theme.muted },
    { text: ` ${millisText(trace.timeNs(step))} ms  `, attr: theme.strong },
  ];
  const entry = lastNotable(trace, step);
  if ("packet" in entry) {
    const { from, to } = trace.transits[entry.packet] ?? { from: "", to: "" };
    const way = from === "" ? "" : `${from} → ${to}  `;
    spans.push({ text: way, attr: theme.accent }, { text: label(entry.packet), attr: theme.text });
    return spans;
  }
  const event = trace.events[entry.event];
  switch (event.kind) {
    case "call":
      spans.push(
        { text: `${event.socket} `, attr: theme.accent },
        { text: callHead(event), attr: theme.text },
      );
      break;
    case "return": {
      const call = indexOf(trace).call(event.callId);
      if (call === null) break;
      spans.push(
        { text: `${call.socket} `, attr: theme.accent },
        { text: callHead(call), attr: theme.text },
        {
          text: ` → ${answerText(call) ?? ""}`,
          attr: event.error === undefined ? theme.string : theme.error,
        },
      );
      break;
    }
    case "state":
      spans.push(
        { text: `${event.host} `, attr: theme.accent },
        { text: `${event.from} → ${event.to}`, attr: theme.sim },
      );
      break;
    case "arrive":
      spans.push(
        { text: `${event.host} `, attr: theme.accent },
        { text: `receives ${label(event.packet)}`, attr: theme.text },
      );
      break;
    case "drop":
      spans.push(
        { text: `dropped at ${event.where}: ${event.reason}`, attr: theme.error },
        { text: `  ${label(event.packet)}`, attr: theme.muted },
      );
      break;
    case "timer":
      spans.push(
        { text: `${event.host} `, attr: theme.accent },
        { text: `${event.timer} timer`, attr: theme.warn },
      );
      break;
    case "log":
      spans.push({ text: `${event.host} `, attr: theme.accent }, { text: event.text, attr: theme.string });
      break;
    case "exit":
      spans.push(
        { text: `${event.host} `, attr: theme.accent },
        { text: event.error ?? "program ends", attr: event.error === null ? theme.muted : theme.error },
      );
      break;
    case "intervention":
      spans.push({ text: event.text, attr: theme.info });
      break;
    case "buffers":
      break;
  }
  return spans;
}

/** The step itself, or the one before it that it only adds queues to. */
export function lastNotable(trace: Trace, step: number): ReturnType<Trace["step"]> {
  for (let at = step; at >= 0; at--) {
    const entry = trace.step(at);
    if ("packet" in entry || trace.events[entry.event].kind !== "buffers") return entry;
  }
  return trace.step(step);
}

/** The marks last made, and of what: a trace's are the same from frame to frame. */
let made: {
  readonly trace: Trace;
  readonly length: number;
  readonly theme: Theme;
  readonly shown: readonly ScrubberMark[];
} | null = null;

function marksOf(trace: Trace, theme: Theme): readonly ScrubberMark[] {
  const { marks } = indexOf(trace);
  if (made?.trace === trace && made.length === marks.length && made.theme === theme) return made.shown;
  const shown = makeMarks(marks, theme);
  made = { trace, length: marks.length, theme, shown };
  return shown;
}

function makeMarks(marks: readonly Mark[], theme: Theme): ScrubberMark[] {
  const stride = Math.ceil(marks.length / MARKS_MAX);
  const shown: ScrubberMark[] = [];
  for (let i = 0; i < marks.length; i += Math.max(1, stride)) {
    const { step, kind } = marks[i];
    shown.push({ at: step, ...markOf(kind, theme) });
  }
  // What was lost or failed must not hide behind a state that changed in the same column.
  return shown.sort((a, b) => weight(a.char) - weight(b.char));
}

function markOf(kind: MarkKind, theme: Theme): { char: string; attr: number } {
  switch (kind) {
    case "drop":
      return { char: "✗", attr: theme.error };
    case "error":
      return { char: "!", attr: theme.error };
    case "exit":
      return { char: "▪", attr: theme.muted };
    case "intervention":
      return { char: "◆", attr: theme.info };
    case "state":
      return { char: "·", attr: theme.sim };
  }
}

function weight(char: string): number {
  return "·▪◆!✗".indexOf(char);
}
