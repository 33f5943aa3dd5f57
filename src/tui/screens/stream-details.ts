// Beside the picture of a stream: what happened to the byte under the cursor, the calls around it, and the frames.

import { indexOf, NEVER } from "../../trace/state-at.ts";
import { durationText, millisText } from "../../trace/words.ts";
import type { Grid } from "../render/grid.ts";
import { onBackground } from "../render/grid.ts";
import type { Model } from "../model.ts";
import type { Theme } from "../theme.ts";
import { scrollbar, scrollTo } from "../widgets/scroll.ts";
import { putSpans } from "../widgets/spans.ts";
import type { Span } from "../widgets/spans.ts";
import { flowBytes, segmentsWithin } from "./flow-bytes.ts";
import { endsShown, sideShown } from "./flow-data.ts";
import { shownTrace } from "./packet-data.ts";
import { callsOf, pieceAt, pieceOf } from "./stream-calls.ts";
import type { CallPiece } from "./stream-calls.ts";
import { byteShown, lengthShown, progressShown } from "./stream-data.ts";
import { codecShown, frameAfter, framesOf } from "./stream-frames.ts";
import { frameAttr } from "./stream-lanes.ts";

/** Cells of the words at the left. */
const NAME_CELLS = 7;

/** Everything known of the byte the cursor is on, a line each. */
export function byteDetails(model: Model, theme: Theme): Span[][] {
  const offset = byteShown(model);
  if (offset < 0) return [[{ text: "nothing was sent this way", attr: theme.muted }]];
  const side = sideShown(model);
  const calls = callsOf(model);
  const { bytes, known } = flowBytes(side, offset, offset + 1);
  const name = (text: string): Span => ({ text: text.padEnd(NAME_CELLS), attr: theme.muted });
  const lines: Span[][] = [
    [
      name("byte"),
      { text: `${offset} of ${lengthShown(model)}`, attr: theme.strong },
      {
        text:
          known[0] === 1
            ? `  0x${bytes[0].toString(16).padStart(2, "0")}  ${charText(bytes[0])}`
            : calls === null
              ? "  not captured"
              : "  not on the wire",
        attr: theme.string,
      },
    ],
  ];
  const send = calls === null ? null : pieceOf(calls.sends, offset);
  if (calls === null)
    lines.push([name("sent"), { text: "a capture does not tell of calls", attr: theme.muted }]);
  else if (send !== null) lines.push([name("sent"), ...callSpans(send, theme)]);
  for (const at of segmentsWithin(side, offset, offset + 1))
    lines.push([name(side.isCarried ? "record" : "wire"), ...segmentSpans(model, theme, at)]);
  const recv = calls === null ? null : pieceOf(calls.recvs, offset);
  if (calls !== null) {
    lines.push([
      name("read"),
      ...(recv === null ? [{ text: "never", attr: theme.pending }] : callSpans(recv, theme)),
    ]);
  }
  const frames = framesOf(model);
  const frame = frames?.frames[frameAfter(frames.frames, offset)];
  if (frame !== undefined && offset >= frame.start) {
    lines.push([
      name(`frame`),
      { text: `${frame.number}  `, attr: theme.strong },
      { text: frame.text, attr: frameAttr(theme, frame.number) },
    ]);
  } else if (frames !== null) {
    const words = frames.problem === null ? "none ends here" : `none: ${frames.problem.message}`;
    lines.push([name("frame"), { text: words, attr: frames.problem === null ? theme.muted : theme.error }]);
  }
  return lines;
}

/** Paints the lines of `byteDetails`, as many as fit. */
export function detailsPane(grid: Grid, theme: Theme, model: Model): void {
  for (const [y, line] of byteDetails(model, theme).slice(0, grid.height).entries()) {
    putSpans(grid, 1, y, line, grid.width - 2);
  }
}

function rangeText({ start, end }: CallPiece): string {
  if (end === start) return "end";
  return end === start + 1 ? String(start) : `${start}-${end - 1}`;
}

function bytesText(count: number): string {
  return count === 1 ? "1 byte" : `${count} bytes`;
}

function charText(byte: number): string {
  const names: Readonly<Record<number, string>> = {
    9: "tab",
    10: "line feed",
    13: "carriage return",
    32: "space",
  };
  return names[byte] ?? (byte > 0x20 && byte < 0x7f ? `'${String.fromCharCode(byte)}'` : "");
}

function callSpans({ number, call, start, end }: CallPiece, theme: Theme): Span[] {
  const when = call.endNs === null ? "waits" : `${millisText(call.endNs)} ms`;
  return [
    { text: `${call.call} ${number}`, attr: theme.strong },
    { text: `  ${bytesText(end - start)} by ${call.socket}, ${when}`, attr: theme.text },
  ];
}

