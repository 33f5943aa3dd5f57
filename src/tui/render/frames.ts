/** Recordings as a row of different screens of one size, each with the time it stays. */

import type { CastFrame } from "./asciicast.ts";
import { Grid } from "./grid.ts";

export interface HeldFrame {
  readonly grid: Grid;
  /** When it appears, in ms from the first one. */
  readonly fromMs: number;
  /** When the next one does. */
  readonly untilMs: number;
}

/** Cells from inclusive to exclusive. */
export interface CellRect {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/**
 * The frames that differ from the one before, at whole multiples of `stepMs`, of several at once the last; smaller screens are put into the corner
 * of the largest. The last one stays for `holdMs`. Throws a RangeError without frames.
 */
export function heldFrames(frames: readonly CastFrame[], stepMs: number, holdMs: number): HeldFrame[] {
  if (frames.length === 0) throw new RangeError("a recording needs at least one frame");
  const width = Math.max(...frames.map(({ grid }) => grid.width));
  const height = Math.max(...frames.map(({ grid }) => grid.height));
  const startMs = frames[0].time * 1000;
  const shown: { grid: Grid; atMs: number }[] = [];
  for (const frame of frames) {
    const atMs = Math.round((frame.time * 1000 - startMs) / stepMs) * stepMs;
    const grid = filled(frame.grid, width, height);
    if (shown.at(-1)?.atMs === atMs) shown.pop();
    const before = shown.at(-1);
    if (before === undefined || changedRect(before.grid, grid) !== null) shown.push({ grid, atMs });
  }
  return shown.map(({ grid, atMs }, i) => ({
    grid,
    fromMs: atMs,
    untilMs: i + 1 < shown.length ? shown[i + 1].atMs : atMs + Math.max(stepMs, holdMs),
  }));
}

/** The cells in which two screens of one size differ; null for none. A wide character is in it with both halves. */
export function changedRect(a: Grid, b: Grid): CellRect | null {
  let [x0, y0, x1, y1] = [a.width, a.height, 0, 0];
  for (let y = 0; y < a.height; y++) {
    for (let x = 0; x < a.width; x++) {
      if (a.attrAt(x, y) === b.attrAt(x, y) && a.charAt(x, y) === b.charAt(x, y)) continue;
      x0 = Math.min(x0, x);
      x1 = Math.max(x1, x + 1);
      y0 = Math.min(y0, y);
      y1 = Math.max(y1, y + 1);
    }
  }
  if (x1 === 0) return null;
  return { x0: Math.max(0, x0 - 1), y0, x1: Math.min(a.width, x1 + 1), y1 };
}

function filled(grid: Grid, width: number, height: number): Grid {
  if (grid.width === width && grid.height === height) return grid;
  const larger = new Grid(width, height);
  for (let y = 0; y < grid.height; y++) {
    for (let x = 0; x < grid.width; x++) {
      const at = larger.index(x, y);
      larger.chars[at] = grid.charAt(x, y);
      larger.attrs[at] = grid.attrAt(x, y);
    }
  }
  return larger;
}
