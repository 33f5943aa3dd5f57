/** A dialog over what is already painted, and the help made of a key table. */

import { type Grid, onBackground } from "../render/grid.ts";
import { textWidth } from "../render/width.ts";
import type { Theme } from "../theme.ts";
import type { KeyHint } from "./bars.ts";
import { frame } from "./frame.ts";
import { scrollbar } from "./scroll.ts";
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

/** How the help lies on a screen: its columns, and how many lines can be scrolled away. */
interface HelpLayout {
  readonly columns: readonly (readonly KeyGroup[])[];
  readonly keyCells: number;
  readonly doesCells: number;
  readonly last: number;
}

function helpLayout(
  screen: { readonly width: number; readonly height: number },
  groups: readonly KeyGroup[],
): HelpLayout {
  const keyCells = Math.max(1, ...groups.flatMap((group) => group.keys.map((hint) => textWidth(hint.key))));
  const doesCells = Math.max(1, ...groups.flatMap((group) => group.keys.map((hint) => textWidth(hint.does))));
  const most = Math.max(1, Math.floor((screen.width - 6 + 3) / (keyCells + 2 + doesCells + 3)));
  let columns = layOut(groups, 1);
  for (let count = 2; count <= most && columnHeight(columns) + 4 > screen.height; count++) {
    columns = layOut(groups, count);
  }
  return { columns, keyCells, doesCells, last: Math.max(0, columnHeight(columns) + 6 - screen.height) };
}

/** The last line the help can be scrolled to on a screen, 0 where all of it fits. */
export function helpLast(
  screen: { readonly width: number; readonly height: number },
  groups: readonly KeyGroup[],
): number {
  return helpLayout(screen, groups).last;
}

/**
 * The help dialog: groups of keys, in as many columns as the screen has room for. Groups are kept whole. `top` lines are
 * scrolled away where it is longer than the screen.
 */
export function helpPopup(grid: Grid, theme: Theme, groups: readonly KeyGroup[], top = 0): void {
  const { columns, keyCells, doesCells, last } = helpLayout(grid, groups);
  const columnCells = keyCells + 2 + doesCells;
  const inner = popup(grid, theme, {
    title: "Keys",
    width: columns.length * (columnCells + 3) - 3 + (last === 0 ? 6 : 7),
    height: columnHeight(columns) + 4,
    footer: last === 0 ? "? or Esc closes" : "↑↓ scrolls, ? or Esc closes",
  });
  const above = Math.max(0, Math.min(last, top));
  const put = (x: number, line: number, text: string, attr: number, cells: number): void => {
    const y = line - above;
    if (y >= 0 && y < inner.height) inner.put(x, y, text, attr, cells);
  };
  for (let column = 0; column < columns.length; column++) {
    const x = 1 + column * (columnCells + 3);
    let y = 1;
    for (const group of columns[column]) {
      put(x, y++, group.title, onBackground(theme.title, theme.popup), columnCells);
      for (const hint of group.keys) {
        put(x, y, hint.key, onBackground(theme.strong, theme.popup), keyCells);
        put(x + keyCells + 2, y, hint.does, theme.popup, doesCells);
        y++;
      }
      y++;
    }
  }
  scrollbar(inner, theme, 0, inner.height, above, inner.height + last);
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
