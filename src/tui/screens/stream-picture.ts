// The picture of a stream: its bytes in rows, and aligned with them who sent them, what carried them, who read them and what they mean.

import type { Grid } from "../render/grid.ts";
import { onBackground } from "../render/grid.ts";
import type { Model } from "../model.ts";
import type { Theme } from "../theme.ts";
import { scrollbar } from "../widgets/scroll.ts";
import { flowBytes } from "./flow-bytes.ts";
import { sideShown } from "./flow-data.ts";
import { shownTrace } from "./packet-data.ts";
import { callsOf, pieceOf } from "./stream-calls.ts";
import { byteShown, progressShown } from "./stream-data.ts";
import type { Progress } from "./stream-data.ts";
import { frameAfter, framesOf } from "./stream-frames.ts";
import { frameAttr, frameLane, paintLane, recvLane, segmentLanes, sendLane } from "./stream-lanes.ts";
import type { Lane, Lanes } from "./stream-lanes.ts";

/** Cells a byte takes: a character; a character and a gap; a gap and two digits, and wider. */
export const CELLS = [1, 2, 3, 5, 7] as const;
/** Cells of the lanes' names at the left. */
const NAME_CELLS = 8;
/** Lines a row of bytes takes at least: where a width is chosen for the whole stream to fit. */
const LINES_MIN = 6;
/** Where in the pane the cursor's row ends, of its height, in a stream that does not fit. */
const CURSOR_AT = 0.6;

/** How bytes stand in a pane of so many cells. */
export interface PictureShape {
  readonly cell: number;
  /** Bytes in a row. */
  readonly across: number;
}

/** The width chosen, or the widest that lets the stream fit; of a stream that never fits, a character a byte. */
export function pictureShape(
  width: number,
  height: number,
  length: number,
  chosen: number | null,
): PictureShape {
  const room = Math.max(8, width - NAME_CELLS - 2);
  const across = (cell: number): number => {
    const fit = Math.max(1, Math.floor(room / cell));
    return fit >= length || fit < 16 ? fit : fit - (fit % 8);
  };
  const rows = Math.max(1, Math.floor(height / (LINES_MIN + 1)));
  const cell =
    chosen !== null
      ? CELLS[Math.max(0, Math.min(CELLS.length - 1, chosen))]
      : (CELLS.findLast((cells) => Math.ceil(length / across(cells)) <= rows) ?? 1);
  return { cell, across: across(cell) };
}

interface PictureRow {
  readonly start: number;
  readonly end: number;
  readonly above: readonly Lane[];
  readonly below: readonly Lane[];
  readonly lines: number;
}

/** Paints as many rows of bytes as fit, the cursor's among them. Answers the offset of each line's row, for the mouse. */
export function streamPicture(grid: Grid, theme: Theme, model: Model): void {
  const picture = pictureOf(model, theme, grid.width, grid.height);
  const { progress, shape, rows, total, top } = picture;
  if (progress.length === 0) {
    grid.put(1, 0, "nothing was sent this way", theme.muted);
    return;
  }
  let y = 0;
  for (const row of rows) {
    const view = grid.sub(0, y, grid.width, Math.min(row.lines, grid.height - y));
    paintRow(view, theme, row, shape, picture);
    y += row.lines;
  }
  scrollbar(grid, theme, 0, grid.height, top, total > rows.length ? total : 0);
}

interface Picture {
  readonly lanes: Lanes;
  readonly progress: Progress;
  readonly shape: PictureShape;
  readonly rows: readonly PictureRow[];
  /** Rows of the whole stream, and the number of the first shown. */
  readonly total: number;
  readonly top: number;
  readonly cursor: number;
}

function pictureOf(model: Model, theme: Theme, width: number, height: number): Picture {
  const progress = progressShown(model);
  const lanes: Lanes = {
    trace: shownTrace(model),
    side: sideShown(model),
    calls: callsOf(model),
    frames: framesOf(model),
    progress,
  };
  const shape = pictureShape(width, height, progress.length, model.stream.cell);
  const total = Math.ceil(progress.length / shape.across);
  const cursor = byteShown(model);
  const at = Math.max(0, Math.floor(cursor / shape.across));
  const make = (row: number): PictureRow => rowOf(lanes, theme, shape, row, progress.length);
  // The cursor's row, then rows above it as far as they fit into their part of the pane, all that fit below, and above again.
  const rows = [make(at)];
  let [top, end, lines] = [at, at + 1, rows[0].lines];
  const addAbove = (room: number): void => {
    while (top > 0) {
      const row = make(top - 1);
      if (lines + row.lines > room) return;
      rows.unshift(row);
      top--;
      lines += row.lines;
    }
  };
  addAbove(Math.floor(height * CURSOR_AT));
  for (; end < total && lines < height; end++) {
    const row = make(end);
    rows.push(row);
    lines += row.lines;
  }
  addAbove(height + 1);
  return { lanes, progress, shape, rows, total, top, cursor };
}

