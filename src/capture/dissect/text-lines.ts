// Text, line by line: bodies of text, and streams the user says are text.

import { latin1, messageColumns, PDU, protocolNode, utf8 } from "./protocol.ts";
import type { PduScan, ShownPdu, StreamDissector } from "./protocol.ts";
import type { Dissection } from "./tree.ts";

/** Lines shown, and characters of each. */
const LINES_MAX = 2_000;
const LINE_CHARS_MAX = 4_096;

/** Adds the lines of [start, end) as a layer; `type` is the media type where one is known. */
export function addTextLines(d: Dissection, type: string, start: number, end: number): void {
  const stop = d.captured(end);
  if (stop <= start) return;
  const { bytes } = d;
  const node = d.layer("data-text-lines", "", start, stop - start);
  let lines = 0;
  for (let at = start; at < stop && lines < LINES_MAX; lines++) {
    const next = lineEnd(bytes, at, stop);
    const [from, to] = [at, Math.min(next, at + LINE_CHARS_MAX)];
    d.add(node.children, null, utf8(bytes, from, to), from, next - from);
    at = next;
  }
  const suffix = type === "" ? "" : `: ${type}`;
  node.label = `Line-based text data${suffix} (${lines} lines)`;
}

/** Index behind the line that begins at `at`, its line feed included. */
export function lineEnd(bytes: Uint8Array, at: number, end: number): number {
  const feed = bytes.indexOf(10, at);
  return feed === -1 || feed >= end ? end : feed + 1;
}

/** A stream of lines: what the user chose for a protocol of text that has no dissector. */
export class TextStream implements StreamDissector {
  readonly layers = ["data-text-lines"];
  readonly isLayerOfBeginning = false;
  readonly title = "Line-based text data";
  readonly cost = 0;

  pduLength({ bytes, origin, end }: PduScan): number {
    const next = lineEnd(bytes, origin, end);
    return next > origin && bytes[next - 1] === 10 ? next - origin : PDU.more;
  }

  completed(): void {}

  dissect(d: Dissection, start: number, end: number, shown: ShownPdu): void {
    const text = latin1(d.bytes, start, d.captured(end)).replace(/\r?\n$/, "");
    const node = protocolNode(d, shown, this.layers, "Line-based text data", start, end - start);
    d.add(node.children, null, text, start, end - start);
    messageColumns(d, "TEXT", text.slice(0, 200), " | ");
  }

  beginning(): string | null {
    return null;
  }
}
