// The graphs of one direction of a stream: lines over time with a read-out at the cursor. A press or a drag moves the cursor.

import { durationText, sizeText } from "../../trace/words.ts";
import type { PageData, PageFlow, PageGraph, PageLine } from "./data.ts";
import { byId, draw, make } from "./dom.ts";
import type { State, View } from "./state.ts";

const LEFT = 76;
const RIGHT = 12;
const TOP = 8;
const BOTTOM = 24;
/** Marks drawn of a line at most, so that they stay letters. */
const MARKS_MAX = 300;

interface Range {
  readonly from: number;
  readonly to: number;
}

/** Shows the graphs in `#graphs`; `goTo` is told the time that was pointed at. */
export function graphsView(data: PageData, goTo: (timeNs: number) => void): View {
  const box = byId("graphs");
  let last: State | null = null;

  function paint(): void {
    if (last === null || box.clientHeight === 0) return;
    const flow = data.flows[last.flow];
    if (flow === undefined) {
      box.replaceChildren(make("p", { class: "none", text: "no TCP stream, and no queue that ever filled" }));
      return;
    }
    const nowNs = last.stop < 0 ? 0 : data.stops[last.stop][0];
    const time = rangeOf(flow, nowNs, last.graphZoom);
    box.replaceChildren(...flow.graphs.map((graph) => chartOf(graph, nowNs)));
    // Pictures are drawn when their places have a size.
    for (const [i, graph] of flow.graphs.entries()) fill(box.children[i], graph, time, nowNs);
  }

  function chartOf(graph: PageGraph, nowNs: number): HTMLElement {
    const legend = graph.lines.map((line) => {
      const value = valueAt(line, nowNs);
      return make(
        "li",
        {},
        swatch(line),
        make("span", { class: "name", text: `${line.name} ` }),
        make("b", { text: value === null ? "–" : readOut(graph, line, value) }),
      );
    });
    return make(
      "figure",
      { class: "chart" },
      make("figcaption", {}, make("span", { class: "chart-title", text: graph.title })),
      make("ul", { class: "legend" }, ...legend),
      make("div", { class: "plot" }),
    );
  }

  function fill(chart: Element, graph: PageGraph, time: Range, nowNs: number): void {
    const plot = chart.querySelector<HTMLElement>(".plot");
    if (plot === null) return;
    const [width, height] = [plot.clientWidth, plot.clientHeight];
    if (graph.lines.length === 0) {
      plot.append(make("p", { class: "none", text: graph.empty }));
      return;
    }
    const values = valuesOf(graph, time);
    const x = (ns: number): number =>
      LEFT + ((ns - time.from) / (time.to - time.from)) * (width - LEFT - RIGHT);
    const y = (value: number): number =>
      height - BOTTOM - ((value - values.from) / (values.to - values.from)) * (height - TOP - BOTTOM);
    const clip = {
      x: LEFT,
      y: TOP,
      width: Math.max(0, width - LEFT - RIGHT),
      height: Math.max(0, height - TOP - BOTTOM),
    };
    const words = graph.lines.map((line) => {
      const value = valueAt(line, nowNs);
      return `${line.name} ${value === null ? "unknown" : readOut(graph, line, value)}`;
    });
    const picture = draw("svg", {
      width,
      height,
      role: "img",
      "aria-label": `${graph.title} at ${durationText(nowNs)}: ${words.join(", ")}`,
    });
    for (const value of ticksOf(values, Math.max(2, Math.floor(height / 44)), graph.unit === "bytes")) {
      picture.append(
        draw("line", { class: "grid", x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value) }),
        draw("text", {
          class: "tick",
          x: LEFT - 8,
          y: y(value) + 4,
          "text-anchor": "end",
          text: valueText(graph, value),
        }),
      );
    }
    const times = ticksOf(time, Math.max(2, Math.floor(width / 85)), false);
    for (const ns of times) {
      picture.append(
        draw("text", {
          class: "tick",
          x: x(ns),
          y: height - 6,
          "text-anchor": ns - time.from < (time.to - time.from) / 30 ? "start" : "middle",
          text: ns === 0 ? "0" : durationText(ns),
        }),
      );
    }
    // What is left out at the rim is cut by an inner picture of the plot's size.
    const inner = draw("svg", { ...clip, viewBox: `${clip.x} ${clip.y} ${clip.width} ${clip.height}` });
    for (const line of graph.lines) inner.append(...shapesOf(line, time, x, y));
    if (nowNs >= time.from && nowNs <= time.to)
      inner.append(draw("line", { class: "now", x1: x(nowNs), x2: x(nowNs), y1: TOP, y2: height - BOTTOM }));
    picture.append(inner);
    plot.append(picture);
    plot.addEventListener("pointerdown", (event) => {
      plot.setPointerCapture(event.pointerId);
      point(event);
    });
    plot.addEventListener("pointermove", (event) => {
      if (event.buttons !== 0) point(event);
    });
    const point = (event: PointerEvent): void => {
      const at = event.clientX - plot.getBoundingClientRect().left;
      const part = (at - LEFT) / Math.max(1, width - LEFT - RIGHT);
      goTo(time.from + Math.max(0, Math.min(1, part)) * (time.to - time.from));
    };
  }

  return (state) => {
    last = state;
    paint();
  };
}

