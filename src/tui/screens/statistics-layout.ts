// Where the parts of the Statistics screen stand: one function for painting and for the mouse.

import type { Model } from "../model.ts";
import { STATISTICS_TABLES } from "../views.ts";
import type { StatisticsTable } from "../views.ts";
import { CONVERSATION_KINDS, CONVERSATION_TITLES } from "../../capture/statistics/traffic-counts.ts";
import type { ConversationKind } from "../../capture/statistics/traffic-counts.ts";
import { tableRows } from "../widgets/table.ts";
import { wholeRows } from "./statistics-columns.ts";
import { showsCharts } from "./statistics-counts.ts";
import { sheetOf } from "./statistics-data.ts";

export interface StatisticsPlace {
  readonly part: "tabs" | "table" | "packets" | "bits" | "time";
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const TITLES: Record<StatisticsTable, string> = {
  conversations: "Conversations",
  endpoints: "Endpoints",
  protocols: "Protocols",
  io: "Over time",
  expert: "Expert",
};
const TIME_ROWS = 4;
const SMALL_TIME_ROWS = 1;
const TIME_FROM = 30;
/** Rows of a table with few lines, and its border. */
const TABLE_MIN = 12;
/** Columns that have room for two charts. */
const BOTH_FROM = 140;

/** Tabs, then the table with charts over time below it where there is room; or the charts alone, with the timeline. */
export function statisticsLayout(model: Model): StatisticsPlace[] {
  const { width, height } = model.size;
  const tabs: StatisticsPlace = { part: "tabs", x: 0, y: 1, width, height: 1 };
  const rows = Math.max(1, height - 3);
  if (model.statistics.table !== "io") {
    const needed = Math.max(TABLE_MIN, (sheetOf(model)?.count ?? 0) + 4);
    const lower = showsCharts(model) ? Math.max(Math.floor(rows * 0.4), rows - needed) : 0;
    return [
      tabs,
      { part: "table", x: 0, y: 2, width, height: rows - lower },
      ...chartPlaces(width, 2 + rows - lower, lower),
    ];
  }
  const timeRows = height >= TIME_FROM ? TIME_ROWS : SMALL_TIME_ROWS;
  const upper = Math.ceil((rows - timeRows) / 2);
  return [
    tabs,
    { part: "packets", x: 0, y: 2, width, height: upper },
    { part: "bits", x: 0, y: 2 + upper, width, height: rows - timeRows - upper },
    { part: "time", x: 0, y: height - 1 - timeRows, width, height: timeRows },
  ];
}

/** Below a table: both charts beside each other, or the one of packets. */
function chartPlaces(width: number, y: number, height: number): StatisticsPlace[] {
  if (height === 0) return [];
  if (width < BOTH_FROM) return [{ part: "packets", x: 0, y, width, height }];
  const half = Math.floor(width / 2);
  return [
    { part: "packets", x: 0, y, width: half, height },
    { part: "bits", x: half, y, width: width - half, height },
  ];
}

/** Lines of the table that fit. */
export function tableHeight(model: Model): number {
  const place = statisticsLayout(model).find(({ part }) => part === "table");
  const sheet = sheetOf(model);
  if (sheet === null || place === undefined) return 0;
  const height = Math.max(0, place.height - 2);
  return tableRows(height - wholeRows(sheet, place.width - 2, height));
}

export interface StatisticsTab {
  readonly table?: StatisticsTable;
  readonly layer?: ConversationKind;
  readonly title: string;
  readonly from: number;
  readonly to: number;
}

/** The tabs: tables from the left; for those that have layers, these at the right. `to` is exclusive. */
export function statisticsTabs(model: Model): StatisticsTab[] {
  const tabs: StatisticsTab[] = [];
  let x = 1;
  for (const table of STATISTICS_TABLES) {
    const to = x + TITLES[table].length + 2;
    tabs.push({ table, title: TITLES[table], from: x, to });
    x = to;
  }
  const { table } = model.statistics;
  if (table !== "conversations" && table !== "endpoints") return tabs;
  const narrow = model.size.width < 100;
  const title = (kind: ConversationKind): string => (narrow ? kind : CONVERSATION_TITLES[kind]);
  const cells = CONVERSATION_KINDS.reduce((sum, kind) => sum + title(kind).length + (narrow ? 1 : 2), 0);
  // The title of the table says which layer it is; part of their names would say nothing.
  if (x + cells > model.size.width) return tabs;
  x = Math.max(x + 1, model.size.width - 1 - cells);
  for (const layer of CONVERSATION_KINDS) {
    const to = x + title(layer).length + (narrow ? 1 : 2);
    tabs.push({ layer, title: title(layer), from: x, to });
    x = to;
  }
  return tabs;
}
