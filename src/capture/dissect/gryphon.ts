// The DG Gryphon protocol, between a gateway of vehicle networks and its clients: the header of each message, and its body as data.

import { getUint16 } from "../../wire/bytes.ts";
import { bytesText, hexText } from "./tree.ts";
import type { Dissection } from "./tree.ts";
import { lastMessageColumns, PDU, protocolNode } from "./protocol.ts";
import type { PduScan, ShownPdu, StreamDissector } from "./protocol.ts";

const HEADER_LENGTH = 8;
/** Messages fill so many bytes, or a multiple. */
const ALIGNMENT = 4;
const TITLE = "DG Gryphon Protocol";
const CLIENT = 3;
/** The other two bits say what to wait for. */
const TYPE_BITS = 0x3f;

const FRAME_TYPES = [
  "",
  "Command request",
  "Command response",
  "Network (vehicle) data",
  "Event",
  "Miscellaneous",
  "Text string",
  "Signal (vehicle) network",
];

export class GryphonStream implements StreamDissector {
  readonly layers = ["gryphon"];
  readonly isLayerOfBeginning = false;
  readonly title = TITLE;
  readonly cost = 0;

  pduLength({ bytes, origin, end }: PduScan): number {
    if (end - origin < HEADER_LENGTH) return PDU.more;
    const length = HEADER_LENGTH + getUint16(bytes, origin + 4);
    return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
  }

  completed(): void {}

  dissect(d: Dissection, start: number, end: number, shown: ShownPdu): void {
    const node = protocolNode(d, shown, this.layers, TITLE, start, end - start);
    if (!d.has(start, HEADER_LENGTH, end, TITLE)) return;
    const { bytes } = d;
    const out = d.add(node.children, null, "Header", start, HEADER_LENGTH).children;
    this.#addEnd(d, out, "Source", "src", start);
    this.#addEnd(d, out, "Destination", "dest", start + 2);
    const length = getUint16(bytes, start + 4);
    d.add(out, "gryphon.data_length", `Data length (bytes): ${length}`, start + 4, 2, length);
    const type = bytes[start + 6] & TYPE_BITS;
    const name = FRAME_TYPES[type] ?? "- Invalid -";
    d.add(out, "gryphon.type", `Frame type: ${FRAME_TYPES[type] ?? "Unknown"} (${type})`, start + 6, 1, type);
    const reserved = bytes.subarray(start + 7, start + 8);
    d.add(
      out,
      "gryphon.reserved",
      `Reserved: ${bytesText(bytes, start + 7, start + 8)}`,
      start + 7,
      1,
      reserved,
    );
    const body = start + HEADER_LENGTH;
    const stop = Math.min(body + length, d.captured(end));
    if (stop > body) {
      const data = bytes.subarray(body, stop);
      d.add(node.children, "gryphon.data", `Data: ${bytesText(bytes, body, stop)}`, body, stop - body, data);
    }
    lastMessageColumns(d, shown.slice, "Gryphon", name);
  }

  beginning(): string | null {
    return null;
  }

  /** One end: what it is, and which of its channels or clients. */
  #addEnd(d: Dissection, out: Dissection["tree"], title: string, field: "src" | "dest", at: number): void {
    const [kind, number] = [d.bytes[at], d.bytes[at + 1]];
    d.add(out, `gryphon.${field}`, `${title}: ${hexText(kind, 2)}`, at, 1, kind);
    if (kind === CLIENT)
      d.add(out, `gryphon.${field}chanclient`, `${title} client id: ${number}`, at + 1, 1, number);
    else d.add(out, `gryphon.${field}chan`, `${title} channel: ${number}`, at + 1, 1, number);
  }
}
