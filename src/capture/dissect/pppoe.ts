// PPP over Ethernet (RFC 2516): how a session is found, and the frames in it.

import { PPPOE_HEADER_LENGTH } from "../../wire/encapsulation.ts";
import { getUint16 } from "../../wire/bytes.ts";
import { dissectPpp } from "./ppp.ts";
import { addBits, utf8 } from "./protocol.ts";
import { bytesText, hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

const CODES = new Map<number, string>([
  [0x00, "Session Data"],
  [0x07, "Active Discovery Offer (PADO)"],
  [0x09, "Active Discovery Initiation (PADI)"],
  [0x19, "Active Discovery Request (PADR)"],
  [0x65, "Active Discovery Session-confirmation (PADS)"],
  [0xa7, "Active Discovery Terminate (PADT)"],
]);

const TAG = { endOfList: 0, accessConcentrator: 0x0102 } as const;
const TAGS = new Map<number, string>([
  [TAG.endOfList, "End-Of-List"],
  [0x0101, "Service-Name"],
  [TAG.accessConcentrator, "AC-Name"],
  [0x0103, "Host-Uniq"],
  [0x0104, "AC-Cookie"],
  [0x0105, "Vendor id"],
  [0x0110, "Relay-Session-Id"],
  [0x0201, "Service-Name-Error"],
  [0x0202, "AC-System-Error"],
  [0x0203, "Generic-Error"],
]);
/** Tags whose values are text. */
const TEXTS = new Set([0x0101, TAG.accessConcentrator, 0x0201, 0x0202, 0x0203]);
/** Tags of one packet. */
const TAGS_MAX = 200;

interface Header {
  readonly node: DetailNode;
  readonly code: number;
  /** Where the payload ends: by its own length, or sooner. */
  readonly end: number;
}

/** Dissects a packet that finds or ends a session, at `start` in a layer that ends at `end`. */
export function dissectPppoeDiscovery(d: Dissection, start: number, end: number): void {
  const header = addHeader(d, "pppoed", "PPPoED", "PPP-over-Ethernet Discovery", start, end);
  if (header !== null) addTags(d, header, start + PPPOE_HEADER_LENGTH);
}

/** Dissects a session's packet. */
export function dissectPppoeSession(d: Dissection, start: number, end: number): void {
  const header = addHeader(d, "pppoes", "PPPoES", "PPP-over-Ethernet Session", start, end);
  if (header === null) return;
  d.enter(() => dissectPpp(d, start + PPPOE_HEADER_LENGTH, header.end));
  // What follows the session's packet in its frame is no trailer of Ethernet's to Wireshark.
  d.networkEnd = -1;
}

function addHeader(
  d: Dissection,
  layer: string,
  short: string,
  title: string,
  start: number,
  end: number,
): Header | null {
  const held = d.captured(end);
  const node = d.layer(layer, title, start, Math.min(PPPOE_HEADER_LENGTH, Math.max(0, held - start)));
  const out = node.children;
  const code = held >= start + 2 ? d.bytes[start + 1] : -1;
  d.columns(short, code === -1 ? "" : (CODES.get(code) ?? "Unknown"));
  if (!d.has(start, PPPOE_HEADER_LENGTH, end, title)) return null;
  addBits(d, out, "pppoe.version", start, 1, 0xf0, "Version");
  addBits(d, out, "pppoe.type", start, 1, 0x0f, "Type");
  const codeText = `Code: ${CODES.get(code) ?? "Unknown"} (${hexText(code, 2)})`;
  d.add(out, "pppoe.code", codeText, start + 1, 1, code);
  const session = getUint16(d.bytes, start + 2);
  d.add(out, "pppoe.session_id", `Session ID: ${hexText(session, 4)}`, start + 2, 2, session);
  const length = getUint16(d.bytes, start + 4);
  d.add(out, "pppoe.payload_length", `Payload Length: ${length}`, start + 4, 2, length);
  const stop = start + PPPOE_HEADER_LENGTH + length;
  if (layer === "pppoes" && stop !== end) d.remarkMalformed(out, start + 4);
  return { node, code, end: Math.min(end, stop) };
}

function addTags(d: Dissection, { node, code, end }: Header, start: number): void {
  const name = CODES.get(code) ?? "Unknown";
  const held = d.captured(end);
  if (start >= held) return;
  const out = d.add(node.children, null, "PPPoE Tags", start, held - start).children;
  let at = start;
  for (let i = 0; i < TAGS_MAX && at + 4 <= held; i++) {
    const type = getUint16(d.bytes, at);
    const length = getUint16(d.bytes, at + 2);
    if (type === TAG.endOfList) return;
    const value = at + 4;
    const stop = Math.min(held, value + length);
    const text = TEXTS.has(type) ? utf8(d.bytes, value, stop) : bytesText(d.bytes, value, stop - value);
    d.add(out, null, `${TAGS.get(type) ?? "Unknown"}: ${text}`, at, stop - at);
    if (type === TAG.accessConcentrator) d.columns("PPPoED", `${name} AC-Name='${text}'`);
    at = value + length;
  }
}
