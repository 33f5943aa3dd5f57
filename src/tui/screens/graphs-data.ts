// The graphs of one direction of a stream: their lines, their units, and what each line says at the cursor.

import { SSTHRESH_INFINITE } from "../../trace/tcp-series.ts";
import type { TcpSeries, TcpSeriesName } from "../../trace/tcp-series.ts";
import { indexOf, NEVER } from "../../trace/state-at.ts";
import type { Trace } from "../../trace/trace.ts";
import { durationText, sizeText } from "../../trace/words.ts";
import type { Model } from "../model.ts";
import type { Theme } from "../theme.ts";
import { GRAPHS } from "../views.ts";
import type { GraphName } from "../views.ts";
import type { SeriesStyle } from "../widgets/chart.ts";
import { Points } from "../widgets/points.ts";
import { endsShown, isFlowUnread, readingOf, seriesShown, sideShown } from "./flow-data.ts";
import type { FlowSide } from "./flow-reading.ts";
import { shownTrace } from "./packet-data.ts";
import { shownNs } from "./sequence-data.ts";
import { rateText } from "./statistics-sheets.ts";

export interface GraphLine {
  readonly name: string;
  readonly points: Points;
  readonly attr: number;
  readonly style: SeriesStyle;
  readonly mark?: string;
  /** Values hold until the next point. */
  readonly step: boolean;
  /** Does not stretch the axis. */
  readonly clipped?: boolean;
  /** What the line says at the cursor; what is counted per interval says its rate. */
  readonly value?: (value: number) => string;
}

export interface Graph {
  readonly name: GraphName;
  readonly title: string;
  readonly lines: readonly GraphLine[];
  readonly format: (value: number) => string;
  readonly whole: boolean;
  /** Values are bytes. */
  readonly binary: boolean;
  /** The axis begins at the lowest value shown. */
  readonly floats: boolean;
  /** Why there is nothing to see. */
  readonly empty: string;
}

/** Time shown, in nanoseconds. */
export interface TimeRange {
  readonly fromNs: number;
  readonly toNs: number;
}

/** Queues drawn at most: the fullest. */
const QUEUES_MAX = 4;
/** Intervals over the time shown. */
const INTERVALS = 80;

/** Graphs the trace has: what only ends know is missing from captures, queues where none ever filled, streams where there is none. */
export function graphsOf(model: Model): readonly GraphName[] {
  const trace = shownTrace(model);
  const hasStream = endsShown(model) !== null;
  return GRAPHS.filter((name) => {
    if (name === "queue") return trace.queues.length > 0;
    return name === "cwnd" ? hasStream && trace.tcp.length > 0 : hasStream;
  });
}

/** The graph chosen, or the first there is; null where there is none. */
export function graphShown(model: Model): GraphName | null {
  const names = graphsOf(model);
  return names.includes(model.graphs.graph) ? model.graphs.graph : (names[0] ?? null);
}

/** The time shown: the whole stream, or a part of it around the cursor. */
export function rangeOf(model: Model): TimeRange {
  const { startNs, endNs } = endsShown(model) === null ? wholeTrace(model) : readingOf(model);
  const whole = Math.max(1, endNs - startNs);
  const width = whole / 2 ** model.graphs.zoom;
  if (model.graphs.zoom === 0) return { fromNs: startNs, toNs: startNs + whole };
  const now = Math.max(startNs, Math.min(endNs, shownNs(model)));
  // The range moves by halves of its width, so that it stands still while the cursor goes through it.
  const half = width / 2;
  const at = Math.floor((now - startNs) / half);
  const fromNs = Math.max(startNs, Math.min(startNs + (at - 0.5) * half, startNs + whole - width));
  return { fromNs, toNs: fromNs + width };
}

/** Where there is no stream, queues are seen over the whole trace. */
function wholeTrace(model: Model): { readonly startNs: number; readonly endNs: number } {
  const trace = shownTrace(model);
  return { startNs: 0, endNs: trace.length === 0 ? 1 : trace.timeNs(trace.length - 1) };
}

export function graphOf(model: Model, name: GraphName, theme: Theme): Graph {
  const [first, second, third] = theme.series;
  const side = sideShown(model);
  const account = seriesShown(model);
  const empty = isFlowUnread(model) ? "reading" : "nothing was sent this way";
  const base = { name, whole: false, binary: true, floats: false, empty, format: bytesText };
  const line = (
    label: string,
    points: Points,
    attr: number,
    style: SeriesStyle = "line",
    step = true,
  ): GraphLine => ({ name: label, points, attr, style, step });
  switch (name) {
    case "cwnd":
      return {
        ...base,
        title: "Congestion window",
        lines: [
          line("cwnd", accountOf(account, "cwnd"), first),
          { ...line("ssthresh", accountOf(account, "ssthresh"), second, "dashed"), value: thresholdText },
        ],
      };
    case "rtt":
      return {
        ...base,
        title: "Round trip",
        binary: false,
        format: (ns) => (ns === 0 ? "0" : durationText(ns)),
        lines:
          account === null
            ? [line("round trip", side.roundTrips, first, "points", false)]
            : [
                line("smoothed RTT", accountOf(account, "rttUs"), first),
                line("RTO", accountOf(account, "rtoUs"), second, "dashed"),
              ],
      };
    case "flight":
      return {
        ...base,
        title: "In flight, and the window",
        lines: [
          line("in flight", account === null ? side.inFlight : accountOf(account, "inFlight"), first),
          line("window", account === null ? side.window : accountOf(account, "window"), third, "dashed"),
        ],
      };
    case "throughput": {
      const { sent, fresh, stepNs } = throughputOf(model, side);
      return {
        ...base,
        title: `Throughput over ${durationText(stepNs)}`,
        binary: false,
        format: (bits) => (bits === 0 ? "0" : rateText(bits, 8e9)),
        lines: [line("throughput", sent, second, "dashed"), line("goodput", fresh, first)],
      };
    }
    case "queue":
      return {
        ...base,
        title: "Packets waiting",
        format: (count) => String(Math.round(count)),
        binary: false,
        whole: true,
        empty: "nothing waited",
        lines: fullestQueues(shownTrace(model)).map(({ name: label, points }, i) =>
          line(label, points, theme.series[i], i % 2 === 0 ? "line" : "dashed"),
        ),
      };
    case "sequence":
      return {
        ...base,
        title: "Bytes sent and acknowledged",
        floats: true,
        lines: [
          line("sent", side.sent, first, "points", false),
          line("acked", side.acked, third, "dashed"),
          { ...line("SACK", side.sacked, theme.info, "marks", false), mark: "s" },
          { ...line("again", side.again, theme.warn, "marks", false), mark: "R" },
          { ...line("lost", lostOf(model, side), theme.error, "marks", false), mark: "✗" },
          { ...line("window", side.allowed, theme.muted, "dotted"), clipped: true },
        ],
      };
  }
}

