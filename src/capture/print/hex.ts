// Packets as hexadecimal dumps, sixteen bytes a line.

import { dissect, VALUES } from "../dissect/dissect.ts";
import type { DissectContext } from "../dissect/dissect.ts";
import type { Trace } from "../../trace/trace.ts";
import { LineBytes, linesOf } from "./line-bytes.ts";
import type { LineWriter } from "./line-bytes.ts";

const WIDTH = 16;
const BLANK = 32;

/** Writes `0000  45 00 ...   E.......`, a line each sixteen bytes, with their ends; the last is padded so that the text stays in its column. */
export function writeHexLines(out: LineBytes, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at += WIDTH) {
    const part = bytes.subarray(at, at + WIDTH);
    out.hexDigits(at, 4);
    out.blanks(2);
    const start = out.length;
    out.hexBytes(part, BLANK);
    out.fill(start, WIDTH * 3 - 1);
    out.blanks(3);
    out.signs(part);
    out.newline();
  }
}

/** The same lines as a text, without the last one's end. */
export function hexText(bytes: Uint8Array): string {
  const out = new LineBytes();
  writeHexLines(out, bytes);
  return out.textFrom(0).slice(0, -1);
}

/**
 * Writes a dump of each packet and the end of its last line; data put together from several packets is dumped too, each under its name.
 */
export function hexWriter(trace: Trace, context: DissectContext = {}): LineWriter {
  return (row, out) => {
    const { sources } = dissect(trace, row, context, VALUES);
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
