// The graphs of one direction of a stream: their lines, their units, and what each line says at the cursor.

import { SSTHRESH_INFINITE } from "../../trace/tcp-series.ts";
import type { TcpSeriesName } from "../../trace/tcp-series.ts";
import { durationText, sizeText } from "../../trace/words.ts";
import type { Model } from "../model.ts";
import type { Theme } from "../theme.ts";
import { GRAPHS } from "../views.ts";
import type { GraphName } from "../views.ts";
import type { SeriesStyle } from "../widgets/chart.ts";
import { Points } from "../widgets/points.ts";
import { endsShown, readingOf, seriesShown, sideShown } from "./flow-data.ts";
import type { FlowSide } from "./flow-side.ts";
import { accountOf, isGraphsUnread, lossesOf, NO_POINTS, queuesOf } from "./graphs-reading.ts";
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
  const of = (column: TcpSeriesName): Points => accountOf(account)?.points[column] ?? NO_POINTS;
  const empty = isGraphsUnread(model) ? "reading" : "nothing was sent this way";
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
          line("cwnd", of("cwnd"), first),
          { ...line("ssthresh", of("ssthresh"), second, "dashed"), value: thresholdText },
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
            : [line("smoothed RTT", of("rttUs"), first), line("RTO", of("rtoUs"), second, "dashed")],
      };
    case "flight":
      return {
        ...base,
        title: "In flight, and the window",
        lines: [
          line("in flight", account === null ? side.inFlight : of("inFlight"), first),
          line("window", account === null ? side.window : of("window"), third, "dashed"),
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
        lines: queuesOf(shownTrace(model))
          .fullest()
          .map(({ name: label, points }, i) =>
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
          {
            ...line("lost", lossesOf(shownTrace(model), side).points, theme.error, "marks", false),
            mark: "✗",
          },
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
  const by = (points: Points, ns: number): number => {
    const before = points.before(ns);
    return before === 0 ? 0 : points.ys[before - 1];
  };
  const bits = (points: Points, slot: number): number =>
    ((by(points, (slot + 1) * stepNs) - by(points, slot * stepNs)) * 8e9) / stepNs;
  for (let slot = first; slot <= last; slot++) {
    sent.push(slot * stepNs, bits(side.left, slot));
    fresh.push(slot * stepNs, bits(side.leftFresh, slot));
  }
  throughput = { side, count, fromNs, toNs, stepNs, sent, fresh };
  return throughput;
}
