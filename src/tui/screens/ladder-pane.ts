// The ladder between the hosts, up to the cursor, its newest row at the bottom.

import { ladderBlank, ladderGeometry, ladderHeader, ladderLine } from "../../trace/ladder-text.ts";
import type { LadderPiece, LadderRole } from "../../trace/ladder-text.ts";
import type { Ladder } from "../../trace/ladder.ts";
import type { Grid } from "../render/grid.ts";
import { onBackground } from "../render/grid.ts";
import type { Theme } from "../theme.ts";
import { scrollbar } from "../widgets/scroll.ts";

/** Rows a ladder shows in a pane of `height` rows: one is for the hosts' names. */
export function ladderRowsShown(height: number): number {
  return Math.max(0, height - 1);
}

/** Paints `ladder` as step `step` knows it. The row the cursor is on has a mark and a lighter ground. */
export function ladderPane(grid: Grid, theme: Theme, ladder: Ladder, step: number, focused: boolean): void {
  const geometry = ladderGeometry(ladder, grid.width - 1);
  const rows = ladderRowsShown(grid.height);
  const count = ladder.rowsAt(step);
  const top = Math.max(0, count - rows);
  paintLadderPieces(grid, theme, 0, ladderHeader(ladder, geometry), theme.background);
  for (let y = 0; y < rows; y++) {
    const index = top + y;
    if (index >= count) {
      paintLadderPieces(grid, theme, 1 + y, ladderBlank(geometry), theme.background);
      continue;
    }
    const newest = index === count - 1;
    const ground = newest ? (focused ? theme.selected : theme.selectedBlur) : theme.background;
    if (newest) grid.fill(0, 1 + y, grid.width - 1, 1, ground);
    paintLadderPieces(grid, theme, 1 + y, ladderLine(ladder, ladder.rows[index], geometry, step), ground);
    if (newest) grid.cell(0, 1 + y, "▌", onBackground(theme.accent, ground));
  }
  scrollbar(grid, theme, 1, rows, top, count);
}

/** Paints one line of a ladder. */
export function paintLadderPieces(
  grid: Grid,
  theme: Theme,
  y: number,
  pieces: readonly LadderPiece[],
  ground: number,
): void {
  for (const { x, text, role } of pieces) {
    grid.put(x, y, text, onBackground(roleAttr(theme, role), ground), grid.width - 1 - x);
  }
}

function roleAttr(theme: Theme, role: LadderRole): number {
  switch (role) {
    case "time":
      return theme.muted;
    case "lifeline":
      return theme.border;
    case "host":
      return theme.strong;
    case "arrow":
      return theme.accent;
    case "flying":
      return theme.pending;
    case "label":
      return theme.text;
    case "late":
      return theme.muted;
    case "again":
      return theme.warn;
    case "lost":
    case "error":
      return theme.error;
    case "state":
      return theme.sim;
    case "timer":
      return theme.warn;
    case "log":
      return theme.string;
    case "intervention":
      return theme.info;
  }
}