function rowOf(
  lanes: Lanes,
  theme: Theme,
  { cell, across }: PictureShape,
  row: number,
  length: number,
): PictureRow {
  const start = row * across;
  const end = Math.min(length, start + across);
  const above = [sendLane(lanes, theme, start, end)].filter((lane) => lane !== null);
  const below = [
    ...segmentLanes(lanes, theme, start, end),
    recvLane(lanes, theme, start, end),
    frameLane(lanes, theme, start, end),
  ].filter((lane) => lane !== null);
  // A line between rows keeps their brackets apart.
  return { start, end, above, below, lines: above.length + (cell >= 3 ? 2 : 1) + below.length + 1 };
}

function paintRow(grid: Grid, theme: Theme, row: PictureRow, shape: PictureShape, picture: Picture): void {
  const { cell } = shape;
  const column = (offset: number): number => 1 + NAME_CELLS + (offset - row.start) * cell;
  const gap = cell >= 3 ? 1 : 0;
  const place = { start: row.start, end: row.end, gap };
  let y = 0;
  const lane = (one: Lane): void => {
    grid.put(1, y, one.name, theme.muted, NAME_CELLS - 1);
    paintLane(grid, y++, one, place, column);
  };
  for (const one of row.above) lane(one);
  paintBytes(grid.sub(0, y, grid.width, cell >= 3 ? 2 : 1), theme, row, shape, picture);
  y += cell >= 3 ? 2 : 1;
  for (const one of row.below) lane(one);
}

const ESCAPES: Readonly<Record<number, string>> = { 9: "→", 10: "¶", 13: "←" };

/** The bytes as characters, with room for it as digits too; read ones in their frame's colour, those ahead of the cursor faint. */
function paintBytes(
  grid: Grid,
  theme: Theme,
  row: PictureRow,
  { cell }: PictureShape,
  { lanes, progress, cursor }: Picture,
): void {
  const { bytes, known } = flowBytes(lanes.side, row.start, row.end);
  grid.put(1, 0, String(row.start), theme.muted, NAME_CELLS - 1);
  const recvs = lanes.calls?.recvs ?? [];
  const now = lanes.calls === null ? null : pieceOf(recvs, progress.read - 1);
  for (let i = 0; i < bytes.length; i++) {
    const offset = row.start + i;
    const x = 1 + NAME_CELLS + i * cell;
    const lit = now !== null && offset >= now.start && offset < now.end;
    const isCursor = offset === cursor;
    const own = byteAttr(theme, lanes, offset);
    const attr = isCursor ? theme.cursor : lit ? onBackground(own, theme.lit) : own;
    const inset = cell >= 3 ? 1 + ((cell - 3) >> 1) : 0;
    if (isCursor || lit) {
      // What a recv gave is one piece, without the mark before its first byte.
      const skip = cell >= 3 && (isCursor || offset === now?.start || i === 0) ? 1 : 0;
      grid.fill(x + skip, 0, cell - skip, grid.height, attr);
    }
    const char = known[i] === 1 ? printable(bytes[i]) : "?";
    const shown = known[i] === 1 ? (ESCAPES[bytes[i]] ?? char) : "?";
    grid.cell(
      x + inset,
      0,
      shown,
      (char === "·" || known[i] === 0) && !isCursor && !lit ? theme.faint : attr,
    );
    if (cell < 3) continue;
    grid.put(x + inset, 1, known[i] === 1 ? bytes[i].toString(16).padStart(2, "0") : "??", attr, 2);
    if (i > 0 && pieceOf(recvs, offset)?.start === offset) {
      for (const y of [0, 1]) grid.cell(x, y, "│", offset < progress.read ? theme.warn : theme.faint);
    }
  }
}

function printable(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·";
}

function byteAttr(theme: Theme, { frames, progress }: Lanes, offset: number): number {
  if (offset >= progress.sent) return theme.faint;
  if (offset >= progress.read) return theme.muted;
  const frame = frames === null ? undefined : frames.frames[frameAfter(frames.frames, offset)];
  return frame === undefined || offset < frame.start ? theme.text : frameAttr(theme, frame.number);
}

/** The byte at cell (x, y) of the picture, -1 beside the bytes: for the mouse. */
export function pictureByteAt(
  model: Model,
  theme: Theme,
  width: number,
  height: number,
  x: number,
  y: number,
): number {
  const { rows, shape } = pictureOf(model, theme, width, height);
  let line = 0;
  for (const row of rows) {
    if (y < line + row.lines) {
      const offset = row.start + Math.floor((x - 1 - NAME_CELLS) / shape.cell);
      return offset >= row.start && offset < row.end ? offset : -1;
    }
    line += row.lines;
  }
  return -1;
}
