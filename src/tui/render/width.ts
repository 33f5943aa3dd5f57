/** How many terminal cells a character takes, and how text that is not safe to print is shown. */

import { combiningRanges, hiddenRanges, wideRanges } from "./width-table.ts";

/** What stands in a cell for a character that must not reach the terminal as itself. */
export const HIDDEN_MARK = "·";

/** Cells a code point takes: 0 combines with the one before, 2 is wide, -1 must not be printed as itself. */
export type CellWidth = -1 | 0 | 1 | 2;

/**
 * The width of a code point. The table is our own and fixed, because a terminal screen must come out the same
 * whatever Unicode version the running Node has.
 */
export function charWidth(codePoint: number): CellWidth {
  if (codePoint < 0x300) {
    if (codePoint < 0x20 || (codePoint >= 0x7f && codePoint < 0xa0) || codePoint === 0xad) return -1;
    return 1;
  }
  // Arrows, box drawing, blocks, braille, maths: what our own widgets are made of.
  if (codePoint >= 0x2190 && codePoint < 0x2300) return 1;
  if (codePoint >= 0x2500 && codePoint < 0x25fd) return 1;
  if (codePoint >= 0x2800 && codePoint < 0x2900) return 1;
  if (contains(wideRanges, codePoint)) return 2;
  if (contains(combiningRanges, codePoint)) return 0;
  if (contains(hiddenRanges, codePoint)) return -1;
  return 1;
}

/** Cells a text takes on one line, hidden characters counting as their mark. */
export function textWidth(text: string): number {
  let width = 0;
  let hasBase = false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x20 && unit < 0x7f) {
      width++;
      hasBase = true;
      continue;
    }
    const codePoint = text.codePointAt(i) ?? unit;
    if (codePoint > 0xffff) i++;
    const cells = charWidth(codePoint);
    if (cells === 0) {
      if (!hasBase) width++;
    } else {
      width += cells === 2 ? 2 : 1;
    }
    hasBase = true;
  }
  return width;
}

/** As much of `text` as there is room for in `room` cells, `…` where that is not all of it; nothing where there is room for the dots alone. */
export function textCut(text: string, room: number): string {
  if (textWidth(text) <= room) return text;
  if (room <= 1) return "";
  let cells = 0;
  let end = 0;
  for (const char of text) {
    cells += textWidth(char);
    if (cells > room - 1) break;
    end += char.length;
  }
  return `${text.slice(0, end)}…`;
}

/** Binary search in flattened inclusive ranges. */
function contains(ranges: Uint32Array, codePoint: number): boolean {
  let low = 0;
  let high = (ranges.length >> 1) - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (codePoint < ranges[middle * 2]) high = middle - 1;
    else if (codePoint > ranges[middle * 2 + 1]) low = middle + 1;
    else return true;
  }
  return false;
}
