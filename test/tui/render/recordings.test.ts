import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { framesToSvg } from "../../../src/tui/render/animated-svg.ts";
import type { CastFrame } from "../../../src/tui/render/asciicast.ts";
import { changedRect, heldFrames } from "../../../src/tui/render/frames.ts";
import { framesToGif } from "../../../src/tui/render/gif.ts";
import { Grid, makeAttr } from "../../../src/tui/render/grid.ts";
import { lzwBlocks } from "../../../src/tui/render/lzw.ts";
import { gridToPixels } from "../../../src/tui/render/png.ts";

function screen(text: string, fg = 252, width = 24, height = 2): Grid {
  const grid = new Grid(width, height, makeAttr(fg, 235));
  grid.put(0, 0, text, makeAttr(fg, 235));
  return grid;
}

const FRAMES: readonly CastFrame[] = [
  { time: 0, grid: screen("one") },
  { time: 0.5, grid: screen("one two", 114) },
  { time: 0.5, grid: screen("one two three", 114) },
  { time: 0.9, grid: screen("one two three", 114) },
  { time: 1, grid: screen("漢字 three", 210) },
];

describe("the frames of a recording", () => {
  it("are those that differ, each as long as it stays", () => {
    const held = heldFrames(FRAMES, 20, 3000);
    expect(held.map(({ fromMs, untilMs }) => [fromMs, untilMs])).toEqual([
      [0, 500],
      [500, 1000],
      [1000, 4000],
    ]);
    expect(() => heldFrames([], 20, 3000)).toThrow("at least one frame");
  });

  it("of different sizes get the largest one", () => {
    const [a, b] = heldFrames([FRAMES[0], { time: 1, grid: screen("x", 252, 30, 5) }], 20, 0);
    expect([a.grid.width, a.grid.height, b.grid.height]).toEqual([30, 5, 5]);
  });

  it("know where they changed, and where not", () => {
    expect(changedRect(screen("abcdef"), screen("abXdef"))).toEqual({ x0: 1, y0: 0, x1: 4, y1: 1 });
    expect(changedRect(screen("abc"), screen("abc"))).toBeNull();
  });
});

/** A reader of GIF's data by the specification's appendix F, for indexes only. */
function unpack(blocks: Uint8Array, depth: number): number[] {
  const data: number[] = [];
  for (let at = 0; blocks[at] !== 0; at += blocks[at] + 1)
    data.push(...blocks.subarray(at + 1, at + 1 + blocks[at]));
  const clear = 1 << depth;
  let table: number[][] = [];
  let width = 0;
  const reset = (): void => {
    table = Array.from({ length: clear + 2 }, (_, i) => (i < clear ? [i] : []));
    width = depth + 1;
  };
  reset();
  const out: number[] = [];
  let before: number[] | null = null;
  for (let bit = 0; bit < data.length * 8;) {
    let code = 0;
    for (let i = 0; i < width; i++) code |= ((data[(bit + i) >> 3] >> ((bit + i) & 7)) & 1) << i;
    bit += width;
    if (code === clear + 1) return out;
    if (code === clear) {
      reset();
      before = null;
      continue;
    }
    const known: number[] = code < table.length ? table[code] : [...(before ?? []), (before ?? [])[0]];
    out.push(...known);
    if (before !== null && table.length < 4096) table.push([...before, known[0]]);
    if (table.length === 1 << width && width < 12) width++;
    before = known;
  }
  throw new RangeError("no end of the data");
}

describe("GIF's packing", () => {
  test.prop([fc.integer({ min: 2, max: 8 }), fc.array(fc.nat(255), { maxLength: 600 })])(
    "unpacks to what it was",
    (depth, values) => {
      const indexes = Uint8Array.from(values, (value) => value & ((1 << depth) - 1));
      expect(unpack(lzwBlocks(indexes, depth), depth)).toEqual([...indexes]);
    },
  );

  it("unpacks to what it was, past a full table", () => {
    const indexes = Uint8Array.from({ length: 40_000 }, (_, i) => ((i * i) >> 3) & 0xff);
    expect(Buffer.compare(Buffer.from(unpack(lzwBlocks(indexes, 8), 8)), indexes)).toBe(0);
  });
});

