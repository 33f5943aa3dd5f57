/** A recording as an animated GIF (GIF89a): colours from the screens' own palette, each frame only where it changes. */

import type { CastFrame } from "./asciicast.ts";
import { changedRect, heldFrames } from "./frames.ts";
import type { CellRect, HeldFrame } from "./frames.ts";
import type { Grid } from "./grid.ts";
import { lzwBlocks } from "./lzw.ts";
import { paletteRgb } from "./palette.ts";
import { gridToPixels } from "./png.ts";
import type { Pixels } from "./png.ts";
import { CELL_HEIGHT, CELL_WIDTH } from "./shapes.ts";
import { RIM, shownColors } from "./svg.ts";

export interface GifOptions {
  /** Seconds the last frame stays before it begins again; 3 by default. */
  readonly hold?: number;
}

/** Viewers show shorter frames longer than they are. */
const STEP_MS = 20;
const MARGIN = 10;
/** The index that leaves a pixel as it was. */
const TRANSPARENT = 0;
/** Of the 256 a colour table holds, one is none. */
const COLORS_MAX = 255;
/** Shares of the foreground in the edges of letters. */
const EDGES = [0.25, 0.5, 0.75];
/** Larger ones are for a video. */
const FRAMES_MAX = 3000;

/** The bytes of the GIF: the same for the same frames each time. Throws a RangeError for none and for more than 3,000. */
export function framesToGif(frames: readonly CastFrame[], options: GifOptions = {}): Uint8Array {
  const held = heldFrames(frames, STEP_MS, (options.hold ?? 3) * 1000);
  if (held.length > FRAMES_MAX) throw new RangeError(`a GIF of ${held.length} frames; up to ${FRAMES_MAX}`);
  const colors = new ColorTable(held);
  const parts: Uint8Array[] = [];
  let before: Grid | null = null;
  for (const { grid, fromMs, untilMs } of held) {
    const rect = before === null ? null : changedRect(before, grid);
    const placed = before === null || rect === null ? whole(grid) : part(grid, rect);
    const indexes = colors.indexesOf(placed.pixels);
    if (before === null) parts.push(header(placed.pixels, colors));
    else if (rect !== null) leaveOut(indexes, rect, before, grid);
    parts.push(control(untilMs - fromMs), image(placed, indexes, colors));
    before = grid;
  }
  parts.push(Uint8Array.of(0x3b));
  return Buffer.concat(parts);
}

interface Placed {
  readonly pixels: Pixels;
  readonly left: number;
  readonly top: number;
}

function whole(grid: Grid): Placed {
  return { pixels: gridToPixels(grid, { margin: MARGIN }), left: 0, top: 0 };
}

function part(grid: Grid, { x0, y0, x1, y1 }: CellRect): Placed {
  const pixels = gridToPixels(grid.sub(x0, y0, x1 - x0, y1 - y0), { margin: 0 });
  return { pixels, left: MARGIN + x0 * CELL_WIDTH, top: MARGIN + y0 * CELL_HEIGHT };
}

/** Makes cells that are as they were transparent: long runs of one index take next to no room. */
function leaveOut(indexes: Uint8Array, { x0, y0, x1, y1 }: CellRect, before: Grid, grid: Grid): void {
  const width = (x1 - x0) * CELL_WIDTH;
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      if (!isSameCell(before, grid, x, y)) continue;
      const left = (x - x0) * CELL_WIDTH;
      for (let row = (y - y0) * CELL_HEIGHT; row < (y - y0 + 1) * CELL_HEIGHT; row++)
        indexes.fill(TRANSPARENT, row * width + left, row * width + left + CELL_WIDTH);
    }
  }
}

/** The cell itself and its neighbours, into which a wide character reaches. */
function isSameCell(a: Grid, b: Grid, x: number, y: number): boolean {
  for (const at of [x - 1, x, x + 1])
    if (a.attrAt(at, y) !== b.attrAt(at, y) || a.charAt(at, y) !== b.charAt(at, y)) return false;
  return true;
}