function bytesText(bytes: number): string {
  return sizeText(Math.round(bytes));
}

function thresholdText(bytes: number): string {
  return bytes >= SSTHRESH_INFINITE ? "∞" : bytesText(bytes);
}

const NO_POINTS = new Points();
const accounts = new WeakMap<TcpSeries, Map<TcpSeriesName, { readonly points: Points; read: number }>>();

/** A column of an end's account; times in ns, and thresholds only where there is one. */
function accountOf(series: TcpSeries | null, name: TcpSeriesName): Points {
  if (series === null) return NO_POINTS;
  let known = accounts.get(series);
  if (known === undefined) accounts.set(series, (known = new Map()));
  let column = known.get(name);
  if (column === undefined) known.set(name, (column = { points: new Points(), read: 0 }));
  const scale = name === "rttUs" || name === "rtoUs" ? 1000 : 1;
  const values = series.columns[name];
  for (; column.read < series.count; column.read++) {
    const value = values[column.read];
    if (value < SSTHRESH_INFINITE) column.points.push(series.times[column.read], value * scale);
  }
  return column.points;
}

interface Throughput {
  readonly side: FlowSide;
  readonly count: number;
  readonly fromNs: number;
  readonly toNs: number;
  readonly stepNs: number;
  readonly sent: Points;
  readonly fresh: Points;
}

let throughput: Throughput | null = null;

/** Bits a second in each interval of the time shown, a 1, 2 or 5 with zeros long. */
function throughputOf(model: Model, side: FlowSide): Throughput {
  const { fromNs, toNs } = rangeOf(model);
  const { count } = side.sent;
  if (
    throughput?.side === side &&
    throughput.count === count &&
    throughput.fromNs === fromNs &&
    throughput.toNs === toNs
  ) {
    return throughput;
  }
  const rough = Math.max(1000, (toNs - fromNs) / INTERVALS);
  const power = 10 ** Math.floor(Math.log10(rough));
  const stepNs = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? 10 * power;
  const [sent, fresh] = [new Points(), new Points()];
  const first = Math.floor(fromNs / stepNs);
  const last = Math.floor(toNs / stepNs);
  let at = side.sent.upTo(first * stepNs - 1);
  for (let slot = first; slot <= last; slot++) {
    let bytes = 0;
    let good = 0;
    for (; at < count && side.sent.xs[at] < (slot + 1) * stepNs; at++) {
      if (!side.own[at]) continue;
      bytes += side.lengths[at];
      good += side.fresh[at];
    }
    sent.push(slot * stepNs, (bytes * 8e9) / stepNs);
    fresh.push(slot * stepNs, (good * 8e9) / stepNs);
  }
  throughput = { side, count, fromNs, toNs, stepNs, sent, fresh };
  return throughput;
}

interface QueueLine {
  readonly name: string;
  readonly points: Points;
}

const queues = new WeakMap<Trace, { readonly steps: number; readonly lines: readonly QueueLine[] }>();

/** Queues by link and direction, those that were ever longest first. */
function fullestQueues(trace: Trace): readonly QueueLine[] {
  const known = queues.get(trace);
  if (known?.steps === trace.length) return known.lines;
  const lines = trace.queues
    .map(({ from, to, count, times, packets }) => {
      const points = new Points();
      let most = 0;
      for (let i = 0; i < count; i++) {
        points.push(times[i], packets[i]);
        most = Math.max(most, packets[i]);
      }
      return { name: `${from} → ${to}`, points, most };
    })
    .toSorted((a, b) => b.most - a.most)
    .slice(0, QUEUES_MAX);
  queues.set(trace, { steps: trace.length, lines });
  return lines;
}

const losses = new WeakMap<FlowSide, { readonly steps: number; read: number; readonly points: Points }>();

/** Segments that were dropped on the way, where a run knows. */
function lostOf(model: Model, side: FlowSide): Points {
  const trace = shownTrace(model);
  if (trace.transits.length === 0) return NO_POINTS;
  const index = indexOf(trace);
  let known = losses.get(side);
  if (known === undefined || known.steps !== trace.length) {
    losses.set(side, (known = { steps: trace.length, read: 0, points: new Points() }));
  }
  for (; known.read < side.rows.length; known.read++) {
    if (index.dropStep(side.rows[known.read]) === NEVER) continue;
    known.points.push(side.sent.xs[known.read], side.starts[known.read]);
  }
  return known.points;
}