interface Picture {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly delay: number;
  readonly indexes: readonly number[];
}

function readGif(bytes: Uint8Array): {
  width: number;
  height: number;
  table: Uint8Array;
  pictures: Picture[];
} {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const depth = (bytes[10] & 7) + 1;
  const table = bytes.subarray(13, 13 + (3 << depth));
  const pictures: Picture[] = [];
  let at = 13 + (3 << depth);
  let delay = 0;
  while (bytes[at] !== 0x3b) {
    if (bytes[at] === 0x21 && bytes[at + 1] === 0xf9) delay = view.getUint16(at + 4, true);
    const isImage = bytes[at] === 0x2c;
    const [left, top, width, height] = [1, 3, 5, 7].map((offset) => view.getUint16(at + offset, true));
    at += isImage ? 10 : 2;
    const begin = isImage ? at + 1 : at;
    let end = begin;
    while (bytes[end] !== 0) end += bytes[end] + 1;
    if (isImage)
      pictures.push({
        left,
        top,
        width,
        height,
        delay,
        indexes: unpack(bytes.subarray(begin, end + 1), bytes[at]),
      });
    at = end + 1;
  }
  return { width: view.getUint16(6, true), height: view.getUint16(8, true), table, pictures };
}

describe("a GIF", () => {
  it("holds each frame's time and, laid over one another, its pixels in the nearest colours", () => {
    const { width, height, table, pictures } = readGif(framesToGif(FRAMES));
    expect([width, height]).toEqual([260, 60]);
    expect(pictures.map(({ delay }) => delay)).toEqual([50, 50, 300]);
    const canvas = new Uint8Array(width * height);
    for (const picture of pictures) {
      for (const [i, index] of picture.indexes.entries()) {
        const x = picture.left + (i % picture.width);
        const y = picture.top + Math.floor(i / picture.width);
        if (index !== 0) canvas[y * width + x] = index;
      }
    }
    const { rgba } = gridToPixels(FRAMES[FRAMES.length - 1].grid);
    let off = 0;
    for (const [i, index] of canvas.entries())
      for (let channel = 0; channel < 3; channel++)
        off = Math.max(off, Math.abs(table[index * 3 + channel] - rgba[i * 4 + channel]));
    expect(off).toBeLessThan(30);
  });

  it("is the same bytes each time", () => {
    expect(Buffer.compare(framesToGif(FRAMES), framesToGif(FRAMES))).toBe(0);
  });
});

describe("a moving SVG", () => {
  const svg = framesToSvg(FRAMES, { title: "a <film>" });
  it("draws pieces that are alike once, and names each stop in order", () => {
    expect(svg).toBe(framesToSvg(FRAMES, { title: "a <film>" }));
    expect(svg).toContain("<title>a &#60;film&#62;</title>");
    const ids = [...svg.matchAll(/<g id="p(\d+)">/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, used] of svg.matchAll(/href="#p(\d+)"/g)) expect(ids).toContain(used);
    for (const [, stops] of svg.matchAll(/@keyframes k\d+\{(.*)\}\n/g)) {
      const shares = [...stops.matchAll(/([\d.]+)%/g)].map(([, share]) => Number(share));
      expect(shares[0]).toBe(0);
      expect(shares).toEqual([...shares].sort((a, b) => a - b));
    }
  });

  it("keeps a row with wide characters in one piece", () => {
    const wide = framesToSvg([FRAMES[0], { time: 1, grid: screen("123456789漢") }]);
    expect(wide.includes('width="240" height="20"')).toBe(true);
  });

  it("of one frame does not move", () => {
    expect(framesToSvg([FRAMES[0]])).not.toContain("@keyframes");
  });
});