/** Logical screen, colour table, and that it goes round for ever. */
function header({ width, height }: Pixels, { depth, bytes }: ColorTable): Uint8Array {
  const screen = Uint8Array.of(
    width & 0xff,
    width >> 8,
    height & 0xff,
    height >> 8,
    0xf0 | (depth - 1),
    0,
    0,
  );
  const loop = [0x21, 0xff, 11, ...Buffer.from("NETSCAPE2.0"), 3, 1, 0, 0, 0];
  return Buffer.concat([Buffer.from("GIF89a"), screen, bytes, Uint8Array.from(loop)]);
}

/** How long the image stays, in hundredths of a second; the next one is painted over it. */
function control(ms: number): Uint8Array {
  const delay = Math.min(0xffff, Math.round(ms / 10));
  return Uint8Array.of(0x21, 0xf9, 4, 0x05, delay & 0xff, delay >> 8, TRANSPARENT, 0);
}

function image({ pixels, left, top }: Placed, indexes: Uint8Array, { depth }: ColorTable): Uint8Array {
  const place = [left, top, pixels.width, pixels.height].flatMap((value) => [value & 0xff, value >> 8]);
  return Buffer.concat([Uint8Array.of(0x2c, ...place, 0, depth), lzwBlocks(indexes, depth)]);
}

/** The colours of all frames and those between them at the edges of letters, the most used ones first. */
class ColorTable {
  /** A power of two of entries, three bytes each. */
  readonly bytes: Uint8Array;
  /** Bits of an index. */
  readonly depth: number;
  readonly #colors: readonly number[];
  readonly #known = new Map<number, number>();

  constructor(frames: readonly HeldFrame[]) {
    const chosen = new Set<number>([paletteRgb(RIM)]);
    const pairs = [...pairCounts(frames)].sort(([a, m], [b, n]) => n - m || a - b).map(([pair]) => pair);
    for (const pair of pairs) {
      if (chosen.size < COLORS_MAX) chosen.add(paletteRgb(pair >> 8));
      if (chosen.size < COLORS_MAX) chosen.add(paletteRgb(pair & 0xff));
    }
    for (const pair of pairs) {
      for (const share of EDGES) {
        if (chosen.size >= COLORS_MAX) break;
        chosen.add(between(paletteRgb(pair >> 8), paletteRgb(pair & 0xff), share));
      }
    }
    this.#colors = [...chosen];
    this.depth = Math.max(2, Math.ceil(Math.log2(this.#colors.length + 1)));
    this.bytes = new Uint8Array(3 << this.depth);
    for (const [i, color] of this.#colors.entries())
      this.bytes.set([color >> 16, (color >> 8) & 0xff, color & 0xff], (i + 1) * 3);
  }

  indexesOf({ width, height, rgba }: Pixels): Uint8Array {
    const indexes = new Uint8Array(width * height);
    for (let i = 0; i < indexes.length; i++)
      indexes[i] = this.#nearest((rgba[i * 4] << 16) | (rgba[i * 4 + 1] << 8) | rgba[i * 4 + 2]);
    return indexes;
  }

  #nearest(color: number): number {
    const known = this.#known.get(color);
    if (known !== undefined) return known;
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (const [i, candidate] of this.#colors.entries()) {
      const distance = distanceOf(color, candidate);
      if (distance < least) [best, least] = [i + 1, distance];
    }
    this.#known.set(color, best);
    return best;
  }
}

/** How many cells have each foreground (high byte) on each background, spaces aside. */
function pairCounts(frames: readonly HeldFrame[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { grid } of frames) {
    for (let y = 0; y < grid.height; y++) {
      for (let x = 0; x < grid.width; x++) {
        const { fg, bg } = shownColors(grid.attrAt(x, y));
        const pair = ((grid.charAt(x, y) === " " ? bg : fg) << 8) | bg;
        counts.set(pair, (counts.get(pair) ?? 0) + 1);
      }
    }
  }
  return counts;
}

function between(fg: number, bg: number, share: number): number {
  const channel = (shift: number): number => {
    const [f, b] = [(fg >> shift) & 0xff, (bg >> shift) & 0xff];
    return Math.round(b + (f - b) * share) << shift;
  };
  return channel(16) | channel(8) | channel(0);
}

function distanceOf(a: number, b: number): number {
  const red = (a >> 16) - (b >> 16);
  const green = ((a >> 8) & 0xff) - ((b >> 8) & 0xff);
  const blue = (a & 0xff) - (b & 0xff);
  return 2 * red * red + 4 * green * green + 3 * blue * blue;
}
