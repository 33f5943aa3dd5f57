/** A dialog over what is already painted, and the help made of a key table. */

import { type Grid, onBackground } from "../render/grid.ts";
import { textWidth } from "../render/width.ts";
import type { Theme } from "../theme.ts";
import type { KeyHint } from "./bars.ts";
import { frame } from "./frame.ts";
import type { Rich } from "./spans.ts";

export interface PopupOptions {
  readonly title: string;
  /** Size with the border, in cells; made smaller where the screen is. */
  readonly width: number;
  readonly height: number;
  readonly footer?: Rich;
}

/**
 * Dims what is painted on `grid`, paints a box in its middle and returns the view inside it, one cell in from the
 * border at the left and right. Paint on it on the ground of `theme.popup`.
 */
export function popup(grid: Grid, theme: Theme, options: PopupOptions): Grid {
  const { x, y, width, height } = popupPlace(grid, options);
  if (!theme.mono) grid.recolor(0, 0, grid.width, grid.height, () => theme.faint);
  const inner = frame(grid.sub(x, y, width, height), theme, {
    title: options.title,
    focused: true,
    ground: theme.popup,
    ...(options.footer === undefined ? {} : { footer: options.footer }),
  });
  return inner.sub(1, 0, inner.width - 2, inner.height);
}

/** Where a popup of the size asked for stands on a screen, with its border. */
export function popupPlace(
  screen: { readonly width: number; readonly height: number },
  asked: { readonly width: number; readonly height: number },
): { readonly x: number; readonly y: number; readonly width: number; readonly height: number } {
  const width = Math.min(asked.width, screen.width - 2);
  const height = Math.min(asked.height, screen.height - 2);
  return {
    x: Math.floor((screen.width - width) / 2),
    y: Math.floor((screen.height - height) / 2),
    width,
    height,
  };
}

/** A part of the help: keys under one heading. */
export interface KeyGroup {
  readonly title: string;
  readonly keys: readonly KeyHint[];
}

/** The help dialog: groups of keys, in as many columns as the screen has room for. Groups are kept whole. */
export function helpPopup(grid: Grid, theme: Theme, groups: readonly KeyGroup[], title = "Keys"): void {
  const keyCells = Math.max(1, ...groups.flatMap((group) => group.keys.map((hint) => textWidth(hint.key))));
  const doesCells = Math.max(1, ...groups.flatMap((group) => group.keys.map((hint) => textWidth(hint.does))));
  const columnCells = keyCells + 2 + doesCells;
  const most = Math.max(1, Math.floor((grid.width - 6 + 3) / (columnCells + 3)));
  let columns = layOut(groups, 1);
  for (let count = 2; count <= most && columnHeight(columns) + 4 > grid.height; count++) {
    columns = layOut(groups, count);
  }
  const inner = popup(grid, theme, {
    title,
    width: columns.length * (columnCells + 3) - 3 + 6,
    height: columnHeight(columns) + 4,
    footer: "? or Esc closes",
  });
  for (let column = 0; column < columns.length; column++) {
    const x = 1 + column * (columnCells + 3);
    let y = 1;
    for (const group of columns[column]) {
      inner.put(x, y++, group.title, onBackground(theme.title, theme.popup));
      for (const hint of group.keys) {
        inner.put(x, y, hint.key, onBackground(theme.strong, theme.popup), keyCells);
        inner.put(x + keyCells + 2, y, hint.does, theme.popup, doesCells);
        y++;
      }
      y++;
    }
  }
}

function groupHeight(group: KeyGroup): number {
  return group.keys.length + 2;
}

/** Lines of the tallest column, without the blank line after its last group. */
function columnHeight(columns: readonly (readonly KeyGroup[])[]): number {
  return Math.max(
    0,
    ...columns.map((groups) => groups.reduce((sum, group) => sum + groupHeight(group), 0) - 1),
  );
}

/** Groups in order, dealt into `count` columns of about the same height. */
function layOut(groups: readonly KeyGroup[], count: number): KeyGroup[][] {
  const total = groups.reduce((sum, group) => sum + groupHeight(group), 0);
  const columns: KeyGroup[][] = [];
  let filled = 0;
  for (const group of groups) {
    const column = Math.min(count - 1, Math.floor(((filled + groupHeight(group) / 2) / total) * count));
    while (columns.length <= column) columns.push([]);
    columns[column].push(group);
    filled += groupHeight(group);
  }
  return columns.filter((column) => column.length > 0);
}
