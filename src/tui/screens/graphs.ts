// The Graphs screen: what one direction of a TCP stream did over time, each graph under the same cursor.

import { durationText, millisText } from "../../trace/words.ts";
import { SPEEDS } from "../model.ts";
import type { Model } from "../model.ts";
import type { Grid } from "../render/grid.ts";
import { darkTheme } from "../theme.ts";
import type { Theme } from "../theme.ts";
import type { GraphName } from "../views.ts";
import { chart } from "../widgets/chart.ts";
import type { ChartOptions } from "../widgets/chart.ts";
import { frame } from "../widgets/frame.ts";
import { paragraph } from "../widgets/paragraph.ts";
import { outlineOf } from "../widgets/points.ts";
import { putSpans } from "../widgets/spans.ts";
import type { Span } from "../widgets/spans.ts";
import {
  directionShown,
  endName,
  endsShown,
  isFlowUnread,
  readingOf,
  streamShown,
  streamTable,
} from "./flow-data.ts";
import { graphOf, graphShown, rangeOf } from "./graphs-data.ts";
import type { Graph } from "./graphs-data.ts";
import { graphsLayout, graphTabs, isAlone } from "./graphs-layout.ts";
import { atEnd } from "./lab.ts";
import { isAhead, shownLoopback, shownTrace } from "./packet-data.ts";
import { scrubberPane } from "./scrubber-pane.ts";
import { sequenceLabel, shownNs, shownStep } from "./sequence-data.ts";

/** Paints the screen over all of `grid` but its first and last row. */
export function graphsScreen(grid: Grid, theme: Theme, model: Model): void {
  for (const place of graphsLayout(model)) {
    const view = grid.sub(place.x, place.y, place.width, place.height);
    if (view.height === 0) continue;
    if (place.part === "none") paintNothing(view, theme);
    else if (place.part === "head") paintHead(view, theme, model);
    else if (place.part === "time") paintTime(view, theme, model);
    else paintGraph(view, theme, model, place.part);
  }
}

/** Where a trace has nothing to draw. */
function paintNothing(view: Grid, theme: Theme): void {
  const inner = frame(view, theme, { title: "Graphs", focused: true });
  paragraph(inner, theme, {
    text: "no TCP connection here, and no queue: nothing to draw; 7 Statistics has packets and bits over time",
    attr: theme.muted,
  });
}

/** Which stream and which way; tabs where there is one graph, whose frame says it then. */
function paintHead(view: Grid, theme: Theme, model: Model): void {
  for (const { graph, title, from } of graphTabs(model)) {
    view.put(from, 0, ` ${title} `, graph === graphShown(model) ? theme.titleFocus : theme.muted);
  }
  if (!isAlone(model)) putSpans(view, 1, 0, flowSpans(model, theme), view.width - 2);
}

/** `stream 1 of 3  client:51234 → server:80`, and whose account it is. */
export function flowSpans(model: Model, theme: Theme): Span[] {
  if (endsShown(model) === null) return [{ text: "no TCP stream", attr: theme.muted }];
  const count = streamTable(model).tcpCount;
  const direction = directionShown(model);
  const run = shownLoopback(model);
  const spans: Span[] = [];
  if (count > 1) spans.push({ text: `stream ${streamShown(model)}, ${count} in all  `, attr: theme.muted });
  spans.push(
    { text: endName(model, direction), attr: theme.strong },
    { text: " → ", attr: theme.accent },
    { text: endName(model, direction === 0 ? 1 : 0), attr: theme.strong },
  );
  if (run !== null) spans.push({ text: `  on loopback (${run.backend})`, attr: theme.loopback });
  if (isFlowUnread(model)) {
    const share = readingOf(model).read / shownTrace(model).packets.count;
    spans.push({ text: `  reading ${Math.floor(share * 100)} %`, attr: theme.pending });
  }
  return spans;
}

function paintGraph(view: Grid, theme: Theme, model: Model, name: GraphName): void {
  const graph = graphOf(model, name, theme);
  const { fromNs, toNs } = rangeOf(model);
  const chosen = name === graphShown(model);
  const zoomed = chosen && model.graphs.zoom > 0 ? `${durationText(toNs - fromNs)} shown` : "";
  const inner = frame(view, theme, {
    title: graph.title,
    status: isAlone(model) ? flowSpans(model, theme) : zoomed,
    ...(isAlone(model) ? { footer: zoomed } : {}),
    focused: chosen,
  });
  if (graph.lines.every(({ points }) => points.count === 0)) {
    inner.put(1, 0, graph.empty, theme.muted);
    return;
  }
  chart(inner, theme, plotOf(model, graph, inner.width));
}

/** A graph as a chart `width` cells wide: for painting and for the mouse. */
export function graphPlot(model: Model, name: GraphName, width: number): ChartOptions {
  return plotOf(model, graphOf(model, name, darkTheme), width);
}

function plotOf(model: Model, graph: Graph, width: number): ChartOptions {
  const { fromNs, toNs } = rangeOf(model);
  const nowNs = shownNs(model);
  const series = graph.lines
    .filter(({ points }) => points.count > 0)
    .map((line) => {
      const value = line.points.at(nowNs);
      const words =
        value === null || line.style === "marks" ? undefined : (line.value ?? graph.format)(value);
      return {
        name: line.name,
        points: outlineOf(line.points, fromNs, toNs, Math.max(1, width) * 2),
        attr: line.attr,
        style: line.style,
        step: line.step,
        clipped: line.clipped === true,
        ...(line.mark === undefined ? {} : { mark: line.mark }),
        ...(words === undefined ? {} : { value: words }),
      };
    });
  return {
    series,
    xMin: fromNs,
    xMax: toNs,
    ...(graph.floats ? { yMin: lowest(graph, fromNs, toNs) } : {}),
    whole: graph.whole,
    binary: graph.binary,
    formatX: (ns) => timeText(ns, toNs - fromNs),
    formatY: graph.format,
    cursor: nowNs,
    ahead: isAhead(model, shownTrace(model).packets.count - 1),
  };
}

/** The lowest value of a line that is drawn through its points, in the time shown. */
function lowest({ lines }: Graph, fromNs: number, toNs: number): number {
  let least = Infinity;
  for (const { points, style } of lines) {
    if (style === "marks") continue;
    // Lines that only grow are lowest where they begin.
    const at = Math.max(0, points.upTo(fromNs) - 1);
    if (at < points.count && points.xs[at] <= toNs) least = Math.min(least, points.ys[at]);
  }
  return Number.isFinite(least) ? least : 0;
}

/** A time on the axis: with as many decimals as tell the ends of `widthNs` apart. */
function timeText(ns: number, widthNs: number): string {
  if (ns === 0) return "0";
  return widthNs < 1e6 ? `${millisText(ns)} ms` : durationText(ns);
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
