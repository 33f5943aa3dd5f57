// Bytes under way on the network over time, a line for each sending host, up to the cursor.

import { indexOf, valueAt } from "../../trace/state-at.ts";
import type { StepSeries } from "../../trace/state-at.ts";
import type { Trace } from "../../trace/trace.ts";
import { durationText, sizeText } from "../../trace/words.ts";
import type { Grid } from "../render/grid.ts";
import type { Theme } from "../theme.ts";
import { chart } from "../widgets/chart.ts";
import type { Series } from "../widgets/chart.ts";
import { Sliced } from "./slice.ts";

/** Corners a line gets at most: the eye gets a few hundred columns. Of the values between two corners the largest stays. */
const CORNERS_MAX = 1000;

/** A series thinned out once, for every frame. */
interface Outline {
  readonly most: number;
  readonly steps: readonly number[];
  readonly timesNs: readonly number[];
  readonly values: readonly number[];
}

/** Values read between two looks at the clock, and looks that no frame is too short for. */
const VALUES_A_LOOK = 500;
const LOOKS_AT_ONCE = 2;

/** By what they were made of, and how many values that had. */
const outlines = new WeakMap<StepSeries, { readonly length: number; readonly outline: Sliced<Outline> }>();

/** Paints the chart over `grid`. `order` gives the hosts' colours. */
export function chartPane(
  grid: Grid,
  theme: Theme,
  trace: Trace,
  step: number,
  order: readonly string[],
  endNs: number,
): void {
  const index = indexOf(trace);
  const now = step < 0 ? 0 : trace.timeNs(step);
  let most = 0;
  const series: Series[] = [];
  for (const host of order) {
    const flight = index.inFlight.get(host);
    if (flight === undefined) continue;
    const outline = outlineOf(trace, flight).result;
    if (outline === null) continue;
    most = Math.max(most, outline.most);
    series.push({
      name: `from ${host}`,
      points: pointsOf(outline, step, Math.min(now, endNs)),
      value: sizeText(valueAt(flight, step)),
    });
  }
  if (series.length === 0) {
    grid.put(1, 0, isChartUnread(trace) ? "reading" : "nothing was sent", theme.muted);
    return;
  }
  chart(grid, theme, {
    series,
    xMin: 0,
    xMax: Math.max(1, endNs),
    yMax: most,
    formatX: (ns) => (ns === 0 ? "0" : durationText(ns)),
    formatY: (bytes) => sizeText(Math.round(bytes)),
    cursor: now <= endNs ? now : null,
  });
}

/** The corners of a line that holds each value until the next, and ends at the cursor. */
function pointsOf(outline: Outline, step: number, nowNs: number): (readonly [number, number])[] {
  const points: (readonly [number, number])[] = [[0, 0]];
  let value = 0;
  for (let i = 0; i < outline.steps.length && outline.steps[i] <= step; i++) {
    const timeNs = outline.timesNs[i];
    if (timeNs > nowNs) break;
    points.push([timeNs, value], [timeNs, outline.values[i]]);
    value = outline.values[i];
  }
  points.push([nowNs, value]);
  return points;
}

function outlineOf(trace: Trace, series: StepSeries): Sliced<Outline> {
  const known = outlines.get(series);
  const { length } = series.steps;
  if (known?.length === length) return known.outline;
  const outline = new Sliced(outlining(trace, series), LOOKS_AT_ONCE);
  outlines.set(series, { length, outline });
  return outline;
}

function* outlining(trace: Trace, series: StepSeries): Generator<number, Outline> {
  const { length } = series.steps;
  const stride = Math.ceil(length / CORNERS_MAX);
  const steps: number[] = [];
  const values: number[] = [];
  let most = 0;
  let looked = 0;
  for (let from = 0; from < length; from += stride) {
    let at = from;
    const to = Math.min(from + stride, length);
    for (let i = from + 1; i < to; i++) if (series.values[i] > series.values[at]) at = i;
    steps.push(series.steps[at]);
    values.push(series.values[at]);
    most = Math.max(most, series.values[at]);
    if (to - looked < VALUES_A_LOOK) continue;
    looked = to;
    yield to / length;
  }
  return { most, steps, timesNs: steps.map((step) => trace.timeNs(step)), values };
}

/** The lines of a trace that are not thinned out yet. */
function unread(trace: Trace): Sliced<Outline>[] {
  const series = [...indexOf(trace).inFlight.values()];
  return series.map((flight) => outlineOf(trace, flight)).filter(({ isDone }) => !isDone);
}

/** Whether lines of the chart are yet to be made, as of a long run. */
export function isChartUnread(trace: Trace): boolean {
  return unread(trace).length > 0;
}

/** Makes a slice more of them. */
export function readChart(trace: Trace): void {
  unread(trace)[0]?.advance();
}
