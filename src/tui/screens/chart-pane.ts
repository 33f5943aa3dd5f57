// Bytes under way on the network over time, a line for each sending host, up to the cursor.

import { indexOf, valueAt } from "../../trace/state-at.ts";
import type { StepSeries } from "../../trace/state-at.ts";
import type { Trace } from "../../trace/trace.ts";
import { durationText, sizeText } from "../../trace/words.ts";
import type { Grid } from "../render/grid.ts";
import type { Theme } from "../theme.ts";
import { chart } from "../widgets/chart.ts";
import type { Series } from "../widgets/chart.ts";

/** More points than this are thinned out: the eye gets a few hundred columns at best. */
const POINTS_MAX = 20_000;

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
    for (const value of flight.values) if (value > most) most = value;
    series.push({
      name: `from ${host}`,
      points: pointsOf(trace, flight, step, Math.min(now, endNs)),
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
function pointsOf(
  trace: Trace,
  series: StepSeries,
  step: number,
  nowNs: number,
): (readonly [number, number])[] {
  const points: (readonly [number, number])[] = [[0, 0]];
  const stride = Math.ceil(series.steps.length / POINTS_MAX);
  let value = 0;
  for (let i = 0; i < series.steps.length && series.steps[i] <= step; i += stride) {
    const timeNs = trace.timeNs(series.steps[i]);
    if (timeNs > nowNs) break;
    points.push([timeNs, value], [timeNs, series.values[i]]);
    value = series.values[i];
  }
  points.push([nowNs, value]);
  return points;
}
