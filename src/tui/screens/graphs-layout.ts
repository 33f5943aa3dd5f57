// Where the graphs stand: a grid of all of them where there is room, else one with tabs.

import type { Model } from "../model.ts";
import type { GraphName } from "../views.ts";
import { graphShown, graphsOf } from "./graphs-data.ts";

export interface GraphPlace {
  readonly part: GraphName | "head" | "none" | "time";
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Cells of a terminal that has room for several graphs, and for three beside each other. */
const GRID_FROM = { width: 100, height: 30 };
const THREE_FROM = 160;
const TIME_ROWS = 4;
const SMALL_TIME_ROWS = 1;

/** Whether the chosen graph is the only one on the screen. */
export function isAlone(model: Model): boolean {
  const { width, height } = model.size;
  return model.graphs.alone || width < GRID_FROM.width || height < GRID_FROM.height;
}

/** Every part on the screen; the first and the last row are not the screen's. */
export function graphsLayout(model: Model): GraphPlace[] {
  const { width, height } = model.size;
  const timeRows = height >= GRID_FROM.height ? TIME_ROWS : SMALL_TIME_ROWS;
  const rows = Math.max(1, height - 3 - timeRows);
  const places: GraphPlace[] = [{ part: "head", x: 0, y: 1, width, height: 1 }];
  const chosen = graphShown(model);
  const shown = chosen === null ? [] : isAlone(model) ? [chosen] : graphsOf(model);
  if (chosen === null) places.push({ part: "none", x: 0, y: 2, width, height: rows });
  const across = Math.min(shown.length, width >= THREE_FROM && shown.length > 4 ? 3 : 2);
  const lines = Math.ceil(shown.length / across);
  for (const [i, part] of shown.entries()) {
    const line = Math.floor(i / across);
    // The last line's graphs share its width.
    const inLine = Math.min(across, shown.length - line * across);
    const column = i - line * across;
    const x = Math.floor((width * column) / inLine);
    const y = Math.floor((rows * line) / lines);
    places.push({
      part,
      x,
      y: 2 + y,
      width: Math.floor((width * (column + 1)) / inLine) - x,
      height: Math.floor((rows * (line + 1)) / lines) - y,
    });
  }
  places.push({ part: "time", x: 0, y: 2 + rows, width, height: timeRows });
  return places;
}

const TABS: Record<GraphName, string> = {
  cwnd: "Window",
  rtt: "Round trip",
  flight: "In flight",
  throughput: "Throughput",
  queue: "Queue",
  sequence: "Sequence",
};

/** Columns of the tabs of a screen with one graph, `to` exclusive. */
export function graphTabs(model: Model): {
  readonly graph: GraphName;
  readonly title: string;
  readonly from: number;
  readonly to: number;
}[] {
  if (!isAlone(model)) return [];
  let x = 1;
  return graphsOf(model).map((graph) => {
    const from = x;
    x += TABS[graph].length + 2;
    return { graph, title: TABS[graph], from, to: x };
  });
}
