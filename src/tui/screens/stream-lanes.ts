// What lies along a stream's bytes, a lane each: sends above them, segments, recvs and frames below. A piece is a bracket over its bytes.

import { indexOf, NEVER } from "../../trace/state-at.ts";
import type { Trace } from "../../trace/trace.ts";
import type { Grid } from "../render/grid.ts";
import { textWidth } from "../render/width.ts";
import type { Theme } from "../theme.ts";
import { segmentsWithin } from "./flow-bytes.ts";
import type { FlowSide } from "./flow-side.ts";
import { piecesWithin } from "./stream-calls.ts";
import type { StreamCalls } from "./stream-calls.ts";
import type { Progress } from "./stream-data.ts";
import { frameAfter } from "./stream-frames.ts";
import type { StreamFrames } from "./stream-frames.ts";

/** Corners and line of a bracket. */
type Shape = readonly [left: string, line: string, right: string];

export const SENT: Shape = ["╭", "─", "╮"];
export const READ: Shape = ["╰", "─", "╯"];
export const WIRE: Shape = ["├", "─", "┤"];
export const BROKEN: Shape = ["├", "╌", "┤"];
const FRAME: Shape = ["╘", "═", "╛"];

/** Lanes of segments at most in a row of bytes. */
const SEGMENT_LANES_MAX = 4;

export interface LanePiece {
  readonly start: number;
  readonly end: number;
  readonly shape: Shape;
  /** What stands in the bracket: the first of these that fits. */
  readonly labels: readonly string[];
  readonly attr: number;
}

export interface Lane {
  readonly name: string;
  readonly pieces: readonly LanePiece[];
}

/** What the lanes are made of. */
export interface Lanes {
  readonly trace: Trace;
  readonly side: FlowSide;
  readonly calls: StreamCalls | null;
  readonly frames: StreamFrames | null;
  readonly progress: Progress;
}

/** The sends with any of bytes [start, end); null where calls are unknown. */
export function sendLane({ calls, progress }: Lanes, theme: Theme, start: number, end: number): Lane | null {
  if (calls === null) return null;
  const pieces = piecesWithin(calls.sends, start, end).map(({ number, call, start: from, end: to }) => ({
    start: from,
    end: to,
    shape: SENT,
    labels: [`${call.call} ${number}: ${to - from} B`, `${call.call} ${number}`, String(number)],
    attr: call.beginStep > progress.step ? theme.faint : theme.strong,
  }));
  return { name: "sent", pieces };
}

/** The recvs with any of bytes [start, end); null where calls are unknown. */
export function recvLane({ calls, progress }: Lanes, theme: Theme, start: number, end: number): Lane | null {
  if (calls === null) return null;
  const pieces = piecesWithin(calls.recvs, start, end).map(({ number, call, start: from, end: to }) => {
    const max = typeof call.args[0] === "number" ? call.args[0] : null;
    const asked = max === null ? "" : `recv ${number}: ${to - from} of ${max} B`;
    return {
      start: from,
      end: to,
      shape: READ,
      labels: [asked, `recv ${number}: ${to - from} B`, `recv ${number}`, String(number)],
      attr: call.endStep > progress.step ? theme.faint : theme.ok,
    };
  });
  return { name: "read", pieces };
}

