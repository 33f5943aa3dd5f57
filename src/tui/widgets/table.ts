/** A list in columns of which only the visible rows are ever asked for. */

import { DEFAULT_COLOR, type Grid, onBackground } from "../render/grid.ts";
import { textWidth } from "../render/width.ts";
import type { Theme } from "../theme.ts";
import { scrollbar } from "./scroll.ts";
import { putSpans, type Rich, richWidth } from "./spans.ts";

export interface Column<Row> {
  readonly title: string;
  /** Cells, without the gap of two that separates columns. */
  readonly width: number;
  /** Share of the width left over; 0 by default. */
  readonly grow?: number;
  readonly align?: "left" | "right";
  /** The text of a cell. Plain text is painted in `attr`. */
  cell(row: Row, index: number): Rich;
  /** Attribute of plain text; the theme's text by default. */
  attr?(row: Row, index: number): number;
}

export interface TableOptions<Row> {
  readonly columns: readonly Column<Row>[];
  /** Rows there are; only the visible ones are asked for. */
  readonly count: number;
  row(index: number): Row;
  /** Index of the first visible row. */
  readonly top: number;
  /** Index of the selected row, -1 for none. */
  readonly selected: number;
  /** Whether the list has the focus: its selection is bright. True by default. */
  readonly focused?: boolean;
  /** Column titles in the first line. True by default. */
  readonly header?: boolean;
  /** Every other row on a lighter ground. True by default. */
  readonly zebra?: boolean;
  /** Foreground and flags for all text of a row, over those of its columns; null for none. */
  rowAttr?(row: Row, index: number): number | null;
  /** What is said when there are no rows. */
  readonly empty?: string;
}

const GAP = 2;

/** Rows a table shows in a view of `height` cells. */
export function tableRows(height: number, header = true): number {
  return Math.max(0, height - (header ? 1 : 0));
}

/** The row at line `y` of a table's view, or -1: for the mouse. */
export function tableRowAt(y: number, top: number, count: number, header = true): number {
  const line = y - (header ? 1 : 0);
  const row = top + line;
  return line >= 0 && row < count ? row : -1;
}

/** The column at cell `x` of a table of `width` cells, -1 for none: for the mouse. */
export function tableColumnAt<Row>(columns: readonly Column<Row>[], width: number, x: number): number {
  const widths = columnWidths(columns, width - 3);
  let from = 1;
  for (let i = 0; i < columns.length; i++) {
    if (widths[i] <= 0) continue;
    if (x >= from && x < from + widths[i] + GAP) return i;
    from += widths[i] + GAP;
  }
  return -1;
}

/**
 * Paints the table over all of `grid`: the mark of the selected row in column 0, columns from 2 (1 if narrow), the
 * scrollbar in the last column.
 */
export function table<Row>(grid: Grid, theme: Theme, options: TableOptions<Row>): void {
  const { columns, count, top, selected } = options;
  const header = options.header !== false;
  const zebra = options.zebra !== false;
  const widths = columnWidths(columns, grid.width - 3);
  grid.fill(0, 0, grid.width, grid.height, theme.background);
  if (header) {
    if (theme.mono) grid.fill(1, 0, grid.width - 2, 1, theme.header);
    paintCells(
      grid,
      0,
      columns,
      widths,
      (column) => column.title,
      () => theme.header,
    );
  }
  const first = header ? 1 : 0;
  const visible = tableRows(grid.height, header);
  if (count === 0) grid.put(2, first, options.empty ?? "", theme.muted);
  for (let line = 0; line < visible; line++) {
    const index = top + line;
    if (index < 0 || index >= count) continue;
    const row = options.row(index);
    const y = first + line;
    const isSelected = index === selected;
    let ground = theme.background;
    if (isSelected) ground = options.focused === false ? theme.selectedBlur : theme.selected;
    else if (zebra && index % 2 === 0) ground = theme.zebra;
    grid.fill(0, y, grid.width - 1, 1, ground);
    const rowAttr = options.rowAttr?.(row, index) ?? null;
    paintCells(
      grid,
      y,
      columns,
      widths,
      (column) => column.cell(row, index),
      (column) => rowAttr ?? column.attr?.(row, index) ?? theme.text,
      ground,
    );
    if (isSelected) {
      if (theme.mono) grid.recolor(1, y, grid.width - 2, 1, (attr) => attr | ground);
      grid.cell(0, y, "▌", onBackground(theme.marker, ground));
    }
  }
  scrollbar(grid, theme, first, visible, top, count);
}

function paintCells<Row>(
  grid: Grid,
  y: number,
  columns: readonly Column<Row>[],
  widths: readonly number[],
  cell: (column: Column<Row>) => Rich,
  attrOf: (column: Column<Row>) => number,
  ground?: number,
): void {
  let x = 1;
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i];
    const width = widths[i];
    if (width <= 0) continue;
    const rich = cell(column);
    const attr = ground === undefined ? attrOf(column) : onBackground(attrOf(column), ground);
    const used = Math.min(width, typeof rich === "string" ? textWidth(rich) : richWidth(rich));
    const start = column.align === "right" ? x + width - used : x;
    if (typeof rich === "string") grid.put(start, y, rich, attr, width);
    else putSpans(grid, start, y, rich, width, ground ?? DEFAULT_COLOR);
    x += width + GAP;
  }
}

/**
 * Cells for each column in `room` cells. What is left over goes to growing columns; what is missing is taken from
 * growing columns first (down to a third), then columns are left out from the right.
 */
export function columnWidths<Row>(columns: readonly Column<Row>[], room: number): number[] {
  const widths = columns.map((column) => column.width);
  let left = room - widths.reduce((sum, width) => sum + width, 0) - GAP * Math.max(0, columns.length - 1);
  if (left > 0) {
    const shares = columns.reduce((sum, column) => sum + (column.grow ?? 0), 0);
    if (shares === 0) return widths;
    const spare = left;
    let last = 0;
    for (let i = 0; i < columns.length; i++) {
      const cells = Math.floor((spare * (columns[i].grow ?? 0)) / shares);
      if ((columns[i].grow ?? 0) > 0) last = i;
      widths[i] += cells;
      left -= cells;
    }
    widths[last] += left;
    return widths;
  }
  for (let i = columns.length - 1; i >= 0 && left < 0; i--) {
    if ((columns[i].grow ?? 0) === 0) continue;
    const cells = Math.min(-left, widths[i] - Math.ceil(widths[i] / 3));
    widths[i] -= cells;
    left += cells;
  }
  for (let i = columns.length - 1; i > 0 && left < 0; i--) {
    left += widths[i] + GAP;
    widths[i] = 0;
    if (left > 0) {
      widths[i] = left - GAP >= 3 ? left - GAP : 0;
      left = 0;
    }
  }
  if (columns.length > 0 && left < 0) widths[0] = Math.max(0, widths[0] + left);
  return widths;
}
