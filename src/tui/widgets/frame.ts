/** The rounded box around a pane, with its title and state in the border. */

import type { Grid } from "../render/grid.ts";
import type { Theme } from "../theme.ts";
import { putSpans, type Rich, richWidth, toSpans } from "./spans.ts";

export interface FrameOptions {
  /** Stands in the top border at the left. */
  readonly title?: string;
  /** Stands in the top border at the right; left out when there is no room beside the title. */
  readonly status?: Rich;
  /** Stands in the bottom border at the right. */
  readonly footer?: Rich;
  /** A pane with the focus has a bright border and its title on a plate. */
  readonly focused?: boolean;
  /** Attribute of the ground inside; the theme's background by default. */
  readonly ground?: number;
}

/**
 * Paints a box along the edges of `grid`, clears its inside and returns the view of it (1 cell less on each side).
 * In a grid too small for a border (under 2 by 2 cells) nothing is painted and the view is empty.
 */
export function frame(grid: Grid, theme: Theme, options: FrameOptions = {}): Grid {
  const { width, height } = grid;
  const focused = options.focused === true;
  const ground = options.ground ?? theme.background;
  if (width < 2 || height < 2) return grid.sub(0, 0, 0, 0);
  const border = onGround(focused ? theme.borderFocus : theme.border, ground);
  const right = width - 1;
  const bottom = height - 1;
  grid.fill(1, 1, width - 2, height - 2, ground);
  grid.fill(1, 0, width - 2, 1, border, "─");
  grid.fill(1, bottom, width - 2, 1, border, "─");
  grid.fill(0, 1, 1, height - 2, border, "│");
  grid.fill(right, 1, 1, height - 2, border, "│");
  grid.cell(0, 0, "╭", border);
  grid.cell(right, 0, "╮", border);
  grid.cell(0, bottom, "╰", border);
  grid.cell(right, bottom, "╯", border);

  let titleEnd = 2;
  if (options.title !== undefined && options.title !== "" && width >= 7) {
    const attr = focused ? theme.titleFocus : onGround(theme.title, ground);
    titleEnd = 2 + grid.put(2, 0, ` ${options.title} `, attr, width - 4);
  }
  if (options.status !== undefined)
    putRight(grid, 0, titleEnd, options.status, onGround(theme.muted, ground));
  if (options.footer !== undefined) putRight(grid, bottom, 2, options.footer, onGround(theme.muted, ground));
  return grid.sub(1, 1, width - 2, height - 2);
}

/** Text in the border line `y`, right-aligned, unless it would come closer than two cells to what ends at `from`. */
function putRight(grid: Grid, y: number, from: number, rich: Rich, attr: number): void {
  const cells = richWidth(rich);
  const x = grid.width - 4 - cells;
  if (cells === 0 || x < from + 1) return;
  grid.cell(x, y, " ", attr);
  putSpans(grid, x + 1, y, toSpans(rich, attr), cells, attr);
  grid.cell(x + 1 + cells, y, " ", attr);
}

function onGround(attr: number, ground: number): number {
  return (attr & ~511) | (ground & 511);
}
