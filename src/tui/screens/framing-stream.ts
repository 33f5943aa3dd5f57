// A stream as rows of bytes: the frames it was made of above, hex and text with the cuts, the chunks and what each gave below.
//
// A byte takes three columns, five or seven where there is room: first the mark between it and the byte before (a cut, or two of them for an empty chunk),
// then its two digits.

import { chunkEnd, chunkStart } from "../../framing/chunkings.ts";
import type { ActualFrame, Counterexample, ExpectedFrame, Played } from "../../framing/report/report.ts";
import { countUpTo, framesOut } from "../framing-cursor.ts";
import type { Progress } from "../framing-cursor.ts";
import type { Grid } from "../render/grid.ts";
import { onBackground } from "../render/grid.ts";
import type { Theme } from "../theme.ts";
import { scrollbar } from "../widgets/scroll.ts";

/** Lines a row of bytes takes. */
export const STREAM_LINES = 5;
/** Cells of the words at the left. */
const LABEL_CELLS = 8;
/** Room behind the last byte for what the end of the stream gives. */
const END_CELLS = 8;
/** Columns a byte takes: the widest that lets a stream stand in one row, the widest of all only in a wide pane. */
const CELL = 3;
const WIDE_CELLS = [7, 5] as const;
const WIDEST_FROM = 110;

export interface StreamState {
  readonly bytes: Uint8Array;
  readonly expected: Counterexample["expected"];
  readonly played: Played;
  readonly progress: Progress;
  /** Bytes of the stream that have come. More than were pushed where a chunk is not whole yet. */
  readonly come: number;
  /** Index of the first frame out that is wrong, -1 for none. */
  readonly wrong: number;
}

/** Bytes a row of `width` cells holds of a stream of `length`. */
export function bytesAcross(width: number, length: number): number {
  const room = width - LABEL_CELLS - 2 - END_CELLS;
  const cell = cellWidth(width, length);
  const fit = Math.max(1, Math.floor(room / cell));
  return fit >= length || fit < 16 ? fit : fit - (fit % 8);
}

function cellWidth(width: number, length: number): number {
  const room = width - LABEL_CELLS - 2 - END_CELLS;
  return WIDE_CELLS.find((cell) => length * cell <= room && (cell < 7 || width >= WIDEST_FROM)) ?? CELL;
}

/** Paints as many rows of bytes as fit into `grid`, among them the one with the chunk pushed last. */
export function streamRows(grid: Grid, theme: Theme, state: StreamState): void {
  const { length } = state.bytes;
  const across = bytesAcross(grid.width, length);
  const cell = cellWidth(grid.width, length);
  const rows = Math.max(1, Math.ceil(length / across));
  const fit = Math.max(1, Math.floor(grid.height / STREAM_LINES));
  const current = Math.floor(Math.max(0, state.come - 1) / across);
  const top = Math.max(0, Math.min(current - fit + 1 + Number(current < rows - 1 && fit > 1), rows - fit));
  for (let row = 0; row < Math.min(fit, rows); row++) {
    const start = (top + row) * across;
    const view = grid.sub(0, row * STREAM_LINES, grid.width, STREAM_LINES);
    paintRow(view, theme, state, { start, end: Math.min(length, start + across), cell });
  }
  scrollbar(grid, theme, 0, fit * STREAM_LINES, top, rows > fit ? rows * STREAM_LINES : 0);
}

interface Row {
  readonly start: number;
  readonly end: number;
  readonly cell: number;
}

/** The column of the mark before byte `offset`. */
function columnOf(row: Row, offset: number): number {
  return 1 + LABEL_CELLS + (offset - row.start) * row.cell;
}

function paintRow(grid: Grid, theme: Theme, state: StreamState, row: Row): void {
  const { bytes, played, progress, expected, come } = state;
  const labels = [expected === null ? "" : "frames", "hex", "text", "chunks", "out"];
  for (const [y, label] of labels.entries()) grid.put(1, y, label, theme.muted, LABEL_CELLS);
  paintFrames(grid, theme, expected ?? [], row);
  const inset = row.cell >> 1;
  const waiting = (at: number): number => (at < come ? theme.muted : theme.faint);
  for (let at = row.start; at < row.end; at++) {
    const x = columnOf(row, at);
    const lit = at >= progress.from && at < progress.to;
    const attr = lit ? theme.lit : at < progress.offset ? frameAttr(theme, expected, at) : waiting(at);
    if (lit) {
      // The mark before the first byte of a chunk is not the chunk's.
      const skip = at === progress.from || at === row.start ? 1 : 0;
      grid.fill(x + skip, 1, row.cell - skip, 2, theme.lit);
    }
    grid.put(x + inset, 1, bytes[at].toString(16).padStart(2, "0"), attr, 2);
    grid.put(x + inset, 2, textOf(bytes[at]), attr, 2);
  }
  for (let at = row.start; at <= row.end; at++) paintCut(grid, theme, state, row, at);
  paintChunks(grid, theme, state, row);
  paintOut(grid, theme, played, state, row);
}

const ESCAPES: Readonly<Record<number, string>> = { 0: "\\0", 9: "\\t", 10: "\\n", 13: "\\r" };

function textOf(byte: number): string {
  return ESCAPES[byte] ?? (byte >= 0x20 && byte < 0x7f ? ` ${String.fromCharCode(byte)}` : " ·");
}

/** The colour of frame number `index`, counted from 0. */
export function frameColor(theme: Theme, index: number): number {
  return theme.series[index % theme.series.length];
}

