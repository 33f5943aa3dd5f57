// Packets and bits a second over the whole trace: the two charts of the Statistics screen.

import { durationText } from "../../trace/words.ts";
import type { IoCounts, IoInterval } from "../../capture/statistics/io-counts.ts";
import type { Grid } from "../render/grid.ts";
import type { Model } from "../model.ts";
import { darkTheme } from "../theme.ts";
import type { Theme } from "../theme.ts";
import { chart } from "../widgets/chart.ts";
import type { ChartOptions, Series } from "../widgets/chart.ts";
import { frame } from "../widgets/frame.ts";
import { shownTrace } from "./packet-data.ts";
import { shownNs } from "./sequence-data.ts";
import { countingWords, ioOf, limitHint, limitOf, limitWords } from "./statistics-counts.ts";
import { rateText } from "./statistics-sheets.ts";

/** Intervals the graph opens with at most: the eye has a few hundred columns. */
const INTERVALS_WANTED = 100;
/** Intervals drawn at most; shorter ones than that leaves are not asked for. */
const INTERVALS_MAX = 4000;
const STEPS = [1, 2, 5] as const;

/** The interval in ns: a 1, 2 or 5 with zeros, as many steps from the one the graph opens with as the user went. */
export function intervalNs(model: Model): number {
  const { counts } = ioOf(model);
  const end = endNs(model);
  const opening = rungOf(Math.max(end / INTERVALS_WANTED, counts.stepNs));
  const finest = rungOf(Math.max(end / INTERVALS_MAX, counts.stepNs));
  const rung = Math.max(finest, Math.min(opening + model.statistics.interval, rungOf(Math.max(1, end)) + 1));
  return rungNs(rung);
}

/** Rungs of 1, 2, 5, 10, ... ns: the first of at least `ns`. */
function rungOf(ns: number): number {
  let rung = 0;
  while (rungNs(rung) < ns * (1 - 1e-9)) rung++;
  return rung;
}

function rungNs(rung: number): number {
  return STEPS[rung % 3] * 10 ** Math.floor(rung / 3);
}

interface Drawn {
  readonly counts: IoCounts;
  readonly read: number;
  readonly stepNs: number;
  readonly sums: IoInterval;
}

let drawn: Drawn | null = null;

function sumsOf(model: Model, stepNs: number): IoInterval {
  const { counts, read } = ioOf(model);
  if (drawn?.counts !== counts || drawn.read !== read || drawn.stepNs !== stepNs) {
    drawn = { counts, read, stepNs, sums: counts.over(stepNs, 0, counts.endNs) };
  }
  return drawn.sums;
}

/** Packets (and those the analysis found fault with) or bits a second, as a chart. */
export function ioPlot(model: Model, part: "packets" | "bits", theme: Theme = darkTheme): ChartOptions {
  const stepNs = intervalNs(model);
  const end = endNs(model);
  const sums = sumsOf(model, stepNs);
  const nowNs = shownNs(model);
  const at = Math.floor(nowNs / stepNs);
  const line = (name: string, values: Float64Array, value: string, attr: number): Series => ({
    name,
    points: cornersOf(values, stepNs, end),
    value,
    attr,
  });
  const counted = limitOf(model) === null ? "all" : "filtered";
  const series: Series[] = [];
  if (part === "packets") {
    series.push(line(counted, sums.packets, String(sums.packets[at] ?? 0), theme.series[0]));
    if (sums.errors.some((count) => count > 0)) {
      const value = String(sums.errors[at] ?? 0);
      series.push({ ...line("TCP errors", sums.errors, value, theme.error), style: "dashed" });
    }
  } else {
    const bits = sums.bytes.map((bytes) => (bytes * 8e9) / stepNs);
    series.push(line(counted, bits, rateText(sums.bytes[at] ?? 0, stepNs), theme.series[2]));
  }
  return {
    series,
    xMin: 0,
    xMax: Math.max(1, end),
    whole: part === "packets",
    formatX: (ns) => (ns === 0 ? "0" : durationText(ns)),
    formatY: (value) => (part === "packets" ? String(Math.round(value)) : rateText(value, 8e9)),
    cursor: nowNs,
  };
}

/** Paints one of the charts with its frame over all of `view`. */
export function ioPane(view: Grid, theme: Theme, model: Model, part: "packets" | "bits"): void {
  const by = durationText(intervalNs(model));
  const limit = limitWords(model);
  const inner = frame(view, theme, {
    title: part === "packets" ? `Packets in ${by}${limit}` : `Bits a second, over ${by}${limit}`,
    status: countingWords(model, ioOf(model)),
    footer: part === "packets" && model.statistics.table === "io" ? limitHint(model) : "",
    focused: model.statistics.table === "io" && part === "packets",
  });
  chart(inner, theme, ioPlot(model, part, theme));
}

/** The end of the graph's time: where packets are left out, that of all of them, so that their graph and that of all can be compared. */
function endNs(model: Model): number {
  const trace = shownTrace(model);
  const { counts } = ioOf(model);
  const last = trace.packets.count - 1;
  return limitOf(model) === null || last < 0 ? counts.endNs : Math.max(counts.endNs, trace.packetNs(last));
}

/** Corners of steps: what is counted holds for the whole interval. */
function cornersOf(values: Float64Array, stepNs: number, endNs: number): (readonly [number, number])[] {
  const points: (readonly [number, number])[] = [];
  for (let i = 0; i < values.length; i++) {
    points.push([i * stepNs, values[i]], [Math.min(endNs, (i + 1) * stepNs), values[i]]);
  }
  const counted = values.length * stepNs;
  if (counted < endNs) points.push([counted, 0], [endNs, 0]);
  return points;
}

/** The filter that lets through the packets of the interval the cursor is in. */
export function ioFilter(model: Model): string {
  const stepNs = intervalNs(model);
  const at = Math.floor(shownNs(model) / stepNs);
  const seconds = (ns: number): string => String(Number((ns / 1e9).toFixed(9)));
  return `frame.time_relative >= ${seconds(at * stepNs)} && frame.time_relative < ${seconds((at + 1) * stepNs)}`;
}
