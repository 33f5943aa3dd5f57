// The whole ladder of a trace as one grid, however long: for pictures.

import { ladderGeometry, ladderHeader, ladderLine } from "../trace/ladder-text.ts";
import { ladderOf } from "../trace/ladder.ts";
import type { Trace } from "../trace/trace.ts";
import { Grid } from "./render/grid.ts";
import { paintLadderPieces } from "./screens/ladder-pane.ts";
import { darkTheme } from "./theme.ts";
import type { Theme } from "./theme.ts";

/** Rows a picture has at most; a longer ladder ends with a line that says how many are missing. */
const ROWS_MAX = 2000;

/** The ladder, `width` cells wide, as it stands at the end. */
export function ladderGrid(
  trace: Trace,
  width: number,
  hosts: readonly string[] = [],
  theme: Theme = darkTheme,
): Grid {
  const ladder = ladderOf(trace, hosts);
  const geometry = ladderGeometry(ladder, width);
  const shown = ladder.rows.slice(0, ROWS_MAX);
  const missing = ladder.rows.length - shown.length;
  const grid = new Grid(width, 1 + shown.length + (missing > 0 ? 1 : 0), theme.background);
  paintLadderPieces(grid, theme, 0, ladderHeader(ladder, geometry), theme.background);
  for (const [y, row] of shown.entries()) {
    paintLadderPieces(
      grid,
      theme,
      y + 1,
      ladderLine(ladder, row, geometry, trace.length - 1),
      theme.background,
    );
  }
  if (missing > 0) grid.put(0, grid.height - 1, `and ${missing} more`, theme.muted);
  return grid;
}
