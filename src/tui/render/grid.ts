/** A rectangle of terminal cells that widgets paint on, and clipped views into it. */

import { charWidth, HIDDEN_MARK, textWidth } from "./width.ts";

/** The colour number that means the terminal's own foreground or background. */
export const DEFAULT_COLOR = 511;

/** Attribute flags, blessed's. */
export const BOLD = 1;
export const UNDERLINE = 2;
export const INVERSE = 8;

/** A mark more than this many on one character is dropped: hostile text must not grow a cell without bound. */
const MAX_MARKS = 3;

/** Packs colours (0 to 255, or 511 for the default) and flags the way blessed's cells have them. */
export function makeAttr(fg: number, bg: number, flags = 0): number {
  return (flags << 18) | ((fg & 511) << 9) | (bg & 511);
}

/** Default colours, no flags. */
export const PLAIN = makeAttr(DEFAULT_COLOR, DEFAULT_COLOR);

export function attrFg(attr: number): number {
  return (attr >> 9) & 511;
}

export function attrBg(attr: number): number {
  return attr & 511;
}

export function attrFlags(attr: number): number {
  return attr >> 18;
}

/** `attr` on the background of `on`: for text that lies on a zebra or selected row. */
export function onBackground(attr: number, on: number): number {
  return (attr & ~511) | (on & 511);
}

/** `attr` with flags added. */
export function withFlags(attr: number, flags: number): number {
  return attr | (flags << 18);
}

/**
 * Cells with a character and an attribute each. `chars` has one entry a cell: usually one character, with
 * combining marks after it; the right half of a wide character is the empty string.
 *
 * A grid made by `sub` is a view: it paints on the same cells, moved and clipped, and `chars` and `attrs` are
 * those of the whole grid (index them through `index`).
 */
export class Grid {
  readonly width: number;
  readonly height: number;
  readonly chars: string[];
  readonly attrs: Int32Array;
  /** Where this view's (0, 0) lies in the whole grid. */
  readonly originX: number;
  readonly originY: number;
  /** Cells in a row of the whole grid. */
  readonly stride: number;
  /** The part of this view that may be painted, in its own coordinates: from inclusive, to exclusive. */
  readonly clipX0: number;
  readonly clipY0: number;
  readonly clipX1: number;
  readonly clipY1: number;

  constructor(width: number, height: number, attr: number = PLAIN, view?: GridView) {
    this.width = Math.max(0, Math.trunc(width));
    this.height = Math.max(0, Math.trunc(height));
    if (view === undefined) {
      const cells = this.width * this.height;
      this.chars = Array<string>(cells).fill(" ");
      this.attrs = new Int32Array(cells).fill(attr);
      this.originX = 0;
      this.originY = 0;
      this.stride = this.width;
      this.clipX0 = 0;
      this.clipY0 = 0;
      this.clipX1 = this.width;
      this.clipY1 = this.height;
      return;
    }
    const { parent } = view;
    this.chars = parent.chars;
    this.attrs = parent.attrs;
    this.originX = parent.originX + view.x;
    this.originY = parent.originY + view.y;
    this.stride = parent.stride;
    this.clipX0 = Math.max(0, parent.clipX0 - view.x);
    this.clipY0 = Math.max(0, parent.clipY0 - view.y);
    this.clipX1 = Math.min(this.width, parent.clipX1 - view.x);
    this.clipY1 = Math.min(this.height, parent.clipY1 - view.y);
  }

  /** A view of `width` x `height` cells at (x, y); what lies outside this grid is clipped away. */
  sub(x: number, y: number, width: number, height: number): Grid {
    return new Grid(width, height, PLAIN, { parent: this, x: Math.trunc(x), y: Math.trunc(y) });
  }

  /** The place of (x, y) in `chars` and `attrs`, or -1 when it may not be painted. */
  index(x: number, y: number): number {
    if (!(x >= this.clipX0 && x < this.clipX1 && y >= this.clipY0 && y < this.clipY1)) return -1;
    return (this.originY + y) * this.stride + this.originX + x;
  }

  /** The character at (x, y); empty for the right half of a wide one, and outside. */
  charAt(x: number, y: number): string {
    const at = this.index(x, y);
    return at < 0 ? "" : this.chars[at];
  }

  /** The attribute at (x, y); PLAIN outside. */
  attrAt(x: number, y: number): number {
    const at = this.index(x, y);
    return at < 0 ? PLAIN : this.attrs[at];
  }