/** The time shown: all of the flow's, or a part of it around the cursor that stands still while the cursor goes through it. */
function rangeOf({ fromNs, toNs }: PageFlow, nowNs: number, zoom: number): Range {
  const whole = toNs - fromNs;
  const width = whole / 2 ** zoom;
  if (zoom === 0) return { from: fromNs, to: toNs };
  const now = Math.max(fromNs, Math.min(toNs, nowNs));
  const part = Math.floor((now - fromNs) / (width / 2));
  const from = Math.max(fromNs, Math.min(fromNs + (part - 0.5) * (width / 2), toNs - width));
  return { from, to: from + width };
}

function valuesOf(graph: PageGraph, time: Range): Range {
  let [low, high] = [Infinity, -Infinity];
  for (const line of graph.lines) {
    if (line.clipped) continue;
    const first = line.step ? Math.max(0, upTo(line, time.from) - 1) : upTo(line, time.from - 1);
    for (let i = first; i < line.xs.length && line.xs[i] <= time.to; i++) {
      low = Math.min(low, line.ys[i]);
      high = Math.max(high, line.ys[i]);
    }
  }
  if (!Number.isFinite(high)) return { from: 0, to: 1 };
  const from = graph.floats ? low : 0;
  return { from, to: from + Math.max(1, (high - from) * 1.06) };
}

/** Round numbers within the range, about `count` of them. */
function ticksOf({ from, to }: Range, count: number, isBinary: boolean): number[] {
  const rough = (to - from) / count;
  const step = isBinary && rough >= 1 ? 2 ** Math.ceil(Math.log2(rough)) : roundUp(rough);
  const ticks: number[] = [];
  const first = Math.ceil(from / step);
  // Counted, since far from zero a step may be too small to add.
  for (let i = 0; i <= 2 * count && (first + i) * step <= to; i++) ticks.push((first + i) * step);
  return ticks;
}

function roundUp(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10) * power;
}

function valueText({ unit }: PageGraph, value: number): string {
  switch (unit) {
    case "bytes":
      return sizeText(Math.round(value));
    case "ns":
      return value === 0 ? "0" : durationText(value);
    case "count":
      return String(Math.round(value));
    case "bits":
      return rateText(value);
  }
}

function rateText(bits: number): string {
  if (bits < 1e3) return `${Math.round(bits)} bit/s`;
  const [size, unit] = bits < 1e6 ? [1e3, "kbit/s"] : bits < 1e9 ? [1e6, "Mbit/s"] : [1e9, "Gbit/s"];
  return `${Number((bits / size).toPrecision(3))} ${unit}`;
}

function readOut(graph: PageGraph, line: PageLine, value: number): string {
  return line.style === "marks" ? `at ${valueText(graph, value)}` : valueText(graph, value);
}

/** Points at or before `x`. */
function upTo({ xs }: PageLine, x: number): number {
  let low = 0;
  let high = xs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (xs[middle] <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}

function valueAt(line: PageLine, nowNs: number): number | null {
  const count = upTo(line, nowNs);
  return count === 0 ? null : line.ys[count - 1];
}

function shapesOf(
  line: PageLine,
  time: Range,
  x: (ns: number) => number,
  y: (value: number) => number,
): Node[] {
  const first = Math.max(0, upTo(line, time.from) - 1);
  const end = Math.min(line.xs.length, upTo(line, time.to) + 1);
  if (line.style === "marks") {
    const stride = Math.max(1, Math.ceil((end - first) / MARKS_MAX));
    const marks: Node[] = [];
    for (let i = first; i < end; i += stride) {
      marks.push(
        draw("text", {
          class: `mark ink-${line.colour}`,
          x: x(line.xs[i]),
          y: y(line.ys[i]) + 4,
          "text-anchor": "middle",
          text: line.mark,
        }),
      );
    }
    return marks;
  }
  let d = "";
  for (let i = first; i < end; i++) {
    const [px, py] = [x(line.xs[i]).toFixed(1), y(line.ys[i]).toFixed(1)];
    if (line.style === "points") d += `M${px},${py}h0`;
    else if (i === first) d += `M${px},${py}`;
    else d += line.step ? `H${px}V${py}` : `L${px},${py}`;
  }
  // A value that holds goes on to the end of what is shown.
  if (line.step && end > first) d += `H${x(Math.max(time.to, line.xs[end - 1])).toFixed(1)}`;
  return [draw("path", { class: `curve ${line.style} ink-${line.colour}`, d })];
}

/** How a line looks, beside its name. */
function swatch(line: PageLine): Node {
  const box = draw("svg", { class: "swatch", width: 22, height: 12, "aria-hidden": "true" });
  if (line.style === "marks") {
    box.append(
      draw("text", {
        class: `mark ink-${line.colour}`,
        x: 11,
        y: 11,
        "text-anchor": "middle",
        text: line.mark,
      }),
    );
  } else {
    const d = line.style === "points" ? "M4,6h0M11,6h0M18,6h0" : "M1,6H21";
    box.append(draw("path", { class: `curve ${line.style} ink-${line.colour}`, d }));
  }
  return box;
}
