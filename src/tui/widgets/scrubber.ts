/** A timeline: where the cursor is between the first and the last moment, with marks for what happened. */

import type { Grid } from "../render/grid.ts";
import type { Theme } from "../theme.ts";

/** Something that happened at `at`, shown as a one-cell character; later marks win over earlier ones in a cell. */
export interface ScrubberMark {
  readonly at: number;
  readonly char: string;
  readonly attr: number;
}

export interface ScrubberOptions {
  /** The unit is the caller's (steps, nanoseconds); `end` at or below `start` is a line with the cursor at its end. */
  readonly start: number;
  readonly end: number;
  readonly cursor: number;
  readonly marks?: readonly ScrubberMark[];
  readonly focused?: boolean;
}

/**
 * Paints the timeline into `grid`: marks in row 0, the line with the cursor in row 1. In a grid of one row the marks
 * lie on the line.
 */
export function scrubber(grid: Grid, theme: Theme, options: ScrubberOptions): void {
  const { width } = grid;
  if (width < 1 || grid.height < 1) return;
  const lineY = grid.height > 1 ? 1 : 0;
  const cursorX = scrubberX(options, options.cursor, width);
  const knob = options.focused === true ? theme.accent : theme.strong;
  grid.fill(0, 0, width, Math.min(2, grid.height), theme.background);
  grid.fill(0, lineY, width, 1, theme.faint, "─");
  grid.fill(0, lineY, cursorX, 1, theme.accent, "━");
  for (const mark of options.marks ?? []) {
    grid.put(scrubberX(options, mark.at, width), 0, mark.char, mark.attr, 1);
  }
  grid.cell(cursorX, lineY, "●", knob);
}

/** The column of a moment in a timeline of `width` cells. */
export function scrubberX(
  range: { readonly start: number; readonly end: number },
  at: number,
  width: number,
): number {
  if (!(range.end > range.start)) return Math.max(0, width - 1);
  const share = (at - range.start) / (range.end - range.start);
  return Math.round(Math.min(1, Math.max(0, share)) * (width - 1));
}

/** The moment at column `x`: what a click there means. */
export function scrubberAt(
  range: { readonly start: number; readonly end: number },
  x: number,
  width: number,
): number {
  if (width < 2 || !(range.end > range.start)) return range.end;
  const share = Math.min(1, Math.max(0, x / (width - 1)));
  return range.start + share * (range.end - range.start);
}
