// Bytes under way on the network over time, a line for each sending host, up to the cursor.

import { indexOf, valueAt } from "../../trace/state-at.ts";
import type { StepSeries } from "../../trace/state-at.ts";
import type { Trace } from "../../trace/trace.ts";
import { durationText, sizeText } from "../../trace/words.ts";
import type { Grid } from "../render/grid.ts";
import type { Theme } from "../theme.ts";
import { chart } from "../widgets/chart.ts";
import type { Series } from "../widgets/chart.ts";

/** Corners a line gets at most: the eye gets a few hundred columns. Of the values between two corners the largest stays. */
const CORNERS_MAX = 1000;

/** A series thinned out once, for every frame. */
interface Outline {
  /** Values of the series it was made of. */
  readonly length: number;
  readonly most: number;
  readonly steps: readonly number[];
  readonly timesNs: readonly number[];
  readonly values: readonly number[];
}

const outlines = new WeakMap<StepSeries, Outline>();

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
    const outline = outlineOf(trace, flight);
    most = Math.max(most, outline.most);
    series.push({
      name: `from ${host}`,
      points: pointsOf(outline, step, Math.min(now, endNs)),
      value: sizeText(valueAt(flight, step)),
    });
  }
  if (series.length === 0) {
    grid.put(1, 0, "nothing was sent", theme.muted);
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

function outlineOf(trace: Trace, series: StepSeries): Outline {
  const known = outlines.get(series);
  const { length } = series.steps;
  if (known?.length === length) return known;
  const stride = Math.ceil(length / CORNERS_MAX);
  const steps: number[] = [];
  const values: number[] = [];
  let most = 0;
  for (let from = 0; from < length; from += stride) {
    let at = from;
    const to = Math.min(from + stride, length);
    for (let i = from + 1; i < to; i++) if (series.values[i] > series.values[at]) at = i;
    steps.push(series.steps[at]);
    values.push(series.values[at]);
    most = Math.max(most, series.values[at]);
  }
  const outline = { length, most, steps, timesNs: steps.map((step) => trace.timeNs(step)), values };
  outlines.set(series, outline);
  return outline;
}
