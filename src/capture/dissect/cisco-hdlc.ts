// Cisco's HDLC: an address, a control byte, an EtherType.

import { getUint16 } from "../../wire/bytes.ts";
import { ETHER_TYPE_MIN } from "../../wire/ethernet.ts";
import { addPlainData } from "./data.ts";
import { etherTypeText } from "./ether-types.ts";
import { dissectEtherType } from "./link.ts";
import { addUint, named } from "./protocol.ts";
import { hexText } from "./tree.ts";
import type { Dissection } from "./tree.ts";

const TITLE = "Cisco HDLC";
const HEADER_LENGTH = 4;
/** Cisco's serial line ARP, which is none. */
const SLARP = 0x8035;

const ADDRESSES = new Map<number, string>([
  [0x0f, "Unicast"],
  [0x8f, "Multicast"],
]);

export function dissectCiscoHdlc(d: Dissection, start: number, end: number): void {
  const held = d.captured(end);
  const node = d.layer("chdlc", TITLE, start, Math.min(HEADER_LENGTH, Math.max(0, held - start)));
  d.columns("CHDLC", "");
  const out = node.children;
  const address = (value: number): string => `Address: ${named(ADDRESSES, value)}`;
  addUint(d, out, "chdlc.address", start, 1, end, address);
  if (!d.has(start, HEADER_LENGTH, end, TITLE)) return;
  addUint(d, out, "chdlc.control", start + 1, 1, end, (value) => `Control: ${hexText(value, 2)}`);
  const type = getUint16(d.bytes, start + 2);
  d.add(out, "chdlc.protocol", `Protocol: ${etherTypeText(type)}`, start + 2, 2, type);
  const next = start + HEADER_LENGTH;
  if (type >= ETHER_TYPE_MIN && type !== SLARP) dissectEtherType(d, type, next, end);
  else {
    d.columns(hexText(type, 4), "");
    addPlainData(d, next, end);
  }
}
