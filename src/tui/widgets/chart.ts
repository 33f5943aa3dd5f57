/** Lines over time, drawn in braille dots on blessed-contrib's canvas, with axes and a legend of our own. */

import { createRequire } from "node:module";

import { type Grid, onBackground } from "../render/grid.ts";
import { textWidth } from "../render/width.ts";
import type { Theme } from "../theme.ts";

/** What we use of the canvas: dots set by coordinate, read back as one braille bit mask a cell. */
interface BrailleCanvas {
  readonly content: Uint8Array;
  set(x: number, y: number): void;
}

// The canvas is a dependency of blessed-contrib, found from there: loading all of blessed-contrib for it would cost
// the start of the program a quarter of a second.
const requireFromContrib = createRequire(createRequire(import.meta.url).resolve("blessed-contrib"));
const Context2d = requireFromContrib("drawille-canvas-blessed-contrib") as new (
  width: number,
  height: number,
) => { readonly canvas: BrailleCanvas };

/** One line: points in ascending x. `step` draws values that hold until the next point (queues, windows). */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Attribute of the line; the theme's series colour at this place by default. */
  readonly attr?: number;
  readonly step?: boolean;
  /** Shown beside the name: the value at the cursor. */
  readonly value?: string;
}

export interface ChartOptions {
  readonly series: readonly Series[];
  /** Range of x; that of the points by default. */
  readonly xMin?: number;
  readonly xMax?: number;
  /** Top of the y axis at least; the axis always begins at 0 and ends at a round number. */
  readonly yMax?: number;
  readonly formatX: (x: number) => string;
  readonly formatY: (y: number) => string;
  /** A vertical line at this x: the cursor. */
  readonly cursor?: number | null;
}

/** Marks in the legend, so that lines can be told apart without colour where the terminal has none. */
const LEGEND_MARK = "●";

/** Paints the chart over all of `grid`: legend in the first row, x labels in the last. Too small a grid: legend only. */
export function chart(grid: Grid, theme: Theme, options: ChartOptions): void {
  grid.fill(0, 0, grid.width, grid.height, theme.background);
  const { series } = options;
  const [xMin, xMax] = xRange(options);
  let dataMax = options.yMax ?? 0;
  for (const line of series) for (const point of line.points) if (point[1] > dataMax) dataMax = point[1];

  const room = grid.height - 2;
  const ticks = yTicks(dataMax, room);
  // Ticks stand the same number of rows apart; rows that leaves over stay free below the legend.
  const plotHeight = Math.floor((room - 1) / (ticks.length - 1)) * (ticks.length - 1) + 1;
  const plotY = 1 + room - plotHeight;
  const yMax = ticks[ticks.length - 1];
  const labels = ticks.map((tick) => options.formatY(tick));
  const labelCells = Math.max(0, ...labels.map(textWidth));
  const plotX = labelCells + 2;
  const plotWidth = grid.width - plotX - 1;
  paintLegend(grid, theme, series, Math.min(plotX, 2));
  if (room < 2 || plotWidth < 4) return;

  const plot = grid.sub(plotX, plotY, plotWidth, plotHeight);
  for (let i = 0; i < ticks.length; i++) {
    const y = tickRow(ticks[i], yMax, plotHeight);
    grid.put(1 + labelCells - textWidth(labels[i]), plotY + y, labels[i], theme.muted, labelCells);
    plot.fill(0, y, plotWidth, 1, theme.faint, ticks[i] === 0 ? "─" : "┈");
  }
  if (options.cursor !== undefined && options.cursor !== null && xMax > xMin) {
    const x = Math.round(((options.cursor - xMin) / (xMax - xMin)) * (plotWidth - 1));
    plot.fill(x, 0, 1, plotHeight, theme.muted, "┊");
  }
  for (let i = 0; i < series.length; i++) {
    const attr = series[i].attr ?? theme.series[i % theme.series.length];
    paintLine(plot, series[i], attr, xMin, xMax, yMax);
  }
  paintXLabels(grid, theme, options, plotX, plotWidth, xMin, xMax);
}

function xRange(options: ChartOptions): [number, number] {
  let xMin = options.xMin ?? Infinity;
  let xMax = options.xMax ?? -Infinity;
  for (const { points } of options.series) {
    const first = points[0];
    const last = points.at(-1);
    if (first === undefined || last === undefined) continue;
    if (options.xMin === undefined) xMin = Math.min(xMin, first[0]);
    if (options.xMax === undefined) xMax = Math.max(xMax, last[0]);
  }
  return xMin <= xMax ? [xMin, xMax] : [0, 0];
}

function paintLegend(grid: Grid, theme: Theme, series: readonly Series[], start: number): void {
  let x = start;
  for (let i = 0; i < series.length; i++) {
    const line = series[i];
    const attr = line.attr ?? theme.series[i % theme.series.length];
    const text = line.value === undefined ? line.name : `${line.name} ${line.value}`;
    if (x + 2 + textWidth(text) > grid.width) return;
    x += grid.put(x, 0, LEGEND_MARK, attr) + 1;
    x += grid.put(x, 0, text, onBackground(attr, theme.background)) + 3;
  }
}

