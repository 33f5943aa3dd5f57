/** Pictures of screens as PNG of 256 colours: a third of the size, for a repository that keeps many. Each says what it was drawn from. */

import { crc32, deflateSync, inflateSync } from "node:zlib";

import type { Pixels } from "../../src/tui/render/png.ts";

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const COLORS_MAX = 256;

/** The PNG of `pixels`; `source` is kept in it as a text. zlib's versions pack differently: equal pixels need not be equal bytes. */
export function indexedPng({ width, height, rgba }: Pixels, source: string): Uint8Array {
  const { colors, indexOf } = paletteOf(rgba);
  const rows = new Uint8Array((width + 1) * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) rows[y * (width + 1) + 1 + x] = indexOf(colorAt(rgba, y * width + x));
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits, an index a pixel.
  header.set([8, 3, 0, 0, 0], 8);
  const palette = Uint8Array.from(colors.flatMap((color) => [color >> 16, (color >> 8) & 0xff, color & 0xff]));
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    chunk("tEXt", Buffer.from(`Source\0${source}`, "latin1")),
    chunk("PLTE", palette),
    chunk("IDAT", deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

/** What a PNG of `indexedPng` says it was drawn from; null for other files. */
export function sourceOf(png: Uint8Array): string | null {
  const text = chunkOf(png, "tEXt");
  return text === null ? null : Buffer.from(text).toString("latin1").replace(/^Source\0/, "");
}

/** The pixels of such a PNG. */
export function pixelsOf(png: Uint8Array): Pixels {
  const [header, palette, data] = [chunkOf(png, "IHDR"), chunkOf(png, "PLTE"), chunkOf(png, "IDAT")];
  if (header === null || palette === null || data === null) throw new Error("no PNG of indexedPng");
  const view = new DataView(header.buffer, header.byteOffset);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const rows = inflateSync(data);
  const rgba = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    const index = rows[Math.floor(i / width) * (width + 1) + 1 + (i % width)];
    rgba.set([...palette.subarray(index * 3, index * 3 + 3), 255], i * 4);
  }
  return { width, height, rgba };
}

/** The most used colours, and for each colour the nearest of them. */
function paletteOf(rgba: Uint8Array): { colors: readonly number[]; indexOf: (color: number) => number } {
  const counts = new Map<number, number>();
  for (let i = 0; i < rgba.length / 4; i++) {
    const color = colorAt(rgba, i);
    counts.set(color, (counts.get(color) ?? 0) + 1);
  }
  const colors = [...counts]
    .sort(([a, m], [b, n]) => n - m || a - b)
    .slice(0, COLORS_MAX)
    .map(([color]) => color);
  const known = new Map(colors.map((color, i) => [color, i]));
  const indexOf = (color: number): number => {
    let index = known.get(color);
    if (index === undefined) known.set(color, (index = nearest(colors, color)));
    return index;
  };
  return { colors, indexOf };
}

function nearest(colors: readonly number[], color: number): number {
  let best = 0;
  for (let i = 1; i < colors.length; i++) if (distance(colors[i], color) < distance(colors[best], color)) best = i;
  return best;
}

/** How far apart two colours are, in the channel where they are furthest. */
export function distance(a: number, b: number): number {
  return Math.max(
    Math.abs((a >> 16) - (b >> 16)),
    Math.abs(((a >> 8) & 0xff) - ((b >> 8) & 0xff)),
    Math.abs((a & 0xff) - (b & 0xff)),
  );
}

/** Pixel `i` as 0xrrggbb. */
export function colorAt(rgba: Uint8Array, i: number): number {
  return (rgba[i * 4] << 16) | (rgba[i * 4 + 1] << 8) | rgba[i * 4 + 2];
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

function chunkOf(png: Uint8Array, type: string): Uint8Array | null {
  const bytes = Buffer.from(png.buffer, png.byteOffset, png.byteLength);
  if (!SIGNATURE.every((byte, i) => bytes[i] === byte)) return null;
  for (let at = SIGNATURE.length; at + 12 <= bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    if (bytes.toString("latin1", at + 4, at + 8) === type)
      return bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at));
  }
  return null;
}