  /**
   * Writes one line of text at (x, y) and returns the cells it takes. Text longer than `maxWidth` (default: up to
   * the right edge of this view) is cut and ends in `…`. Characters a terminal would obey are shown as `·`.
   */
  put(x: number, y: number, text: string, attr: number, maxWidth: number = this.width - x): number {
    const room = Math.min(Math.trunc(maxWidth), this.width - x);
    if (!(room > 0) || text === "") return 0;
    if (textWidth(text) <= room) return this.write(x, y, text, attr, room);
    const used = this.write(x, y, text, attr, room - 1);
    this.cell(x + used, y, "…", attr);
    return used + 1;
  }

  /** Fills a rectangle with one character (one cell wide) and an attribute. */
  fill(x: number, y: number, width: number, height: number, attr: number, char = " "): void {
    const x0 = Math.max(x, this.clipX0);
    const x1 = Math.min(x + width, this.clipX1);
    const y0 = Math.max(y, this.clipY0);
    const y1 = Math.min(y + height, this.clipY1);
    if (x0 >= x1) return;
    for (let row = y0; row < y1; row++) {
      const start = (this.originY + row) * this.stride + this.originX;
      this.mendLeft(start + x0);
      this.mendRight(start + x1 - 1);
      for (let at = start + x0; at < start + x1; at++) {
        this.chars[at] = char;
        this.attrs[at] = attr;
      }
    }
  }

  /** Changes the attributes of a rectangle, keeping its characters. */
  recolor(x: number, y: number, width: number, height: number, change: (attr: number) => number): void {
    const x0 = Math.max(x, this.clipX0);
    const x1 = Math.min(x + width, this.clipX1);
    const y1 = Math.min(y + height, this.clipY1);
    for (let row = Math.max(y, this.clipY0); row < y1; row++) {
      const start = (this.originY + row) * this.stride + this.originX;
      for (let at = start + x0; at < start + x1; at++) this.attrs[at] = change(this.attrs[at]);
    }
  }

  /** Writes one character that is known to be one cell wide: borders, marks, blocks. */
  cell(x: number, y: number, char: string, attr: number): void {
    const at = this.index(x, y);
    if (at < 0) return;
    this.mendLeft(at);
    this.mendRight(at);
    this.chars[at] = char;
    this.attrs[at] = attr;
  }

  /** Writes as much of `text` as fits into `room` cells, without ellipsis. */
  private write(x: number, y: number, text: string, attr: number, room: number): number {
    let used = 0;
    let marks = 0;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit >= 0x20 && unit < 0x7f) {
        if (used >= room) return used;
        this.cell(x + used, y, text[i], attr);
        used++;
        marks = 0;
        continue;
      }
      const codePoint = text.codePointAt(i) ?? unit;
      const char = codePoint > 0xffff ? text.slice(i, i + 2) : text[i];
      i += char.length - 1;
      const width = charWidth(codePoint);
      if (width === 0 && used > 0) {
        if (marks++ < MAX_MARKS) this.addMark(x + used - 1, y, char);
        continue;
      }
      marks = 0;
      if (used + Math.max(1, width) > room) return used;
      if (width === 2) {
        this.wideCell(x + used, y, char, attr);
        used += 2;
      } else {
        // A mark with nothing to stand on is shown as hidden too.
        this.cell(x + used, y, width === 1 ? char : HIDDEN_MARK, attr);
        if (width !== 1) marks = MAX_MARKS;
        used++;
      }
    }
    return used;
  }

  /** A wide character at (x, y); where only one half may be painted, that half becomes a space. */
  private wideCell(x: number, y: number, char: string, attr: number): void {
    const left = this.index(x, y);
    const right = this.index(x + 1, y);
    if (left < 0 || right < 0) {
      this.cell(x, y, " ", attr);
      this.cell(x + 1, y, " ", attr);
      return;
    }
    this.mendLeft(left);
    this.mendRight(right);
    this.chars[left] = char;
    this.chars[right] = "";
    this.attrs[left] = attr;
    this.attrs[right] = attr;
  }

  /** Adds a combining mark to the character whose last cell is (x, y). */
  private addMark(x: number, y: number, mark: string): void {
    let at = this.index(x, y);
    if (at < 0) return;
    if (this.chars[at] === "") {
      at = this.index(x - 1, y);
      if (at < 0) return;
    }
    // Nothing may combine with what stands for hidden text or with blank space.
    if (this.chars[at] !== " ") this.chars[at] += mark;
  }

  /** Before cell `at` is overwritten: a wide character whose right half it is loses its left half too. */
  private mendLeft(at: number): void {
    if (this.chars[at] === "" && at > 0) this.chars[at - 1] = " ";
  }

  /** Before cell `at` is overwritten: a wide character whose left half it is loses its right half too. */
  private mendRight(at: number): void {
    if (at + 1 < this.chars.length && this.chars[at + 1] === "" && this.chars[at] !== "")
      this.chars[at + 1] = " ";
  }
}

interface GridView {
  readonly parent: Grid;
  readonly x: number;
  readonly y: number;
}
