/** Where a list stands: which row is at the top, and the bar that shows it. */

import type { Grid } from "../render/grid.ts";
import type { Theme } from "../theme.ts";

/**
 * The first row to show so that `selected` is visible, moving as little as possible from `top`.
 * `height` rows fit; `count` rows exist. Always between 0 and the last useful top.
 */
export function scrollTo(top: number, selected: number, height: number, count: number): number {
  const last = Math.max(0, count - Math.max(1, height));
  let next = Math.min(Math.max(0, top), last);
  if (selected >= 0) {
    if (selected < next) next = selected;
    else if (selected >= next + height) next = selected - height + 1;
  }
  return Math.min(Math.max(0, next), last);
}

/** Paints a thin bar down the last column of `grid` over rows `y` to `y + height`; nothing when all rows fit. */
export function scrollbar(
  grid: Grid,
  theme: Theme,
  y: number,
  height: number,
  top: number,
  count: number,
): void {
  if (count <= height || height < 1 || grid.width < 1) return;
  const size = Math.max(1, Math.round((height * height) / count));
  const span = count - height;
  const at = Math.round((Math.min(Math.max(0, top), span) / span) * (height - size));
  const x = grid.width - 1;
  for (let row = 0; row < height; row++) {
    const inBar = row >= at && row < at + size;
    const under = grid.attrAt(x, y + row);
    // Without colours the track would look like the bar: only the bar is drawn.
    if (inBar) grid.cell(x, y + row, theme.mono ? "█" : "▐", (theme.scrollbar & ~511) | (under & 511));
    else grid.cell(x, y + row, theme.mono ? " " : "▕", (theme.scrollTrack & ~511) | (under & 511));
  }
}
