// Goldens as text: what is seen, then the colours that occur, then each row's runs of them. Written from a grid, read back for comparison.

import type { Grid } from "../tui/render/grid.ts";
import { gridToText } from "../tui/render/text.ts";
import { charWidth } from "../tui/render/width.ts";
import type { Theme } from "../tui/theme.ts";
import { styleNames, styleText } from "./style-names.ts";

/** What a golden is a picture of. */
export type GoldenKind = "screen" | "ladder" | "transcript";

/** One row, cell by cell. The right half of a wide character is the empty string. */
export interface GoldenRow {
  readonly chars: readonly string[];
  /** The name of each cell's style. */
  readonly styles: readonly string[];
  /** The row as the golden writes it, text and styles: equal rows have equal lines. */
  readonly text: string;
  readonly runs: string;
}

/** A golden read back. */
export interface Golden {
  readonly kind: GoldenKind;
  readonly width: number;
  readonly height: number;
  readonly theme: string;
  /** Styles by name, each as `234 on 75 bold`. */
  readonly styles: ReadonlyMap<string, string>;
  readonly rows: readonly GoldenRow[];
}

/** The line between what is seen and its colours; it tells a golden from any other text file. */
const HEADER = /^wirelab (screen|ladder|transcript), (\d{1,4}) x (\d{1,4}), theme (\S+)$/;
/** Cells of a golden at most: a damaged header must not take memory. */
const CELLS_MAX = 4_000_000;
const NAME_CELLS = 20;
/** A row that has the ground's colour all along. */
const NO_RUNS = ".";

/**
 * The golden of `grid`. Rows are cut where only the ground follows; a run is a style's name and how many cells have it.
 * Names do not depend on what else is on the screen, so a change of colour changes the line of its row or that of its style.
 */
export function goldenText(kind: GoldenKind, grid: Grid, theme: Theme): string {
  const nameOf = styleNames(theme);
  const used = new Map<string, number>();
  const rows: string[] = [];
  for (let y = 0; y < grid.height; y++) {
    const runs: string[] = [];
    let ends = 0;
    for (let x = 0; x < grid.width;) {
      const attr = grid.attrAt(x, y);
      const start = x;
      while (x < grid.width && grid.attrAt(x, y) === attr) x++;
      runs.push(`${nameOf(attr)}:${x - start}`);
      used.set(nameOf(attr), attr);
      if (attr !== theme.background) ends = runs.length;
    }
    rows.push(ends === 0 ? NO_RUNS : runs.slice(0, ends).join(" "));
  }
  // The ground is what runs leave out, so it is always told.
  used.set(nameOf(theme.background), theme.background);
  const legend = [...used.keys()].sort().map((name) => entry(name, styleText(used.get(name) ?? 0)));
  const header = `wirelab ${kind}, ${grid.width} x ${grid.height}, theme ${theme.name}`;
  const ground = entry("ground", nameOf(theme.background));
  return `${gridToText(grid)}\n${[header, ground, ...legend].join("\n")}\n\n${rows.join("\n")}\n`;
}

/** A line of the legend. Its columns are fixed: a longer name must not move the others. */
function entry(name: string, is: string): string {
  return `${name.padEnd(NAME_CELLS)} ${is}`;
}

/** Whether `text` is a golden, by its header. */
export function isGolden(text: string): boolean {
  return headerOf(text.replaceAll("\r\n", "\n").split("\n")) !== null;
}

/** Reads a golden back; null for text that is none, or is damaged. */
export function parseGolden(text: string): Golden | null {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const header = headerOf(lines);
  if (header === null) return null;
  const { kind, width, height, theme } = header;
  const styles = new Map<string, string>();
  let at = height + 2;
  const ground = /^ground +(\S+)$/.exec(lines[at++] ?? "")?.[1];
  for (; at < lines.length && lines[at] !== ""; at++) {
    const entry = /^(\S+) +(\S.*)$/.exec(lines[at]);
    if (entry === null) return null;
    styles.set(entry[1], entry[2]);
  }
  at++;
  if (ground === undefined || lines.length < at + height) return null;
  const rows: GoldenRow[] = [];
  for (let y = 0; y < height; y++) {
    const [seen, runs] = [lines[y], lines[at + y]];
    const named = stylesOf(runs, width, ground);
    const chars = charsOf(seen, width);
    if (named === null || chars === null) return null;
    rows.push({ chars, styles: named, text: seen, runs });
  }
  return { kind, width, height, theme, styles, rows };
}

interface Header {
  readonly kind: GoldenKind;
  readonly width: number;
  readonly height: number;
  readonly theme: string;
}

/** The header is where it says it is: below as many rows as it names, and an empty line. */
function headerOf(lines: readonly string[]): Header | null {
  for (let i = 1; i < lines.length; i++) {
    const match = lines[i - 1] === "" ? HEADER.exec(lines[i]) : null;
    if (match === null) continue;
    const [, kind, width, height, theme] = match;
    const header = { kind: kind as GoldenKind, width: Number(width), height: Number(height), theme };
    if (header.height === i - 1 && header.width * header.height <= CELLS_MAX) return header;
  }
  return null;
}

/** A line's cells, blank up to `width`; null where it is longer. */
function charsOf(line: string, width: number): string[] | null {
  const chars: string[] = [];
  for (const char of line) {
    const cells = charWidth(char.codePointAt(0) ?? 0);
    if (cells === 0 && chars.length > 0) {
      // A mark belongs to the character before it, whose second half may lie between.
      chars[chars.at(-1) === "" && chars.length > 1 ? chars.length - 2 : chars.length - 1] += char;
      continue;
    }
    chars.push(char);
    if (cells === 2) chars.push("");
  }
  if (chars.length > width) return null;
  while (chars.length < width) chars.push(" ");
  return chars;
}

/** The style of each cell; null for runs that are none, or too long. */
function stylesOf(runs: string, width: number, ground: string): string[] | null {
  const names: string[] = [];
  if (runs !== NO_RUNS) {
    for (const run of runs.split(" ")) {
      const match = /^(\S+):(\d{1,4})$/.exec(run);
      if (match === null || names.length + Number(match[2]) > width) return null;
      for (let i = 0; i < Number(match[2]); i++) names.push(match[1]);
    }
  }
  while (names.length < width) names.push(ground);
  return names;
}
