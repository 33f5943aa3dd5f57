// Which columns of a table of the Statistics screen are shown, and how wide: part of a number would be another number, so that what does not
// fit whole is left out from the right, the bar first. Addresses may be cut, for packets and bytes beside them.

import { columnWidths } from "../widgets/table.ts";
import type { Sheet, SheetColumn } from "./statistics-sheets.ts";

const GAP = 2;
/** Cells of a table beside its columns: the mark of the line selected and the scrollbar. */
const BESIDE = 3;
/** Rows a table has at least, its titles among them, before lines are taken from it. */
const TABLE_ROWS_MIN = 5;

export interface ShownColumn {
  readonly column: SheetColumn;
  /** Its place among the sheet's. */
  readonly index: number;
  readonly cells: number;
}

/** The columns in a table of `width` cells, from the left. */
export function shownColumns(sheet: Sheet, width: number): readonly ShownColumn[] {
  const room = width - BESIDE;
  const chosen = chosenColumns(sheet, width, true);
  const left = room - wanted(chosen);
  const cut = chosen.filter(({ least }) => least !== undefined).length;
  // What is missing is taken from those that may be cut, of each as much.
  const widths = columnWidths(
    chosen.map((column) => ({
      title: column.title,
      width: column.width + (left < 0 && column.least !== undefined ? Math.floor(left / cut) : 0),
      grow: column.grow ?? 0,
      cell: () => "",
    })),
    room,
  );
  return chosen.map((column, i) => ({ column, index: sheet.columns.indexOf(column), cells: widths[i] }));
}

/** With the spare ones where all others fit beside them. */
function chosenColumns(sheet: Sheet, width: number, withSpare: boolean): readonly SheetColumn[] {
  const room = width - BESIDE;
  const chosen: SheetColumn[] = [];
  for (const column of sheet.columns) {
    if (column.spare === true && !withSpare) continue;
    const next = [...chosen, column];
    const isCore = column.core === true || column.least !== undefined;
    const fits = (isCore ? least(next) : wanted(next)) <= room && width >= (column.from ?? 0);
    if (fits || chosen.length === 0) chosen.push(column);
    else if (column.spare === true) return chosenColumns(sheet, width, false);
    else break;
  }
  return chosen;
}

function wanted(columns: readonly SheetColumn[]): number {
  return columns.reduce((sum, { width }) => sum + width, GAP * (columns.length - 1));
}

function least(columns: readonly SheetColumn[]): number {
  return columns.reduce((sum, column) => sum + (column.least ?? column.width), GAP * (columns.length - 1));
}

/** Index of the column at cell `x` of a table of `width` cells, -1 for none. */
export function columnAt(sheet: Sheet, x: number, width: number): number {
  let from = 1;
  for (const { index, cells } of shownColumns(sheet, width)) {
    if (x >= from && x < from + cells) return index;
    from += cells + GAP;
  }
  return -1;
}

/** Lines at the foot of a pane of so many cells that tell of the line selected what is cut in the table; 0 where nothing is, and where there is no room. */
export function wholeRows(sheet: Sheet, width: number, height: number): number {
  const { whole, wholeCells = 0 } = sheet;
  if (whole === undefined || sheet.count === 0) return 0;
  const isCut = shownColumns(sheet, width).some(
    ({ column, cells }) => column.least !== undefined && cells < wholeCells,
  );
  const rows = isCut ? whole(0).length : 0;
  return height - rows >= TABLE_ROWS_MIN ? rows : 0;
}