function segmentSpans(model: Model, theme: Theme, at: number): Span[] {
  const trace = shownTrace(model);
  const side = sideShown(model);
  const index = indexOf(trace);
  const row = side.rows[at];
  const leftNs = trace.packetNs(row);
  const spans: Span[] = [
    { text: `#${row + 1}`, attr: theme.strong },
    { text: `  ${bytesText(side.lengths[at])} at ${millisText(leftNs)} ms`, attr: theme.text },
  ];
  if (side.fresh[at] < side.lengths[at]) spans.push({ text: "  ↻ again", attr: theme.warn });
  if (index.dropStep(row) !== NEVER) {
    const fate = index.fate(trace, row, trace.length - 1);
    if (fate.kind === "dropped")
      spans.push({ text: `  ✗ ${fate.reason} at ${fate.where}`, attr: theme.error });
  } else if (index.arriveStep(row) !== NEVER) {
    const ns = trace.timeNs(index.arriveStep(row)) - leftNs;
    spans.push({ text: `  there after ${durationText(ns)}`, attr: theme.muted });
  }
  return spans;
}

/** Paints the sends and the recvs beside each other, those at the cursor lit. */
export function callsPane(grid: Grid, theme: Theme, model: Model): void {
  const calls = callsOf(model);
  if (calls === null) {
    const why =
      endsShown(model) === null
        ? "no stream, no calls on it"
        : "a capture has packets only: calls are unknown";
    grid.put(1, 0, why, theme.muted);
    return;
  }
  const half = Math.floor(grid.width / 2);
  const { step } = progressShown(model);
  const offset = byteShown(model);
  const column = (x: number, width: number, title: string, pieces: readonly CallPiece[]): void => {
    const view = grid.sub(x, 0, width, grid.height);
    const total = pieces.at(-1)?.end ?? 0;
    view.put(
      1,
      0,
      `${pieces.length} ${title}${pieces.length === 1 ? "" : "s"}, ${bytesText(total)}`,
      theme.header,
    );
    const rows = grid.height - 1;
    const at = pieceAt(pieces, offset);
    const timeOf = ({ call }: CallPiece): string =>
      millisText(title === "send" ? call.timeNs : (call.endNs ?? call.timeNs));
    // Times grow downwards.
    const last = pieces.at(-1);
    const timeCells = last === undefined ? 0 : Math.max(5, timeOf(last).length);
    const top = scrollTo(0, Math.min(pieces.length - 1, at + 1), rows, pieces.length);
    for (let y = 0; y < rows && top + y < pieces.length; y++) {
      const piece = pieces[top + y];
      const lit = offset >= piece.start && offset < piece.end;
      const ground = lit ? theme.selectedBlur : theme.background;
      const begun = (title === "send" ? piece.call.beginStep : piece.call.endStep) <= step;
      const on = (attr: number): number => onBackground(begun ? attr : theme.faint, ground);
      view.fill(0, 1 + y, view.width - 1, 1, ground);
      putSpans(
        view,
        1,
        1 + y,
        [
          { text: String(piece.number).padStart(3), attr: on(theme.strong) },
          { text: ` ${timeOf(piece).padStart(timeCells)}`, attr: on(theme.muted) },
          { text: `${String(piece.end - piece.start).padStart(6)} B `, attr: on(theme.number) },
          {
            text: rangeText(piece),
            attr: on(theme.text),
          },
        ],
        view.width - 3,
      );
    }
    scrollbar(view, theme, 1, rows, top, pieces.length);
  };
  column(0, half, "send", calls.sends);
  column(half, grid.width - half, "recv", calls.recvs);
}

/** Paints the frames, the one at the cursor lit. */
export function framesPane(grid: Grid, theme: Theme, model: Model): void {
  const frames = framesOf(model);
  if (frames === null) {
    const words = model.codecs === null ? "reading" : "m chooses a framing";
    grid.put(1, 0, codecShown(model) === null ? words : "", theme.muted);
    return;
  }
  const offset = byteShown(model);
  const { read } = progressShown(model);
  const problem = frames.problem === null ? 0 : 1;
  const at = Math.min(frames.frames.length - 1 + problem, frameAfter(frames.frames, offset));
  const top = scrollTo(0, at, grid.height, frames.frames.length + problem);
  for (let y = 0; y < grid.height && top + y < frames.frames.length + problem; y++) {
    const frame = frames.frames[top + y];
    if (frame === undefined) {
      grid.put(1, y, `! ${frames.problem?.message ?? ""}`, theme.error, grid.width - 2);
      continue;
    }
    const lit = offset >= frame.start && offset < frame.end;
    const ground = lit ? theme.selectedBlur : theme.background;
    const out = frame.end <= read;
    const on = (attr: number): number => onBackground(out ? attr : theme.faint, ground);
    grid.fill(0, y, grid.width - 1, 1, ground);
    putSpans(
      grid,
      1,
      y,
      [
        { text: String(frame.number).padStart(4), attr: on(theme.strong) },
        { text: `  ${String(frame.end - frame.start).padStart(5)} B  `, attr: on(theme.number) },
        { text: frame.text, attr: on(frameAttr(theme, frame.number)) },
      ],
      grid.width - 3,
    );
  }
  scrollbar(grid, theme, 0, grid.height, top, frames.frames.length + problem);
}
