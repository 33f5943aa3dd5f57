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

type Canvas = new (width: number, height: number) => BrailleCanvas;

let canvasClass: Canvas | null = null;

/**
 * The dots that blessed-contrib's canvas draws on, found from there: loading all of blessed-contrib for them would cost a quarter of a second, and the
 * matrices of its canvas a tenth of that.
 */
function canvasOf(width: number, height: number): BrailleCanvas {
  if (canvasClass === null) {
    let require = createRequire(import.meta.url);
    for (const name of ["blessed-contrib", "drawille-canvas-blessed-contrib"])
      require = createRequire(require.resolve(name));
    canvasClass = require("drawille-blessed-contrib") as Canvas;
  }
  return new canvasClass(width, height);
}

/** How a series is drawn: a line through its points, or a dot at each, or a character at each. */
export type SeriesStyle = "line" | "dashed" | "dotted" | "points" | "marks";

/** One line: points in ascending x. `step` draws values that hold until the next point (queues, windows). */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Attribute of the line; the theme's series colour at this place by default. */
  readonly attr?: number;
  readonly step?: boolean;
  /** `line` by default. */
  readonly style?: SeriesStyle;
  /** Does not stretch the y axis: what lies above is left out. */
  readonly clipped?: boolean;
  /** What stands for it in the legend, and in the plot where its style is `marks`. */
  readonly mark?: string;
  /** Shown beside the name: the value at the cursor. */
  readonly value?: string;
}

export interface ChartOptions {
  readonly series: readonly Series[];
  /** Range of x; that of the points by default. */
  readonly xMin?: number;
  readonly xMax?: number;
  /** The y axis begins at 0, or with this at a round number below it, and ends at a round number. */
  readonly yMin?: number;
  /** Top of the y axis at least. */
  readonly yMax?: number;
  /** Values are whole numbers, and so are the ticks. */
  readonly whole?: boolean;
  /** Values are bytes: ticks are round in KiB, MiB and so on. */
  readonly binary?: boolean;
  readonly formatX: (x: number) => string;
  readonly formatY: (y: number) => string;
  /** A vertical line at this x: the cursor. */
  readonly cursor?: number | null;
  /** What lies behind the cursor is yet to happen: it stands back. */
  readonly ahead?: boolean;
}

/** Marks in the legend; styles differ so that lines can be told apart without colour. */
const LEGEND_MARKS: Record<SeriesStyle, string> = {
  line: "●",
  dashed: "╌",
  dotted: "┈",
  points: "·",
  marks: "×",
};
/** Dots drawn and left out of a line of this style. */
const DASHES: Partial<Record<SeriesStyle, readonly [number, number]>> = { dashed: [5, 3], dotted: [1, 3] };

/** Where the plot lies within a chart, and what its axes say. */
interface Plot {
  readonly x: number;
  readonly y: number;
  /** Rows of the legend above it. */
  readonly legendRows: number;
  readonly width: number;
  readonly height: number;
  readonly xMin: number;
  readonly xMax: number;
  readonly yMin: number;
  readonly yMax: number;
  readonly ticks: readonly number[];
  readonly labels: readonly string[];
  readonly labelCells: number;
}

/** Rows from which on a legend that does not fit into one takes a second. */
const LEGEND_TALL = 10;

/** Paints the chart over all of `grid`: legend in the first row or two, x labels in the last. Too small a grid: legend only. */
export function chart(grid: Grid, theme: Theme, options: ChartOptions): void {
  grid.fill(0, 0, grid.width, grid.height, theme.background);
  const { series } = options;
  const at = plotOf(grid.width, grid.height, options);
  paintLegend(grid, theme, series, at);
  if (grid.height < 4 || at.width < 4) return;

  const plot = grid.sub(at.x, at.y, at.width, at.height);
  const { ticks, labels, labelCells } = at;
  for (let i = 0; i < ticks.length; i++) {
    const y = tickRow(ticks[i], at);
    grid.put(1 + labelCells - textWidth(labels[i]), at.y + y, labels[i], theme.muted, labelCells);
    plot.fill(0, y, at.width, 1, theme.faint, i === 0 ? "─" : "┈");
  }
  const cursor = cursorColumn(options, at);
  if (cursor !== null) plot.fill(cursor, 0, 1, at.height, theme.muted, "┊");
  for (let i = 0; i < series.length; i++) {
    const attr = series[i].attr ?? theme.series[i % theme.series.length];
    if (series[i].style !== "marks") paintLine(plot, series[i], attr, at);
  }
  for (let i = 0; i < series.length; i++) {
    const attr = series[i].attr ?? theme.series[i % theme.series.length];
    if (series[i].style === "marks") paintMarks(plot, series[i], attr, at);
  }
  if (cursor !== null && options.ahead === true) {
    plot.recolor(cursor + 1, 0, at.width, at.height, () => theme.faint);
  }
  paintXLabels(grid, theme, options, at);
}

