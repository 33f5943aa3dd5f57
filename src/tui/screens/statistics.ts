// The Statistics screen: who talked to whom, which protocols there are, how much came when, and what was found fault with.

import { CONVERSATION_TITLES } from "../../capture/statistics/traffic-counts.ts";
import { SPEEDS } from "../model.ts";
import type { Model } from "../model.ts";
import type { Grid } from "../render/grid.ts";
import type { Theme } from "../theme.ts";
import { frame } from "../widgets/frame.ts";
import { table, tableRows } from "../widgets/table.ts";
import type { Column } from "../widgets/table.ts";
import { atEnd } from "./lab.ts";
import { shownLoopback, shownTrace } from "./packet-data.ts";
import { scrubberPane } from "./scrubber-pane.ts";
import { sequenceLabel, shownStep } from "./sequence-data.ts";
import { shownColumns, wholeRows } from "./statistics-columns.ts";
import { layerOf, limitHint, limitWords } from "./statistics-counts.ts";
import { lineAt, progressWords, selectedPlace, sheetOf, sortOf, topPlace } from "./statistics-data.ts";
import { ioPane } from "./statistics-io.ts";
import { statisticsLayout, statisticsTabs } from "./statistics-layout.ts";
import type { Sheet } from "./statistics-sheets.ts";

/** Paints the screen over all of `grid` but its first and last row. */
export function statisticsScreen(grid: Grid, theme: Theme, model: Model): void {
  for (const place of statisticsLayout(model)) {
    const view = grid.sub(place.x, place.y, place.width, place.height);
    if (view.height === 0) continue;
    if (place.part === "tabs") paintTabs(view, theme, model);
    else if (place.part === "table") paintTable(view, theme, model);
    else if (place.part === "time") paintTime(view, theme, model);
    else ioPane(view, theme, model, place.part);
  }
}

function paintTabs(view: Grid, theme: Theme, model: Model): void {
  for (const { table: name, layer, title, from, to } of statisticsTabs(model)) {
    const active = name === model.statistics.table || (layer !== undefined && layer === layerOf(model));
    const padded = to - from > title.length + 1 ? ` ${title} ` : title;
    view.put(from, 0, padded, active ? (layer === undefined ? theme.titleFocus : theme.accent) : theme.muted);
  }
}

function paintTable(view: Grid, theme: Theme, model: Model): void {
  const sheet = sheetOf(model, theme);
  if (sheet === null) return;
  const { table: name } = model.statistics;
  const selected = selectedPlace(model, sheet);
  const progress = progressWords(model);
  const place = sheet.count === 0 ? "" : `${selected + 1} of ${sheet.count}`;
  const inner = frame(view, theme, {
    title: `${titleOf(model)}${limitWords(model)}`,
    status: together(unseenSort(model, sheet, view.width - 2), place, progress),
    footer: together(limitHint(model), sheet.count === 0 ? "" : "Enter: their packets"),
    focused: true,
  });
  const sort = sortOf(model, sheet);
  const whole = wholeRows(sheet, inner.width, inner.height);
  const rows = inner.height - whole;
  if (whole > 0)
    paintWhole(
      inner.sub(0, rows, inner.width, whole),
      theme,
      sheet.whole?.(lineAt(model, sheet, selected)) ?? [],
    );
  table<number>(inner.sub(0, 0, inner.width, rows), theme, {
    columns: shownColumns(sheet, inner.width).map(({ column, index, cells }): Column<number> => {
      const mark = sort?.column === index && name !== "protocols" ? (sort.descending ? "▼" : "▲") : "";
      return {
        title: column.align === "right" ? `${mark}${column.title}` : `${column.title}${mark}`,
        width: cells,
        align: column.align ?? "left",
        cell: (line) => column.cell(line, cells),
        ...(column.attr === undefined ? {} : { attr: column.attr }),
      };
    }),
    count: sheet.count,
    row: (place) => lineAt(model, sheet, place),
    top: topPlace(model, sheet, tableRows(rows)),
    selected,
    empty: progress === "" ? sheet.empty : "",
  });
}

function together(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("  ");
}

/** By which column the lines are sorted where it has no room to be seen: `by Duration s ▼`. */
function unseenSort(model: Model, sheet: Sheet, width: number): string {
  const sort = sortOf(model, sheet);
  if (sort === null || sheet.count === 0) return "";
  if (shownColumns(sheet, width).some(({ index }) => index === sort.column)) return "";
  const { title, name = title } = sheet.columns[sort.column];
  return `by ${name} ${sort.descending ? "▼" : "▲"}`;
}

/** What is cut in the table of the line selected, whole; of what is longer than the screen its beginning. */
function paintWhole(
  view: Grid,
  theme: Theme,
  parts: readonly (readonly [what: string, text: string])[],
): void {
  for (const [y, [what, text]] of parts.entries()) {
    const x = what === "" ? 1 : 1 + view.put(1, y, `${what}  `, theme.muted);
    view.put(x, y, text, theme.strong, view.width - x - 1);
  }
}

function titleOf(model: Model): string {
  const run = shownLoopback(model);
  const where = run === null ? "" : ` on loopback (${run.backend})`;
  switch (model.statistics.table) {
    case "conversations":
      return `${CONVERSATION_TITLES[layerOf(model)]} conversations${where}`;
    case "endpoints":
      return `${CONVERSATION_TITLES[layerOf(model)]} endpoints${where}`;
    case "protocols":
      return `Protocols${where}`;
    default:
      return `Expert information${where}`;
  }
}

function paintTime(view: Grid, theme: Theme, model: Model): void {
  const state = model.playing ? `▶ ×${SPEEDS[model.speed]}` : atEnd(model) ? "■ at the end" : "┃┃ paused";
  const area = view.height >= 4 ? frame(view, theme, { title: "Time", status: state }) : view;
  scrubberPane(area, theme, {
    trace: shownTrace(model),
    label: (packet) => sequenceLabel(model, packet),
    step: shownStep(model),
    focused: true,
  });
}
