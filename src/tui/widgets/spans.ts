/** Text in several colours on one line, and its wrapping into lines. */

import type { Grid } from "../render/grid.ts";
import { textWidth } from "../render/width.ts";

/** A piece of text with its attribute (packed as in `Grid`). */
export interface Span {
  readonly text: string;
  readonly attr: number;
}

/** Plain text takes the attribute of where it stands. */
export type Rich = string | readonly Span[];

/** The text as spans, `attr` for plain text. */
export function toSpans(rich: Rich, attr: number): readonly Span[] {
  return typeof rich === "string" ? [{ text: rich, attr }] : rich;
}

/** Cells the text takes on one line. */
export function richWidth(rich: Rich): number {
  if (typeof rich === "string") return textWidth(rich);
  let width = 0;
  for (const span of rich) width += textWidth(span.text);
  return width;
}

/**
 * Writes spans one after the other, at most `maxWidth` cells, and returns the cells used. `on`, when given, is an
 * attribute whose background replaces that of every span (a zebra or selected row).
 */
export function putSpans(
  grid: Grid,
  x: number,
  y: number,
  spans: readonly Span[],
  maxWidth: number = grid.width - x,
  on?: number,
): number {
  const room = Math.min(maxWidth, grid.width - x);
  let left = richWidth(spans);
  let used = 0;
  for (const span of spans) {
    const attr = on === undefined ? span.attr : (span.attr & ~511) | (on & 511);
    const width = textWidth(span.text);
    // The last span that still fits makes place for the ellipsis of those that do not.
    const text = left > room - used && width >= room - used ? `${span.text}…` : span.text;
    used += grid.put(x + used, y, text, attr, room - used);
    left -= width;
    if (used >= room) break;
  }
  return used;
}

/**
 * Breaks text into lines of at most `width` cells: at spaces where there are any, inside a word only when the word is
 * longer than a line. Line feeds break too. An empty text is one empty line.
 */
export function wrapText(text: string, width: number): string[] {
  return wrapSpans([{ text, attr: 0 }], width).map((line) => line.map((span) => span.text).join(""));
}

/** `wrapText` for text in several colours. */
export function wrapSpans(spans: readonly Span[], width: number): Span[][] {
  const limit = Math.max(1, Math.trunc(width));
  const lines: Span[][] = [];
  let line: Span[] = [];
  let used = 0;
  const breakLine = () => {
    lines.push(line);
    line = [];
    used = 0;
  };
  for (const span of spans) {
    for (const piece of span.text.split(/(\n| +)/)) {
      if (piece === "") continue;
      if (piece === "\n") {
        breakLine();
        continue;
      }
      const cells = textWidth(piece);
      if (used + cells <= limit) {
        append(line, piece, span.attr);
        used += cells;
        continue;
      }
      // Spaces at the end of a line are the break itself.
      if (piece[0] === " ") {
        if (used > 0) breakLine();
        continue;
      }
      if (used > 0) {
        trimEnd(line);
        breakLine();
      }
      let rest = piece;
      while (textWidth(rest) > limit) {
        const head = takeCells(rest, limit);
        append(line, head, span.attr);
        breakLine();
        rest = rest.slice(head.length);
      }
      append(line, rest, span.attr);
      used = textWidth(rest);
    }
  }
  lines.push(line);
  return lines;
}

/** The longest beginning of `text` that takes at most `cells`, but at least one character. */
function takeCells(text: string, cells: number): string {
  let end = 0;
  let used = 0;
  for (const char of text) {
    const width = textWidth(char);
    if (end > 0 && used + width > cells) break;
    used += width;
    end += char.length;
  }
  return text.slice(0, end);
}

function append(line: Span[], text: string, attr: number): void {
  if (text === "") return;
  const last = line.at(-1);
  if (last !== undefined && last.attr === attr) line[line.length - 1] = { text: last.text + text, attr };
  else line.push({ text, attr });
}

function trimEnd(line: Span[]): void {
  const last = line.at(-1);
  if (last === undefined) return;
  const text = last.text.replace(/ +$/, "");
  if (text === "") line.pop();
  else line[line.length - 1] = { text, attr: last.attr };
}