/** The value of x at column `x` of a chart of this size; null beside the plot: for the mouse. */
export function chartXAt(x: number, width: number, height: number, options: ChartOptions): number | null {
  const at = plotOf(width, height, options);
  if (x < at.x || x >= at.x + at.width || at.width < 2) return null;
  return at.xMin + ((x - at.x) / (at.width - 1)) * (at.xMax - at.xMin);
}

function cursorColumn({ cursor }: ChartOptions, { xMin, xMax, width }: Plot): number | null {
  if (cursor === undefined || cursor === null || xMax <= xMin || cursor < xMin || cursor > xMax) return null;
  return Math.round(((cursor - xMin) / (xMax - xMin)) * (width - 1));
}

function plotOf(width: number, height: number, options: ChartOptions): Plot {
  const [xMin, xMax] = xRange(options);
  let dataMax = options.yMax ?? 0;
  for (const line of options.series) {
    if (line.clipped === true) continue;
    for (const point of line.points) if (point[1] > dataMax) dataMax = point[1];
  }
  const labelled = options.series.length > 0 ? legendRows(options.series, width, height) : 1;
  const room = height - 1 - labelled;
  const unit = options.binary === true ? binaryUnit(dataMax) : 1;
  const ticks = ticksFrom((options.yMin ?? 0) / unit, dataMax / unit, room, options.whole ?? false).map(
    (tick) => tick * unit,
  );
  // Ticks stand the same number of rows apart; rows that leaves over stay free below the legend.
  const plotHeight = Math.floor((room - 1) / (ticks.length - 1)) * (ticks.length - 1) + 1;
  const labels = ticks.map((tick) => options.formatY(tick));
  const labelCells = Math.max(0, ...labels.map(textWidth));
  return {
    x: labelCells + 2,
    y: labelled + room - plotHeight,
    legendRows: labelled,
    width: width - labelCells - 3,
    height: plotHeight,
    xMin,
    xMax,
    yMin: ticks[0],
    yMax: ticks[ticks.length - 1],
    ticks,
    labels,
    labelCells,
  };
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

/** Column of the legend's first name. */
const LEGEND_START = 2;

function legendText({ name, value }: Series): string {
  return value === undefined ? name : `${name} ${value}`;
}

/** Rows the legend takes: a second one where all lines do not fit into one, and there is room. */
function legendRows(series: readonly Series[], width: number, height: number): number {
  const cells = series.reduce((sum, line) => sum + 5 + textWidth(legendText(line)), LEGEND_START - 3);
  return height >= LEGEND_TALL && cells > width ? 2 : 1;
}

/** Names of lines, as many as fit, and how many do not. */
function paintLegend(grid: Grid, theme: Theme, series: readonly Series[], at: Plot): void {
  const start = Math.min(at.x, LEGEND_START);
  let x = start;
  let y = 0;
  for (let i = 0; i < series.length; i++) {
    const line = series[i];
    const attr = line.attr ?? theme.series[i % theme.series.length];
    const text = legendText(line);
    if (x + 2 + textWidth(text) > grid.width) {
      if (y + 1 === at.legendRows) {
        grid.put(x, y, `+${series.length - i}`, theme.muted);
        return;
      }
      x = start;
      y++;
    }
    x += grid.put(x, y, line.mark ?? LEGEND_MARKS[line.style ?? "line"], attr) + 1;
    x += grid.put(x, y, text, onBackground(attr, theme.background)) + 3;
  }
}

/** Row of a value in a plot whose lowest tick lies in the last row. */
function tickRow(value: number, { yMin, yMax, height }: Plot): number {
  return height - 1 - Math.round(((value - yMin) / (yMax - yMin)) * (height - 1));
}

function paintMarks(plot: Grid, series: Series, attr: number, at: Plot): void {
  if (at.xMax <= at.xMin) return;
  const mark = series.mark ?? LEGEND_MARKS.marks;
  for (const [x, y] of series.points) {
    if (x < at.xMin || x > at.xMax || y < at.yMin || y > at.yMax) continue;
    plot.cell(Math.round(((x - at.xMin) / (at.xMax - at.xMin)) * (at.width - 1)), tickRow(y, at), mark, attr);
  }
}

function paintLine(plot: Grid, series: Series, attr: number, at: Plot): void {
  const dotsX = plot.width * 2;
  const dotsY = plot.height * 4;
  const canvas = canvasOf(dotsX, dotsY);
  const { xMin, xMax, yMin, yMax } = at;
  // Ticks stand in the middle of their rows: so do the dots of their values.
  const top = 2;
  const span = dotsY - 4;
  const toX = (x: number) => (xMax > xMin ? ((x - xMin) / (xMax - xMin)) * (dotsX - 1) : dotsX - 1);
  const toY = (y: number) => top + span - ((Math.min(y, yMax) - yMin) / (yMax - yMin)) * span;
  const pen: Pen = { canvas, dotsX, dash: DASHES[series.style ?? "line"] ?? null };
  let before: readonly [number, number] | null = null;
  for (const point of series.points) {
    if (series.clipped === true && point[1] > yMax) {
      before = null;
      continue;
    }
    const next: readonly [number, number] = [toX(point[0]), toY(Math.max(yMin, point[1]))];
    if (before === null || series.style === "points") {
      canvas.set(Math.round(next[0]), Math.round(next[1]));
    } else if (series.step === true) {
      drawSegment(pen, before, [next[0], before[1]]);
      drawSegment(pen, [next[0], before[1]], next);
    } else {
      drawSegment(pen, before, next);
    }
    before = next;
  }
  if (before !== null && series.step === true) drawSegment(pen, before, [dotsX - 1, before[1]]);
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

/** What draws a line: dots, some of them left out where it is dashed. */
interface Pen {
  readonly canvas: BrailleCanvas;
  readonly dotsX: number;
  readonly dash: readonly [drawn: number, left: number] | null;
}

/** Sets the dots of a straight line, one for each column or row it passes, only inside the canvas. */
function drawSegment(pen: Pen, from: readonly [number, number], to: readonly [number, number]): void {
  if (to[0] < 0 || from[0] > pen.dotsX) return;
  const { canvas, dash } = pen;
  const dx = to[0] - from[0];
  const dy = to[1] - from[1];
  const flat = Math.abs(dx) >= Math.abs(dy);
  const steps = Math.min(65_536, Math.max(1, Math.ceil(Math.max(Math.abs(dx), Math.abs(dy)))));
  for (let i = 0; i <= steps; i++) {
    const x = Math.round(from[0] + (dx * i) / steps);
    const y = Math.round(from[1] + (dy * i) / steps);
    // Dashes stand at places of the plot and not of the line: however many points a column has, gaps stay.
    if (dash !== null && (flat ? x : y) % (dash[0] + dash[1]) >= dash[0]) continue;
    canvas.set(x, y);
  }
}

function paintXLabels(grid: Grid, theme: Theme, options: ChartOptions, at: Plot): void {
  const { xMin, xMax, x: plotX, width: plotWidth } = at;
  const y = grid.height - 1;
  const sample = Math.max(textWidth(options.formatX(xMin)), textWidth(options.formatX(xMax)));
  const room = Math.max(1, Math.min(6, Math.floor(plotWidth / (sample + 5))));
  let free = plotX;
  for (const tick of ticksWithin(xMin, xMax, room)) {
    const text = options.formatX(tick);
    const cells = textWidth(text);
    const middle = plotX + (xMax > xMin ? Math.round(((plotWidth - 1) * (tick - xMin)) / (xMax - xMin)) : 0);
    const x = Math.min(Math.max(plotX, middle - Math.floor(cells / 2)), plotX + plotWidth - cells);
    if (x < free) continue;
    grid.put(x, y, text, theme.muted);
    free = x + cells + 2;
  }
}

/** Round values in [min, max], at most `most` and one; the smaller end where there is none. */
function ticksWithin(min: number, max: number, most: number): number[] {
  if (!(max > min)) return [min];
  const step = roundStep((max - min) / most);
  const ticks: number[] = [];
  for (let i = Math.ceil(min / step - 1e-9); i * step <= max * (1 + 1e-12) && ticks.length <= most; i++) {
    ticks.push(Number((i * step).toPrecision(12)));
  }
  return ticks.length === 0 ? [min] : ticks;
}

/** The smallest 1, 2 or 5 with zeros that is at least `least`. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return (
    [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= least * (1 - 1e-9)) ?? 10 * power
  );
}

/** 1, 1024, 1024 * 1024, ...: the unit in which `max` is below 1024. */
function binaryUnit(max: number): number {
  let unit = 1;
  while (max / unit >= 1024) unit *= 1024;
  return unit;
}

/** Ticks from a round number at or below `min` to at least `max`. */
function ticksFrom(min: number, max: number, height: number, whole: boolean): number[] {
  if (min <= 0) return yTicks(max, height, whole);
  const [first, second] = yTicks(max - min, height, whole);
  const step = second - first;
  const base = Math.floor(min / step) * step;
  return yTicks(max - base, height, whole).map((tick) => Number((tick + base).toPrecision(12)));
}

/**
 * Round ticks from 0 to at least `max`, 2 to 6 of them: of the steps that fit into `height` rows the one that leaves the
 * fewest rows over when ticks stand evenly and the least empty space above the values. `whole` ticks are whole numbers.
 */
export function yTicks(max: number, height: number, whole = false): number[] {
  const ceiling = max > 0 && Number.isFinite(max) ? max : 1;
  const rows = Math.max(1, height - 1);
  let best: number[] = [];
  let bestCost = Infinity;
  for (let most = Math.max(1, Math.min(5, Math.floor(rows / 2))); most >= 1; most--) {
    const ticks = ticksOf(ceiling, most, whole);
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
function ticksOf(ceiling: number, most: number, whole: boolean): number[] {
  const rough = whole ? Math.max(1, ceiling / most) : ceiling / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10]
    .map((factor) => factor * power)
    .find((size) => size >= rough * (1 - 1e-9) && (!whole || Number.isInteger(size)));
  const size = step ?? 10 * power;
  const count = Math.max(1, Math.ceil(ceiling / size - 1e-9));
  return Array.from({ length: count + 1 }, (_, i) => Number((i * size).toPrecision(12)));
}
