// Payload that no dissector claims.

import { bytesCount } from "./protocol.ts";
import { bytesText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

/** Adds the Data layer for [start, end), where there is any. The columns stay as they are. */
export function addPlainData(d: Dissection, start: number, end: number): void {
  const length = d.captured(end) - start;
  if (end <= start) return;
  if (length <= 0) {
    d.stop("cut", "Data", start);
    return;
  }
  const node = d.layer("data", () => `Data (${bytesCount(length)})`, start, length);
  const { bytes } = d;
  const data = bytes.subarray(start, start + length);
  d.add(node.children, "data.data", () => `Data: ${bytesText(bytes, start, length)}`, start, length, data);
  d.add(node.children, "data.len", () => `[Length: ${length}]`, start, 0, length);
}

/** The same among the lines of the message that carries it, where Wireshark has a ping's. */
export function addDataWithin(d: Dissection, out: DetailNode[], start: number, end: number): void {
  const outer = d.root;
  d.root = out;
  addPlainData(d, start, end);
  d.root = outer;
}
