/** A grid as text with 256-colour escape sequences (ECMA-48 SGR). */

import {
  attrBg,
  attrFg,
  attrFlags,
  BOLD,
  DEFAULT_COLOR,
  type Grid,
  INVERSE,
  PLAIN,
  UNDERLINE,
} from "./grid.ts";

const ESC = "\u001B";
const RESET = `${ESC}[0m`;

/**
 * All rows with their colours, a reset and a line feed after each, so that a row can be cut out or shown alone.
 * Attributes are written only where they change.
 */
export function gridToAnsi(grid: Grid): string {
  let out = "";
  for (let y = 0; y < grid.height; y++) out += `${rowToAnsi(grid, y)}\n`;
  return out;
}

/** One row, beginning from and ending with default attributes. Blank cells at the end without colour are left out. */
export function rowToAnsi(grid: Grid, y: number): string {
  let end = grid.width;
  while (end > 0 && grid.charAt(end - 1, y) === " " && grid.attrAt(end - 1, y) === PLAIN) end--;
  return cellsToAnsi(grid, y, 0, end);
}

/** Cells `from` to `to` (exclusive) of a row, beginning from and ending with default attributes. */
export function cellsToAnsi(grid: Grid, y: number, from: number, to: number): string {
  let out = "";
  let attr = PLAIN;
  for (let x = from; x < to; x++) {
    const next = grid.attrAt(x, y);
    if (next !== attr) {
      out += attrChange(attr, next);
      attr = next;
    }
    out += grid.charAt(x, y);
  }
  return attr === PLAIN ? out : out + RESET;
}

/**
 * Escape sequences that change the terminal showing `before` into one showing `after`, grids of one size: for each
 * changed run of cells a cursor movement and the cells. Nothing when they are equal.
 */
export function ansiChanges(before: Grid, after: Grid): string {
  let out = "";
  for (let y = 0; y < after.height; y++) {
    let x = 0;
    while (x < after.width) {
      if (sameCell(before, after, x, y)) {
        x++;
        continue;
      }
      let from = x;
      let to = x + 1;
      let same = 0;
      // Unchanged cells shorter than a cursor movement are cheaper written again.
      for (let ahead = to; ahead < after.width && same < 8; ahead++) {
        if (sameCell(before, after, ahead, y)) same++;
        else {
          same = 0;
          to = ahead + 1;
        }
      }
      // Never begin or end in the middle of a wide character.
      if (after.charAt(from, y) === "") from--;
      if (to < after.width && after.charAt(to, y) === "") to++;
      out += `${ESC}[${y + 1};${from + 1}H${cellsToAnsi(after, y, from, to)}`;
      x = to;
    }
  }
  return out;
}

function sameCell(before: Grid, after: Grid, x: number, y: number): boolean {
  return before.attrAt(x, y) === after.attrAt(x, y) && before.charAt(x, y) === after.charAt(x, y);
}

/** The sequence from one attribute to another: only what is added when nothing has to be taken away. */
function attrChange(from: number, to: number): string {
  if (to === PLAIN) return RESET;
  const codes: (number | string)[] = [];
  const fromFlags = attrFlags(from);
  const toFlags = attrFlags(to);
  let [fg, bg, flags] = [attrFg(from), attrBg(from), fromFlags];
  if ((fromFlags & ~toFlags) !== 0) {
    codes.push(0);
    fg = DEFAULT_COLOR;
    bg = DEFAULT_COLOR;
    flags = 0;
  }
  const added = toFlags & ~flags;
  if (added & BOLD) codes.push(1);
  if (added & UNDERLINE) codes.push(4);
  if (added & INVERSE) codes.push(7);
  if (attrFg(to) !== fg) codes.push(colorCode(attrFg(to), 30));
  if (attrBg(to) !== bg) codes.push(colorCode(attrBg(to), 40));
  return `${ESC}[${codes.join(";")}m`;
}

/** SGR parameters of a colour; `base` is 30 for the foreground and 40 for the background. */
function colorCode(color: number, base: number): number | string {
  if (color === DEFAULT_COLOR) return base + 9;
  if (color < 8) return base + color;
  if (color < 16) return base + 60 + color - 8;
  return `${base + 8};5;${color}`;
}
