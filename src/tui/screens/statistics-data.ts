// What the Statistics screen shows: the table's lines in their order, and how far all of it is read.

import type { Model } from "../model.ts";
import type { Theme } from "../theme.ts";
import { darkTheme } from "../theme.ts";
import type { Trace } from "../../trace/trace.ts";
import { shownTrace } from "./packet-data.ts";
import {
  countingOf,
  countOn,
  expertOf,
  ioOf,
  isCounting,
  layerOf,
  protocolsOf,
  showsCharts,
  trafficOf,
} from "./statistics-counts.ts";
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

/** The order last asked for of each trace. */
const orders = new WeakMap<Trace, LineOrder>();

/** The sheets last made, so that a frame does not go through all lines for the widest of them. */
let made: {
  readonly trace: Trace;
  readonly name: string;
  readonly theme: Theme;
  readonly sheet: Sheet;
} | null = null;

/** The table that is shown; null for the IO graph. */
export function sheetOf(model: Model, theme: Theme = darkTheme): Sheet | null {
  const trace = shownTrace(model);
  const { table } = model.statistics;
  if (table === "io") return null;
  const name = `${table} ${layerOf(model)} ${countingOf(model).read}`;
  if (made?.trace === trace && made.name === name && made.theme === theme) return made.sheet;
  const sheet = makeSheet(model, table, theme);
  made = { trace, name, theme, sheet };
  return sheet;
}

function makeSheet(
  model: Model,
  table: "conversations" | "endpoints" | "protocols" | "expert",
  theme: Theme,
): Sheet {
  const trace = shownTrace(model);
  switch (table) {
    case "conversations":
      return conversationSheet(trafficOf(model).counts, theme);
    case "endpoints":
      return endpointSheet(trafficOf(model).counts, theme);
    case "protocols": {
      const last = trace.packets.count - 1;
      return protocolSheet(protocolsOf(model).counts.top, last < 0 ? 0 : trace.packetNs(last), theme);
    }
    case "expert":
      return expertSheet(expertOf(model).counts.kinds, theme);
  }
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

/** The line of the table at `place`: before all is counted and sorted, lines are in the order they were found. */
export function lineAt(model: Model, sheet: Sheet, place: number): number {
  const order = orderOf(model, sheet);
  return order?.lines.result?.[place] ?? place;
}

/** Whether packets are left to count, for the table or the charts, or lines to sort. */
export function isUnread(model: Model): boolean {
  return isTableUnread(model) || areChartsUnread(model);
}

function isTableUnread(model: Model): boolean {
  if (isCounting(model)) return true;
  const sheet = sheetOf(model);
  return sheet !== null && orderOf(model, sheet)?.lines.isDone === false;
}

function areChartsUnread(model: Model): boolean {
  return showsCharts(model) && ioOf(model).read < shownTrace(model).packets.count;
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
  const { count } = shownTrace(model).packets;
  if (isCounting(model)) return `counting ${Math.floor((countingOf(model).read / count) * 100)} %`;
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
  const known = orders.get(shownTrace(model));
  if (known?.name === name) return known;
  const key = sheet.columns[column].key ?? (() => 0);
  const order = { name, lines: new Sliced(sorting({ length: sheet.count }, key, descending)) };
  orders.set(shownTrace(model), order);
  return order;
}
