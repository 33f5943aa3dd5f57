// Cisco's HDLC: an address, a control byte, an EtherType.

import { getUint16 } from "../../wire/bytes.ts";
import { addPlainData } from "./data.ts";
import { dissectEtherType } from "./link.ts";
import { addUint } from "./protocol.ts";
import { hexText } from "./tree.ts";
import type { Dissection } from "./tree.ts";

const TITLE = "Cisco HDLC";
const HEADER_LENGTH = 4;
/** What may follow, in Wireshark's words. */
const TYPES = new Map<number, string>([
  [0x0800, "IP"],
  [0x2000, "Cisco Discovery Protocol"],
  [0x4242, "Spanning Tree BPDU"],
  [0x6558, "Transparent Ethernet bridging"],
  [0x8035, "SLARP"],
  [0x8038, "DEC LanBridge"],
  [0x809b, "Appletalk"],
  [0x80f3, "AARP"],
  [0x8137, "Netware IPX/SPX"],
  [0x86dd, "IPv6"],
  [0x8847, "MPLS unicast"],
  [0x8848, "MPLS multicast"],
  [0xfefe, "OSI"],
]);
/** Those of them that are read as behind Ethernet. */
const READ: ReadonlySet<number> = new Set([0x0800, 0x6558, 0x86dd, 0x8847, 0x8848]);

const ADDRESSES = new Map<number, string>([
  [0x0f, "Unicast"],
  [0x8f, "Multicast"],
]);

export function dissectCiscoHdlc(d: Dissection, start: number, end: number): void {
  const held = d.captured(end);
  const node = d.layer("chdlc", TITLE, start, Math.min(HEADER_LENGTH, Math.max(0, held - start)));
  d.columns("CHDLC", "");
  const out = node.children;
  const address = (value: number): string =>
    `Address: ${ADDRESSES.get(value) ?? "Unknown"} (${hexText(value, 2)})`;
  addUint(d, out, "chdlc.address", start, 1, end, address);
  if (!d.has(start, HEADER_LENGTH, end, TITLE)) return;
  addUint(d, out, "chdlc.control", start + 1, 1, end, (value) => `Control: ${hexText(value, 2)}`);
  const type = getUint16(d.bytes, start + 2);
  d.add(
    out,
    "chdlc.protocol",
    `Protocol: ${TYPES.get(type) ?? "Unknown"} (${hexText(type, 4)})`,
    start + 2,
    2,
    type,
  );
  const next = start + HEADER_LENGTH;
  if (READ.has(type)) dissectEtherType(d, type, next, end);
  else {
    d.columns(hexText(type, 4), "");
    addPlainData(d, next, end);
  }
}
