/** Bytes as offset, hexadecimal and ASCII, coloured by what they belong to. */

import type { Grid } from "../render/grid.ts";
import type { Theme } from "../theme.ts";
import { scrollbar } from "./scroll.ts";

/** Bytes `start` to `start + length` in one attribute; a later range paints over an earlier one. */
export interface ByteRange {
  readonly start: number;
  readonly length: number;
  readonly attr: number;
}

export interface HexOptions {
  readonly bytes: Uint8Array;
  readonly ranges?: readonly ByteRange[];
  /** The bytes of the selected field: lit. */
  readonly lit?: { readonly start: number; readonly length: number } | null;
  /** First visible row. */
  readonly top: number;
  /** Number shown for the first byte; 0 by default. */
  readonly base?: number;
  /** By default as many of 16, 12, 8, 4 as fit (`hexBytesPerRow`). */
  readonly bytesPerRow?: number;
  readonly empty?: string;
}

/** Cells taken by offset, gap, hex with the gap in its middle, gap and ASCII, with a free cell at each end. */
function hexWidth(perRow: number): number {
  return 1 + 4 + 2 + (perRow * 3 - 1) + 1 + 2 + perRow + 1;
}

/** Bytes that fit into a row of `width` cells: 16, 12, 8 or 4. */
export function hexBytesPerRow(width: number): number {
  for (const perRow of [16, 12, 8]) if (hexWidth(perRow) <= width) return perRow;
  return 4;
}

/** Rows that `length` bytes take at this many a row. */
export function hexRows(length: number, perRow: number): number {
  return Math.ceil(length / perRow);
}

/** The byte painted at (x, y) of a hex view, as its index, or -1: for the mouse. */
export function hexByteAt(x: number, y: number, top: number, length: number, perRow: number): number {
  const hexStart = 7;
  const asciiStart = hexStart + perRow * 3 + 2;
  let column = -1;
  if (x >= asciiStart) column = x - asciiStart;
  else if (x >= hexStart) {
    const half = hexStart + (perRow / 2) * 3;
    column = Math.floor((x - hexStart - (x >= half + 1 ? 1 : 0)) / 3);
  }
  const index = (top + y) * perRow + column;
  return column >= 0 && column < perRow && index < length ? index : -1;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Paints the bytes over all of `grid`. Only visible rows cost anything. */
export function hexView(grid: Grid, theme: Theme, options: HexOptions): void {
  const { bytes, top } = options;
  const perRow = options.bytesPerRow ?? hexBytesPerRow(grid.width);
  const base = options.base ?? 0;
  grid.fill(0, 0, grid.width, grid.height, theme.background);
  if (bytes.length === 0) {
    grid.put(1, 0, options.empty ?? "", theme.muted);
    return;
  }
  const first = Math.max(0, top) * perRow;
  const count = Math.max(0, Math.min(bytes.length - first, grid.height * perRow));
  const attrs = new Int32Array(count).fill(theme.bytes.other);
  for (const range of options.ranges ?? []) paintRange(attrs, first, range.start, range.length, range.attr);
  const lit = options.lit ?? null;
  const litFrom = lit === null ? -1 : lit.start;
  const litTo = lit === null ? -1 : lit.start + lit.length;

  const hexStart = 7;
  const half = perRow / 2;
  const asciiStart = hexStart + perRow * 3 + 2;
  for (let at = 0; at < count; at++) {
    const y = Math.floor(at / perRow);
    const column = at % perRow;
    const index = first + at;
    if (column === 0) {
      const offset = (base + index).toString(16).padStart(4, "0");
      grid.put(1, y, offset, theme.muted, 5);
    }
    const byte = bytes[index];
    const isLit = index >= litFrom && index < litTo;
    const attr = isLit ? theme.lit : attrs[at];
    const x = hexStart + column * 3 + (column >= half ? 1 : 0);
    const text = HEX[byte];
    grid.cell(x, y, text[0], attr);
    grid.cell(x + 1, y, text[1], attr);
    // Light up the gaps between lit bytes too, so that a field is one piece.
    if (isLit && index + 1 < litTo && column + 1 < perRow && index + 1 < bytes.length) {
      grid.fill(x + 2, y, column + 1 === half ? 2 : 1, 1, attr);
    }
    const printable = byte >= 0x20 && byte < 0x7f;
    const asciiAttr = printable || isLit ? attr : theme.faint;
    grid.cell(asciiStart + column, y, printable ? String.fromCharCode(byte) : "·", asciiAttr);
  }
  scrollbar(grid, theme, 0, grid.height, top, hexRows(bytes.length, perRow));
}

function paintRange(attrs: Int32Array, first: number, start: number, length: number, attr: number): void {
  const from = Math.max(0, start - first);
  const to = Math.min(attrs.length, start + length - first);
  for (let at = from; at < to; at++) attrs[at] = attr;
}
