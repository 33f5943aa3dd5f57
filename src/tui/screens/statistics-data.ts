// What the Statistics screen shows: the table's lines in their order, and how far all of it is read.

import type { Model } from "../model.ts";
import type { Theme } from "../theme.ts";
import { darkTheme } from "../theme.ts";
import { scrollTo } from "../widgets/scroll.ts";
import { shownTrace } from "./packet-data.ts";
import {
  countedOf,
  countingOf,
  countingWords,
  countOn,
  expertOf,
  ioOf,
  isCounting,
  isUncounted,
  layerOf,
  limitOf,
  protocolsOf,
  showsCharts,
  trafficOf,
} from "./statistics-counts.ts";
import type { Counted } from "./statistics-counts.ts";
import { Sliced } from "./slice.ts";
import { sorting } from "./sorting.ts";
import { conversationSheet, endpointSheet, expertSheet, protocolSheet } from "./statistics-sheets.ts";
import type { Sheet } from "./statistics-sheets.ts";

/** The lines of a table in an order, found a slice at a time. */
interface LineOrder {
  /** Equal for orders that are the same. */
  readonly name: string;
  readonly lines: Sliced<Uint32Array>;
}

/** The order last asked for of what is counted. */
const orders = new WeakMap<Counted, LineOrder>();

/** The sheets last made, so that a frame does not go through all lines for the widest of them. */
let made: {
  readonly counted: Counted;
  readonly name: string;
  readonly theme: Theme;
  readonly sheet: Sheet;
} | null = null;

/** The table that is shown; null for the IO graph. */
export function sheetOf(model: Model, theme: Theme = darkTheme): Sheet | null {
  const counted = countedOf(model);
  const { table } = model.statistics;
  if (table === "io") return null;
  const name = `${table} ${layerOf(model)} ${countingOf(model).read}`;
  if (made?.counted === counted && made.name === name && made.theme === theme) return made.sheet;
  const sheet = makeSheet(model, table, theme);
  made = { counted, name, theme, sheet };
  return sheet;
}

function makeSheet(
  model: Model,
  table: "conversations" | "endpoints" | "protocols" | "expert",
  theme: Theme,
): Sheet {
  switch (table) {
    case "conversations":
      return conversationSheet(trafficOf(model).counts, theme);
    case "endpoints":
      return endpointSheet(trafficOf(model).counts, theme);
    case "protocols":
      return protocolSheet(protocolsOf(model).counts.top, durationNs(model), theme);
    case "expert":
      return expertSheet(expertOf(model).counts.kinds, theme);
  }
}

/** From the first packet that is counted to the last; of all packets of a run, from its beginning. */
function durationNs(model: Model): number {
  const trace = shownTrace(model);
  const rows = limitOf(model)?.rows;
  if (rows === undefined) return trace.packets.count === 0 ? 0 : trace.packetNs(trace.packets.count - 1);
  return rows.length === 0 ? 0 : trace.packetNs(rows[rows.length - 1]) - trace.packetNs(rows[0]);
}

/** The column that gives the order, and which way; null where the lines have one of their own. */
export function sortOf(
  model: Model,
  sheet: Sheet,
): { readonly column: number; readonly descending: boolean } | null {
  const { sort, reversed } = model.statistics;
  const column = sort === null || sheet.columns[sort]?.key === undefined ? sheet.sort : sort;
  if (column < 0) return null;
  return { column, descending: (sheet.columns[column].descending ?? false) !== reversed };
}

/** The place that is selected: the last one where fewer are counted now than when it was chosen. */
export function selectedPlace(model: Model, sheet: Sheet): number {
  return Math.min(model.statistics.selected, sheet.count - 1);
}

/** The place at the top of `rows` of them. */
export function topPlace(model: Model, sheet: Sheet, rows: number): number {
  return scrollTo(model.statistics.top, selectedPlace(model, sheet), rows, sheet.count);
}

/** The line of the table at `place`: before all is counted and sorted, lines are in the order they were found. */
export function lineAt(model: Model, sheet: Sheet, place: number): number {
  const order = orderOf(model, sheet);
  return order?.lines.result?.[place] ?? place;
}

/** Whether there are packets to count now, for the table or the charts, or lines to sort. */
export function isUnread(model: Model): boolean {
  return isTableUnread(model) || areChartsUnread(model);
}

function isTableUnread(model: Model): boolean {
  if (isCounting(model)) return isUncounted(model, countingOf(model));
  const sheet = sheetOf(model);
  return sheet !== null && orderOf(model, sheet)?.lines.isDone === false;
}

function areChartsUnread(model: Model): boolean {
  return showsCharts(model) && isUncounted(model, ioOf(model));
}

/** Counts or sorts a slice more: the table before the charts. */
export function readOn(model: Model): void {
  if (countOn(model, countingOf(model))) return;
  const sheet = sheetOf(model);
  const order = sheet === null ? null : orderOf(model, sheet);
  if (order?.lines.isDone === false) order.lines.advance();
  else if (showsCharts(model)) countOn(model, ioOf(model));
}

/** How far all is read, for the frame's status: `counting 12 %`, `sorting`; empty when it is done. */
export function progressWords(model: Model): string {
  if (isCounting(model)) return countingWords(model, countingOf(model));
  return isTableUnread(model) ? "sorting" : "";
}

/** The order of the lines as asked for; null while packets are counted and where lines have one of their own. */
function orderOf(model: Model, sheet: Sheet): LineOrder | null {
  if (isCounting(model)) return null;
  const sort = sortOf(model, sheet);
  if (sort === null) return null;
  const { column, descending } = sort;
  const { read } = countingOf(model);
  const name = `${model.statistics.table} ${layerOf(model)} ${column} ${descending} ${read}`;
  const known = orders.get(countedOf(model));
  if (known?.name === name) return known;
  const key = sheet.columns[column].key ?? (() => 0);
  const order = { name, lines: new Sliced(sorting({ length: sheet.count }, key, descending)) };
  orders.set(countedOf(model), order);
  return order;
}