/** The segments with any of bytes [start, end): what was sent again lies below what was sent first. */
export function segmentLanes(
  { trace, side, progress }: Lanes,
  theme: Theme,
  start: number,
  end: number,
): Lane[] {
  const index = indexOf(trace);
  const lanes: { readonly pieces: LanePiece[] }[] = [];
  let hidden = 0;
  for (const at of segmentsWithin(side, start, end)) {
    const row = side.rows[at];
    const from = side.starts[at];
    const to = from + side.lengths[at];
    const again = side.fresh[at] < side.lengths[at];
    const lost = index.dropStep(row) !== NEVER;
    const left = index.packetStep(row) <= progress.step;
    const arrived = !index.hasArrivals || index.arriveStep(row) <= progress.step;
    const mark = lost ? "✗ " : again ? "↻ " : "";
    const attr = !left
      ? theme.faint
      : lost && index.dropStep(row) <= progress.step
        ? theme.error
        : again
          ? theme.warn
          : arrived
            ? theme.accent
            : theme.pending;
    const piece: LanePiece = {
      start: from,
      end: to,
      shape: lost ? BROKEN : WIRE,
      labels: [
        `${mark}#${row + 1}: ${to - from} B`,
        `${mark}#${row + 1}`,
        `${mark.trim()}${row + 1}`,
        mark.trim(),
      ],
      attr,
    };
    // Segments come in the order they were sent: the first lane is what was new, those below it what came again.
    const lane = lanes.find(({ pieces }) => pieces.every((other) => other.end <= from || other.start >= to));
    if (lane !== undefined) lane.pieces.push(piece);
    else if (lanes.length < SEGMENT_LANES_MAX) lanes.push({ pieces: [piece] });
    else hidden++;
  }
  return lanes.map(({ pieces }, i) => ({
    name:
      i === 0
        ? side.isCarried
          ? "records"
          : "wire"
        : i === SEGMENT_LANES_MAX - 1 && hidden > 0
          ? `+${hidden}`
          : "",
    pieces,
  }));
}

/** The frames with any of bytes [start, end); null without a codec. */
export function frameLane(
  { frames, progress }: Lanes,
  theme: Theme,
  start: number,
  end: number,
): Lane | null {
  if (frames === null) return null;
  const pieces: LanePiece[] = [];
  for (let at = frameAfter(frames.frames, start); at < frames.frames.length; at++) {
    const { number, start: from, end: to, text } = frames.frames[at];
    if (from >= end) break;
    pieces.push({
      start: from,
      end: to,
      shape: FRAME,
      labels: [`${number}: ${text}`, String(number)],
      attr: to > progress.read ? theme.faint : frameAttr(theme, number),
    });
  }
  const { problem } = frames;
  if (problem !== null && problem.offset >= start && problem.offset < end) {
    const labels = [`! ${problem.message}`, "!"];
    pieces.push({ start: problem.offset, end: Infinity, shape: FRAME, labels, attr: theme.error });
  }
  return { name: "frames", pieces };
}

/** The colour of frame `number`, counted from 1. */
export function frameAttr(theme: Theme, number: number): number {
  return theme.series[(number - 1) % theme.series.length];
}

/**
 * Paints a lane into row `y` of `grid`. `column` gives the column of a byte's first cell; a piece ends `gap` cells before that of the byte
 * behind it.
 */
export function paintLane(
  grid: Grid,
  y: number,
  lane: Lane,
  row: { readonly start: number; readonly end: number; readonly gap: number },
  column: (offset: number) => number,
): void {
  for (const { start, end, shape, labels, attr } of lane.pieces) {
    const from = column(Math.max(start, row.start));
    const to = column(Math.min(end, row.end)) - 1;
    const x0 = from + row.gap;
    if (x0 > to) continue;
    const opens = start >= row.start;
    const closes = end <= row.end;
    grid.fill(x0, y, to - x0 + 1, 1, attr, shape[1]);
    if (x0 === to) {
      if (opens && closes)
        grid.cell(x0, y, shape === SENT ? "┬" : shape === WIRE || shape === BROKEN ? "┼" : "┴", attr);
    } else {
      if (opens) grid.cell(x0, y, shape[0], attr);
      if (closes) grid.cell(to, y, shape[2], attr);
    }
    paintLabel(grid, y, x0 + (opens ? 1 : 0), to - (closes ? 1 : 0), labels, attr);
  }
}

/** The longest label that leaves a cell of line on both sides; a number may take all there is between the corners. */
function paintLabel(
  grid: Grid,
  y: number,
  from: number,
  to: number,
  labels: readonly string[],
  attr: number,
): void {
  const room = to - from + 1;
  for (const label of labels) {
    if (label === "") continue;
    const cells = textWidth(label);
    if (cells + 4 <= room) {
      grid.put(from + Math.floor((room - cells - 2) / 2), y, ` ${label} `, attr, room);
      return;
    }
    if (cells <= room && /^[✗↻!]?\s?#?\d*$/u.test(label)) {
      grid.put(from + Math.floor((room - cells) / 2), y, label, attr, room);
      return;
    }
  }
}
