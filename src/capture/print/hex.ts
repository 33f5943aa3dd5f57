// Packets as hexadecimal dumps, sixteen bytes a line.

import { dissect } from "../dissect/dissect.ts";
import type { DissectContext } from "../dissect/dissect.ts";
import type { Trace } from "../../trace/trace.ts";

const WIDTH = 16;

/** `0000  45 00 ...   E.......`: a line each sixteen bytes; the last is padded so that the text stays in its column. */
export function* hexLines(bytes: Uint8Array): Generator<string> {
  for (let at = 0; at < bytes.length; at += WIDTH) {
    const part = bytes.subarray(at, at + WIDTH);
    let hex = "";
    let text = "";
    for (const byte of part) {
      hex += ` ${byte.toString(16).padStart(2, "0")}`;
      text += byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".";
    }
    yield `${at.toString(16).padStart(4, "0")} ${hex.padEnd(WIDTH * 3)}   ${text}`;
  }
}

/** A dump of each packet and an empty line after it; data put together from several packets is dumped too, each under its name. */
export function* printHex(
  trace: Trace,
  rows: Iterable<number>,
  context: DissectContext = {},
): Generator<string> {
  for (const row of rows) {
    const { sources } = dissect(trace, row, context);
    for (const { name, bytes } of sources) {
      if (sources.length > 1) yield `${name} (${bytes.length} bytes):`;
      yield* hexLines(bytes);
    }
    yield "";
  }
}