function frameAttr(theme: Theme, expected: Counterexample["expected"], at: number): number {
  if (expected === null) return theme.text;
  const index = frameAt(expected, at);
  return index === -1 ? theme.text : frameColor(theme, index);
}

/** Index of the frame that holds byte `at`, -1 for none. */
function frameAt(expected: readonly ExpectedFrame[], at: number): number {
  for (const [i, { start, end }] of expected.entries()) if (at >= start && at < end) return i;
  return -1;
}

/** A bracket over the bytes of each frame, with its number. */
function paintFrames(grid: Grid, theme: Theme, expected: readonly ExpectedFrame[], row: Row): void {
  for (const [i, { start, end }] of expected.entries()) {
    const from = Math.max(start, row.start);
    const to = Math.min(end, row.end);
    if (from >= to) continue;
    const open = [start >= row.start ? "╭" : "─", end <= row.end ? "╮" : "─"] as const;
    bracket(
      grid,
      0,
      columnOf(row, from) + 1,
      columnOf(row, to) - 1,
      open,
      String(i + 1),
      frameColor(theme, i),
    );
  }
}

function paintChunks(grid: Grid, theme: Theme, { bytes, played, progress }: StreamState, row: Row): void {
  const { cuts } = played;
  const { length } = bytes;
  if (row.start >= row.end) return;
  const first = countUpTo(cuts, row.start);
  for (let chunk = first; chunk <= cuts.length; chunk++) {
    const start = chunkStart(cuts, chunk);
    const end = chunkEnd(cuts, chunk, length);
    if (start >= row.end) return;
    if (end <= row.start || start === end) continue;
    const now = chunk === progress.steps - 1;
    const attr = now ? theme.strong : chunk < progress.steps ? theme.muted : theme.faint;
    const open = [start >= row.start ? "╰" : "─", end <= row.end ? "╯" : "─"] as const;
    const from = columnOf(row, Math.max(start, row.start)) + 1;
    const to = columnOf(row, Math.min(end, row.end)) - 1;
    bracket(grid, 3, from, to, open, String(chunk + 1), attr);
  }
}

/** A line from column `from` to `to` with corners and a number in its middle; the number wins where there is no room for all. */
function bracket(
  grid: Grid,
  y: number,
  from: number,
  to: number,
  corners: readonly [string, string],
  number: string,
  attr: number,
): void {
  grid.fill(from, y, to - from + 1, 1, attr, "─");
  grid.cell(from, y, corners[0], attr);
  grid.cell(to, y, corners[1], attr);
  const room = to - from + 1;
  if (number.length > room) return;
  const text = number.length + 4 <= room ? ` ${number} ` : number;
  grid.put(from + ((room - text.length) >> 1), y, text, attr, room);
}

/** `│` through hex and text where a chunk ends, `║` where an empty chunk lies; bright once it is reached. */
function paintCut(
  grid: Grid,
  theme: Theme,
  { played, progress, bytes }: StreamState,
  row: Row,
  at: number,
): void {
  const { cuts } = played;
  const count = countUpTo(cuts, at) - countUpTo(cuts, at - 1);
  if (count === 0) return;
  // A cut at the border of two rows stands at the end of the first.
  if (at === row.start && at > 0) return;
  const empty = progress.from === progress.to && progress.steps > 0 && !progress.ended && progress.to === at;
  const reached = progress.offset >= at && progress.steps > 0;
  const edge = at === 0 || at === bytes.length;
  const char = count > 1 || edge ? "║" : "│";
  const attr = empty ? theme.lit : reached ? theme.warn : theme.muted;
  for (const y of [1, 2]) grid.cell(columnOf(row, at), y, char, attr);
}

/** Under the last byte of each chunk pushed, the frames that came out of it. */
function paintOut(
  grid: Grid,
  theme: Theme,
  played: Played,
  { bytes, progress, wrong }: StreamState,
  row: Row,
): void {
  const { cuts, actual, errors, hang } = played;
  const { length } = bytes;
  // An empty chunk in front of the stream stands under its first byte.
  const first = row.start === 0 ? 0 : countUpTo(cuts, row.start);
  let free = 0;
  for (let chunk = first; chunk < progress.steps && chunk <= cuts.length + 1; chunk++) {
    const atEnd = chunk > cuts.length;
    const end = chunkEnd(cuts, chunk, length);
    if (end > row.end) return;
    if (atEnd && row.end < length) return;
    const marks: string[] = [];
    const from = framesOut(actual, chunk);
    const to = framesOut(actual, chunk + 1);
    if (to > from) marks.push(to - from === 1 ? String(from + 1) : `${from + 1}-${to}`);
    const failed = errors.some((error) => error.chunk === chunk);
    if (failed) marks.push("!");
    if (hang?.chunk === chunk) marks.push("∞");
    const bad = failed || hang?.chunk === chunk || (wrong !== -1 && wrong < to && to > from);
    const x = atEnd
      ? Math.max(columnOf(row, length) + 1, free)
      : Math.max(1 + LABEL_CELLS + 1, columnOf(row, end) - 2);
    if (marks.length === 0) {
      if (x >= free) grid.cell(x, 4, atEnd ? " " : "·", theme.faint);
      continue;
    }
    const text = `${atEnd ? "end " : ""}▲${marks.join(" ")}`;
    free = x + grid.put(x, 4, text, bad ? theme.error : outAttr(theme, actual, from, to));
  }
}

function outAttr(theme: Theme, actual: readonly ActualFrame[], from: number, to: number): number {
  return to === from + 1 && actual.length > 0
    ? onBackground(frameColor(theme, from), theme.background)
    : theme.ok;
}
