// Packets as hexadecimal dumps, sixteen bytes a line.

import { dissect } from "../dissect/dissect.ts";
import type { DissectContext, Interest } from "../dissect/dissect.ts";
import { showsOwnBytes } from "../dissect/tcp-payload.ts";
import { isPlainSegment } from "../fields-columns.ts";
import type { Trace } from "../../trace/trace.ts";
import { HEX_BYTES, putHexFour, SLACK_BYTES } from "./digits.ts";
import { LineBytes, linesOf } from "./line-bytes.ts";
import type { LineWriter } from "./line-bytes.ts";

const WIDTH = 16;
/** Of a line, with up to eight digits of where it begins. */
const LINE_BYTES = 8 + 2 + WIDTH * 3 + 2 + WIDTH + 1;
const FOUR_DIGITS_MAX = 0xffff;
const BLANK = 32;
const BLANKS = 0x2020;
const NEWLINE = 10;
/** Each byte as a character of ASCII, a point for those that are no sign. */
const SIGNS = Uint8Array.from({ length: 256 }, (_, byte) => (byte < BLANK || byte > 126 ? 46 : byte));

/** Writes `0000  45 00 ...   E.......`, a line each sixteen bytes, with their ends; the last is padded so that the text stays in its column. */
export function writeHexLines(out: LineBytes, bytes: Uint8Array): void {
  const { length } = bytes;
  out.reserve(Math.ceil(length / WIDTH) * LINE_BYTES + SLACK_BYTES);
  const { view } = out;
  for (let from = 0; from < length; from += WIDTH) {
    if (from > FOUR_DIGITS_MAX) out.hexDigits(from, 4);
    else out.length = putHexFour(view, out.length, from);
    view.setUint16(out.length, BLANKS, true);
    const digits = out.length + 2;
    const signs = digits + WIDTH * 3 + 2;
    const end = Math.min(from + WIDTH, length);
    if (end - from === WIDTH) {
      for (let i = 0; i < WIDTH; i += 4) putFour(view, digits + i * 3, signs + i, bytes, from + i);
      view.setUint16(signs - 2, BLANKS, true);
    } else {
      for (let to = digits; to < signs; to += 2) view.setUint16(to, BLANKS, true);
      for (let i = 0; from + i < end; i++) {
        view.setUint16(digits + i * 3, HEX_BYTES[bytes[from + i]], true);
        view.setUint8(signs + i, SIGNS[bytes[from + i]]);
      }
    }
    out.length = signs + end - from;
    view.setUint8(out.length++, NEWLINE);
  }
}

/** The four bytes from `from` on: twelve of digits and blanks at `digits`, four characters at `signs`. */
function putFour(view: DataView, digits: number, signs: number, bytes: Uint8Array, from: number): void {
  const a = bytes[from];
  const b = bytes[from + 1];
  const c = bytes[from + 2];
  const d = bytes[from + 3];
  const second = HEX_BYTES[b];
  view.setUint32(digits, HEX_BYTES[a] | (BLANK << 16) | (second << 24), true);
  view.setUint32(digits + 4, (second >>> 8) | (BLANK << 8) | (HEX_BYTES[c] << 16), true);
  view.setUint32(digits + 8, BLANK | (HEX_BYTES[d] << 8) | (BLANK << 24), true);
  view.setUint32(signs, SIGNS[a] | (SIGNS[b] << 8) | (SIGNS[c] << 16) | (SIGNS[d] << 24), true);
}

/** The same lines as a text, without the last one's end. */
export function hexText(bytes: Uint8Array): string {
  const out = new LineBytes();
  writeHexLines(out, bytes);
  return out.textFrom(0).slice(0, -1);
}

/** Layers whose lines are about bytes put together from others. */
const SOURCES: Interest = { layers: new Set(["tcp", "tls", "http"]), labels: false };

/**
 * Writes a dump of each packet and the end of its last line; data put together from several packets is dumped too, each under its name.
 */
export function hexWriter(trace: Trace, context: DissectContext = {}): LineWriter {
  return (row, out) => {
    if (isPlainSegment(trace, row) && showsOwnBytes(trace, row, context)) {
      writeHexLines(out, trace.glance(row));
      return;
    }
    const { sources } = dissect(trace, row, context, SOURCES);
    for (const { name, bytes } of sources) {
      if (sources.length > 1) {
        out.text(`${name} (${bytes.length} bytes):`);
        out.newline();
      }
      writeHexLines(out, bytes);
    }
  };
}

/** The lines that `hexWriter` writes, the empty one after each packet with them. */
export function* printHex(
  trace: Trace,
  rows: Iterable<number>,
  context: DissectContext = {},
): Generator<string> {
  for (const text of linesOf(hexWriter(trace, context), rows)) yield* text.split("\n");
}
