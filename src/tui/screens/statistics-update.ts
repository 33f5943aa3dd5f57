// What keys and the mouse do on the Statistics screen.

import { CONVERSATION_KINDS } from "../../capture/statistics/traffic-counts.ts";
import { stepAtTime } from "../../trace/state-at.ts";
import type { Action } from "../keys.ts";
import type { MouseAction } from "../messages.ts";
import type { Model } from "../model.ts";
import { nextStop, previousStop } from "../playback.ts";
import { STATISTICS_TABLES } from "../views.ts";
import type { StatisticsView } from "../views.ts";
import { chartXAt } from "../widgets/chart.ts";
import { scrollTo } from "../widgets/scroll.ts";
import { tableRowAt } from "../widgets/table.ts";
import { atCursor, shownTrace } from "./packet-data.ts";
import { filterBy } from "./packets-reading.ts";
import { packetsAction } from "./packets-update.ts";
import type { Step } from "./screen.ts";
import { scrubberStep } from "./scrubber-pane.ts";
import { shownStep } from "./sequence-data.ts";
import { layerOf, limitOf } from "./statistics-counts.ts";
import { lineAt, selectedPlace, sheetOf, sortOf, topPlace } from "./statistics-data.ts";
import { ioFilter, ioPlot } from "./statistics-io.ts";
import { statisticsLayout, statisticsTabs, tableHeight } from "./statistics-layout.ts";
import { columnAt } from "./statistics-columns.ts";

const WHEEL = 3;

/** Does `action`; one the screen does not know leaves the model as it is. */
export function statisticsAction(model: Model, action: Action): Step {
  const trace = shownTrace(model);
  const page = Math.max(1, tableHeight(model) - 1);
  switch (action) {
    case "up":
      return quiet(moveBy(model, -1));
    case "down":
      return quiet(moveBy(model, 1));
    case "page up":
      return quiet(moveBy(model, -page));
    case "page down":
      return quiet(moveBy(model, page));
    case "first":
      return quiet(moveBy(model, -Infinity));
    case "last":
      return quiet(moveBy(model, Infinity));
    case "forward":
      return quiet(atCursor(model, nextStop(trace, shownStep(model))));
    case "back":
      return quiet(atCursor(model, previousStop(trace, shownStep(model))));
    case "next pane":
      return quiet(tableBy(model, 1));
    case "previous pane":
      return quiet(tableBy(model, -1));
    case "zoom in":
      return quiet(narrower(model, 1));
    case "zoom out":
      return quiet(narrower(model, -1));
    case "next sort":
      return quiet(sortBy(model, 1));
    case "previous sort":
      return quiet(sortBy(model, -1));
    case "reverse":
      return quiet(withView(model, { reversed: !model.statistics.reversed, selected: 0, top: 0 }));
    case "other side":
      return packetsAction(model, action);
    case "limit":
      return quiet(limitTurned(model));
    case "expand":
      return filtered(model);
    default:
      return quiet(model);
  }
}

/** To the packets of the line chosen. */
function filtered(model: Model): Step {
  const sheet = sheetOf(model);
  if (sheet?.count === 0) return quiet(model);
  const own =
    sheet === null ? ioFilter(model) : sheet.filter(lineAt(model, sheet, selectedPlace(model, sheet)));
  const limit = limitOf(model);
  return filterBy(model, limit === null ? own : `(${limit.text}) && (${own})`);
}

/** The packets that pass the filter alone, or all again; without a filter, how to have one. */
function limitTurned(model: Model): Model {
  const limited = !model.statistics.limited;
  if (limited && model.packets.filter === null) return { ...model, notice: "no filter is on: / sets one" };
  return withView(model, { limited, selected: 0, top: 0 });
}

/** Another layer of the same table; over time another interval. */
function narrower(model: Model, by: 1 | -1): Model {
  const { table, interval } = model.statistics;
  if (table === "io") return withView(model, { interval: Math.max(-30, Math.min(30, interval - by)) });
  if (table !== "conversations" && table !== "endpoints") return model;
  const at = CONVERSATION_KINDS.indexOf(layerOf(model)) + by;
  const layer = CONVERSATION_KINDS[Math.max(0, Math.min(CONVERSATION_KINDS.length - 1, at))];
  return withView(model, { layer, selected: 0, top: 0 });
}