/** Row of a value in a plot of `height` rows, where 0 lies in the last row. */
function tickRow(value: number, yMax: number, height: number): number {
  return height - 1 - Math.round((value / yMax) * (height - 1));
}

function paintLine(plot: Grid, series: Series, attr: number, xMin: number, xMax: number, yMax: number): void {
  const dotsX = plot.width * 2;
  const dotsY = plot.height * 4;
  const canvas = new Context2d(dotsX, dotsY).canvas;
  // Ticks stand in the middle of their rows: so do the dots of their values.
  const top = 2;
  const span = dotsY - 4;
  const toX = (x: number) => (xMax > xMin ? ((x - xMin) / (xMax - xMin)) * (dotsX - 1) : dotsX - 1);
  const toY = (y: number) => top + span - (Math.min(y, yMax) / yMax) * span;
  let before: readonly [number, number] | null = null;
  for (const point of series.points) {
    const at: readonly [number, number] = [toX(point[0]), toY(Math.max(0, point[1]))];
    if (before === null) {
      canvas.set(Math.round(at[0]), Math.round(at[1]));
    } else if (series.step === true) {
      drawSegment(canvas, before, [at[0], before[1]], dotsX);
      drawSegment(canvas, [at[0], before[1]], at, dotsX);
    } else {
      drawSegment(canvas, before, at, dotsX);
    }
    before = at;
  }
  if (before !== null && series.step === true) drawSegment(canvas, before, [dotsX - 1, before[1]], dotsX);
  const { content } = canvas;
  for (let y = 0; y < plot.height; y++) {
    for (let x = 0; x < plot.width; x++) {
      const dots = content[y * plot.width + x];
      if (dots === 0) continue;
      // Where lines cross in a cell, dots of both are kept; the colour is the later line's.
      const under = plot.charAt(x, y).charCodeAt(0);
      const merged = under > 0x2800 && under < 0x2900 ? dots | (under - 0x2800) : dots;
      plot.cell(x, y, String.fromCharCode(0x2800 + merged), attr);
    }
  }
}

/** Sets the dots of a straight line, one for each column or row it passes, only inside the canvas. */
function drawSegment(
  canvas: BrailleCanvas,
  from: readonly [number, number],
  to: readonly [number, number],
  dotsX: number,
): void {
  if (to[0] < 0 || from[0] > dotsX) return;
  const dx = to[0] - from[0];
  const dy = to[1] - from[1];
  const steps = Math.min(65_536, Math.max(1, Math.ceil(Math.max(Math.abs(dx), Math.abs(dy)))));
  for (let i = 0; i <= steps; i++) {
    canvas.set(Math.round(from[0] + (dx * i) / steps), Math.round(from[1] + (dy * i) / steps));
  }
}

function paintXLabels(
  grid: Grid,
  theme: Theme,
  options: ChartOptions,
  plotX: number,
  plotWidth: number,
  xMin: number,
  xMax: number,
): void {
  const y = grid.height - 1;
  const sample = Math.max(textWidth(options.formatX(xMin)), textWidth(options.formatX(xMax)));
  const count = Math.max(1, Math.min(5, Math.floor(plotWidth / (sample + 6))));
  for (let i = 0; i <= count; i++) {
    const text = options.formatX(xMin + ((xMax - xMin) * i) / count);
    const cells = textWidth(text);
    const middle = plotX + Math.round(((plotWidth - 1) * i) / count);
    const x = Math.min(Math.max(plotX, middle - Math.floor(cells / 2)), plotX + plotWidth - cells);
    if (x >= 0) grid.put(x, y, text, theme.muted);
    if (!(xMax > xMin)) return;
  }
}

/**
 * Round ticks from 0 to at least `max`, 2 to 6 of them: of the steps that fit into `height` rows the one that leaves the
 * fewest rows over when ticks stand evenly and the least empty space above the values.
 */
export function yTicks(max: number, height: number): number[] {
  const ceiling = max > 0 && Number.isFinite(max) ? max : 1;
  const rows = Math.max(1, height - 1);
  let best: number[] = [];
  let bestCost = Infinity;
  for (let most = Math.max(1, Math.min(5, Math.floor(rows / 2))); most >= 1; most--) {
    const ticks = ticksOf(ceiling, most);
    const intervals = ticks.length - 1;
    const unused = (rows % intervals) / rows;
    const empty = 1 - ceiling / ticks[intervals];
    // Two ticks say little: they are for plots too low for more.
    const cost = unused + empty + (intervals === 1 ? 0.5 : 0);
    if (cost < bestCost - 1e-9) {
      best = ticks;
      bestCost = cost;
    }
  }
  return best;
}

/** Ticks at the smallest round step that needs at most `most` intervals to reach `ceiling`. */
function ticksOf(ceiling: number, most: number): number[] {
  const rough = ceiling / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= rough * (1 - 1e-9));
  const size = step ?? 10 * power;
  const count = Math.max(1, Math.ceil(ceiling / size - 1e-9));
  return Array.from({ length: count + 1 }, (_, i) => Number((i * size).toPrecision(12)));
}
