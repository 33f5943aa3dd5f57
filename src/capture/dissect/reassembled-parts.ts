// The segments that a message was put together from, as the one that completes it lists them.

import type { PduPart } from "../reassembly/pdu-parts.ts";
import { bytesCount } from "./protocol.ts";
import { bytesText } from "./tree.ts";
import type { Dissection } from "./tree.ts";

/** Parts of a message that are listed, and those that its line names. */
const PARTS_MAX = 1_000;
const NAMED_MAX = 100;

/** What the parts, the length and the bytes are called. */
const WORDS = {
  tcp: ["TCP Segments", "TCP length", "TCP Data"],
  tls: ["TLS segments", "PDU length", "PDU data"],
} as const;

/** `[2 Reassembled TCP Segments (151 bytes): #4(139), #8(12)]` and what is below it; `parts` have packets for rows. */
export function addReassembledParts(
  d: Dissection,
  protocol: keyof typeof WORDS,
  parts: readonly PduPart[],
  length: number,
  bytes: Uint8Array,
): void {
  const [segments, lengthName, dataName] = WORDS[protocol];
  const list = (): string =>
    parts
      .slice(0, NAMED_MAX)
      .map((part) => `#${part.row + 1}(${part.length})`)
      .join(", ");
  const title = (): string => `[${parts.length} Reassembled ${segments} (${bytesCount(length)}): ${list()}]`;
  const out = d.add(d.root, `${protocol}.segments`, title, 0, bytes.length).children;
  const field = `${protocol}.segment`;
  for (const part of parts.slice(0, PARTS_MAX)) {
    const last = part.offset + part.length - 1;
    const where =
      part.length === 0 ? " (no data)" : `, payload: ${part.offset}-${last} (${bytesCount(part.length)})`;
    const text = `[Frame: ${part.row + 1}${where}]`;
    const from = Math.min(part.offset, bytes.length);
    d.add(out, field, text, from, Math.min(part.length, bytes.length - from), part.row + 1);
  }
  d.add(out, `${protocol}.segment.count`, `[Segment count: ${parts.length}]`, 0, 0, parts.length);
  d.add(out, `${protocol}.reassembled.length`, `[Reassembled ${lengthName}: ${length}]`, 0, 0, length);
  const data = (): string => `[Reassembled ${dataName}: ${bytesText(bytes, 0, bytes.length)}]`;
  d.add(out, `${protocol}.reassembled.data`, data, 0, bytes.length, bytes);
}
