/** The bar at the top (brand, tabs, state) and the bar at the bottom (keys). */

import { onBackground, type Grid } from "../render/grid.ts";
import { textWidth } from "../render/width.ts";
import type { Theme } from "../theme.ts";
import { putSpans, type Rich, richWidth, toSpans } from "./spans.ts";

export interface TabsOptions {
  readonly brand: string;
  /** Tab titles, usually beginning with their key: "1 Lab". */
  readonly tabs: readonly string[];
  readonly active: number;
  /** Right-aligned state; cut before a tab is. */
  readonly status?: Rich;
}

/** Where a tab was painted: columns `from` (inclusive) to `to` (exclusive) of row 0. */
export interface TabPlace {
  readonly tab: number;
  readonly from: number;
  readonly to: number;
}

/** Paints the top bar into row 0 of `grid` and returns where each tab stands, for the mouse. */
export function tabsBar(grid: Grid, theme: Theme, options: TabsOptions): TabPlace[] {
  grid.fill(0, 0, grid.width, 1, theme.bar);
  const places: TabPlace[] = [];
  let x = grid.put(0, 0, ` ${options.brand} `, theme.brand);
  x += 1;
  for (let tab = 0; tab < options.tabs.length; tab++) {
    const active = tab === options.active;
    const from = x;
    x += grid.put(x, 0, ` ${options.tabs[tab]} `, active ? theme.tabActive : theme.tab);
    if (x > from) places.push({ tab, from, to: x });
  }
  const status = options.status ?? "";
  const room = grid.width - x - 3;
  const cells = Math.min(room, richWidth(status));
  if (cells > 0) {
    putSpans(grid, grid.width - 1 - cells, 0, toSpans(status, theme.bar), cells, theme.bar);
  }
  return places;
}

/** A key and what it does, as shown in the key bar and in the help. */
export interface KeyHint {
  readonly key: string;
  readonly does: string;
}

/**
 * Paints the key bar into row 0 of `grid`: as many hints as fit, whole ones only, in the order given, and `status`
 * at the right when there is room left.
 */
export function keyBar(grid: Grid, theme: Theme, hints: readonly KeyHint[], status: Rich = ""): void {
  grid.fill(0, 0, grid.width, 1, theme.bar);
  const statusCells = Math.min(richWidth(status), Math.max(0, grid.width - 2));
  const limit = grid.width - 1 - (statusCells > 0 ? statusCells + 2 : 0);
  let x = 1;
  for (const hint of hints) {
    const cells = textWidth(hint.key) + 1 + textWidth(hint.does);
    if (x + cells > limit) break;
    x += grid.put(x, 0, hint.key, theme.barKey) + 1;
    x += grid.put(x, 0, hint.does, onBackground(theme.barMuted, theme.bar)) + 3;
  }
  if (statusCells > 0) {
    putSpans(grid, grid.width - 1 - statusCells, 0, toSpans(status, theme.bar), statusCells, theme.bar);
  }
}
