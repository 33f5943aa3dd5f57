// The graphs of a page: those of the dashboard, drawn as points of each direction of each stream.

import type { Model } from "../tui/model.ts";
import { endName, isFlowUnread, readFlow, sideShown, streamTable } from "../tui/screens/flow-data.ts";
import { graphOf, graphsOf, rangeOf } from "../tui/screens/graphs-data.ts";
import type { GraphLine } from "../tui/screens/graphs-data.ts";
import { shownTrace } from "../tui/screens/packet-data.ts";
import { darkTheme } from "../tui/theme.ts";
import type { GraphName } from "../tui/views.ts";
import { outlineOf } from "../tui/widgets/points.ts";
import { roleOf } from "./colours.ts";
import type { PageFlow, PageGraph, PageLine } from "./page/data.ts";

/** Streams a page has graphs of. */
export const FLOW_STREAMS_MAX = 24;
/** Columns of time that lines are thinned to: of one stream, and of many. */
const COLUMNS_MAX = 600;
const COLUMNS_MIN = 120;

const UNITS: Readonly<Record<GraphName, PageGraph["unit"]>> = {
  cwnd: "bytes",
  rtt: "ns",
  flight: "bytes",
  throughput: "bits",
  queue: "count",
  sequence: "bytes",
};

/** Both directions of the first streams, those without data left out, until `lastNs`; the queues alone where there is no stream. */
export function flowsOf(model: Model, lastNs: number): PageFlow[] {
  const count = streamTable(model).tcpCount;
  if (count === 0) return shownTrace(model).queues.length > 0 ? [flowOf(model, "queues", -1, lastNs, 1)] : [];
  const streams = Math.min(count, FLOW_STREAMS_MAX);
  const flows: PageFlow[] = [];
  for (let stream = 0; stream < streams; stream++) {
    for (const direction of [0, 1] as const) {
      const at: Model = { ...model, flow: { stream, direction } };
      while (isFlowUnread(at)) readFlow(at);
      if (sideShown(at).rows.length === 0) continue;
      const title = `${endName(at, direction)} → ${endName(at, direction === 0 ? 1 : 0)}`;
      flows.push(flowOf(at, title, stream, lastNs, streams));
    }
  }
  return flows;
}

function flowOf(model: Model, title: string, stream: number, lastNs: number, streams: number): PageFlow {
  const { fromNs, toNs: endNs } = rangeOf(model);
  const toNs = Math.max(fromNs + 1, Math.min(endNs, lastNs));
  const columns = Math.max(COLUMNS_MIN, Math.floor(COLUMNS_MAX / streams));
  const graphs = graphsOf(model).map((name): PageGraph => {
    const graph = graphOf(model, name, darkTheme);
    return {
      title: graph.title,
      unit: UNITS[name],
      floats: graph.floats,
      empty: graph.empty,
      lines: graph.lines
        .map((line) => lineOf(line, fromNs, toNs, columns))
        .filter((line) => line.xs.length > 0),
    };
  });
  return { title, stream, fromNs, toNs, graphs };
}

function lineOf(line: GraphLine, fromNs: number, toNs: number, columns: number): PageLine {
  const corners = outlineOf(line.points, fromNs, toNs, columns).filter(([x]) => x <= toNs);
  const [xs, ys]: [number[], number[]] = [[], []];
  for (const [x, y] of corners) {
    const last = xs.length - 1;
    // Of a line that holds its values, points that change nothing are not missed.
    if (line.step && last > 0 && ys[last] === y && ys[last - 1] === y) xs[last] = x;
    else {
      xs.push(x);
      ys.push(Math.round(y));
    }
  }
  const { name, style, step } = line;
  return {
    name,
    colour: roleOf(line.attr),
    style,
    mark: line.mark ?? "",
    step,
    clipped: line.clipped ?? false,
    xs,
    ys,
  };
}