function tableBy(model: Model, by: 1 | -1): Model {
  const count = STATISTICS_TABLES.length;
  const table = STATISTICS_TABLES[(STATISTICS_TABLES.indexOf(model.statistics.table) + by + count) % count];
  return withView(model, { table, selected: 0, top: 0, sort: null, reversed: false });
}

/** The next column that lines can be sorted by. */
function sortBy(model: Model, by: 1 | -1): Model {
  const sheet = sheetOf(model);
  const now = sheet === null ? null : sortOf(model, sheet);
  if (sheet === null || now === null) return model;
  const count = sheet.columns.length;
  for (let i = 1; i <= count; i++) {
    const column = (now.column + by * i + count * count) % count;
    if (sheet.columns[column].key !== undefined) return sortedBy(model, column);
  }
  return model;
}

function sortedBy(model: Model, sort: number): Model {
  return withView(model, { sort, reversed: false, selected: 0, top: 0 });
}

function moveBy(model: Model, by: number): Model {
  const sheet = sheetOf(model);
  if (sheet === null) return model;
  return select(model, selectedPlace(model, sheet) + by);
}

function select(model: Model, line: number): Model {
  const count = sheetOf(model)?.count ?? 0;
  const selected = Math.max(0, Math.min(count - 1, line));
  return withView(model, {
    selected,
    top: scrollTo(model.statistics.top, selected, tableHeight(model), count),
  });
}

/** A click chooses a tab, a line, an order, or a time; a second one on a line filters. */
export function statisticsMouse(model: Model, action: MouseAction, x: number, y: number): Step {
  const place = statisticsLayout(model).find(
    (at) => x >= at.x && x < at.x + at.width && y >= at.y && y < at.y + at.height,
  );
  if (place === undefined) return quiet(model);
  if (place.part === "tabs") return quiet(action === "click" ? tabClicked(model, x) : model);
  if (place.part === "table") {
    if (action === "wheelup" || action === "wheeldown") {
      return quiet(moveBy(model, action === "wheelup" ? -WHEEL : WHEEL));
    }
    return action === "click" ? tableClicked(model, x - place.x - 1, y - place.y - 1) : quiet(model);
  }
  if (action !== "click" && action !== "drag") return quiet(model);
  const trace = shownTrace(model);
  if (place.part === "time") {
    const framed = place.height >= 4 ? 1 : 0;
    return quiet(atCursor(model, scrubberStep(trace, x - place.x - framed, place.width - 2 * framed)));
  }
  const ns = chartXAt(x - place.x - 1, place.width - 2, place.height - 2, ioPlot(model, place.part));
  return quiet(ns === null ? model : atCursor(model, stepAtTime(trace, ns)));
}

function tabClicked(model: Model, x: number): Model {
  const tab = statisticsTabs(model).find(({ from, to }) => x >= from && x < to);
  if (tab?.table !== undefined) {
    return withView(model, { table: tab.table, selected: 0, top: 0, sort: null, reversed: false });
  }
  return tab?.layer === undefined ? model : withView(model, { layer: tab.layer, selected: 0, top: 0 });
}

function tableClicked(model: Model, x: number, y: number): Step {
  const sheet = sheetOf(model);
  if (sheet === null) return quiet(model);
  if (y === 0) {
    const column = columnAt(sheet, x, model.size.width - 2);
    if (column === -1 || sheet.columns[column].key === undefined) return quiet(model);
    const { reversed } = model.statistics;
    const again = sortOf(model, sheet)?.column === column;
    return quiet(again ? withView(model, { reversed: !reversed }) : sortedBy(model, column));
  }
  const line = tableRowAt(y, topPlace(model, sheet, tableHeight(model)), sheet.count);
  if (line === -1) return quiet(model);
  return line === selectedPlace(model, sheet) ? filtered(model) : quiet(select(model, line));
}

function withView(model: Model, change: Partial<StatisticsView>): Model {
  return { ...model, statistics: { ...model.statistics, ...change } };
}

function quiet(model: Model): Step {
  return [model, []];
}
