// 802.2 LLC: the service points, the control field, and SNAP where it carries an EtherType.

import { getUint16 } from "../../wire/bytes.ts";
import { SNAP_HEADER_LENGTH } from "../../wire/snap.ts";
import { addPlainData } from "./data.ts";
import { etherTypeText } from "./ether-types.ts";
import { dissectEtherType } from "./link.ts";
import { uint } from "./protocol.ts";
import { hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

const TITLE = "Logical-Link Control";
const SNAP = 0xaa;
const UNNUMBERED_INFORMATION = 3;

/** Service points by number without the lowest bit, which says whether a group or an individual, a command or a response. */
const SERVICE_POINTS = new Map<number, string>([
  [0x00, "NULL LSAP"],
  [0x02, "LLC Sub-Layer Management"],
  [0x04, "SNA Path Control"],
  [0x06, "TCP/IP"],
  [0x08, "SNA"],
  [0x0c, "SNA"],
  [0x0e, "PROWAY (IEC955) Network Management and Initialization"],
  [0x10, "NetWare (unofficial?)"],
  [0x14, "ISO Network Layer (OSLAN 1)"],
  [0x18, "Texas Instruments"],
  [0x20, "ISO Network Layer (unofficial?)"],
  [0x34, "ISO Network Layer (unofficial?)"],
  [0x42, "Spanning Tree BPDU"],
  [0x4e, "EIA RS-511 Manufacturing Message Service"],
  [0x54, "ISO Network Layer (OSLAN 2)"],
  [0x7e, "ISO 8208 (X.25 over 802.2)"],
  [0x80, "XNS"],
  [0x82, "BACnet"],
  [0x86, "Nestar"],
  [0x8e, "PROWAY (IEC955) Active Station List Maintenance"],
  [0x98, "ARP"],
  [0xaa, "SNAP"],
  [0xb4, "HP JetDirect Printer"],
  [0xba, "Banyan Vines"],
  [0xbc, "Banyan Vines"],
  [0xe0, "NetWare"],
  [0xf0, "NetBIOS"],
  [0xf4, "IBM Net Management"],
  [0xf8, "HP Extended LLC"],
  [0xfa, "Ungermann-Bass"],
  [0xfc, "Remote Program Load"],
  [0xfe, "ISO Network Layer"],
]);

const SUPERVISORY = ["RR", "RNR", "REJ", "SREJ"];
/** Functions of unnumbered frames, by the control field without its lowest bits and without P or F. */
const COMMANDS = new Map<number, string>([
  [0x00, "UI"],
  [0x0c, "SARM"],
  [0x40, "DISC"],
  [0x60, "UA"],
  [0x6c, "SABME"],
  [0x84, "FRMR"],
  [0xac, "XID"],
  [0xe0, "TEST"],
]);
const RESPONSES = new Map<number, string>([...COMMANDS, [0x0c, "DM"], [0x40, "RD"]]);

/** Dissects the frame at `start` in a layer that ends at `end`. */
export function dissectLlc(d: Dissection, start: number, end: number): void {
  const node = d.layer("llc", TITLE, start, Math.min(3, Math.max(0, d.captured(end) - start)));
  const out = node.children;
  d.columns("LLC", "");
  if (!addServicePoint(d, out, "llc.dsap", "DSAP", start, end)) return;
  if (!addServicePoint(d, out, "llc.ssap", "SSAP", start + 1, end)) return;
  if (!d.has(start + 2, 1, end, TITLE)) return;
  const [dsap, ssap, first] = [d.bytes[start], d.bytes[start + 1], d.bytes[start + 2]];
  const size = (first & 3) === 3 ? 1 : 2;
  if (!d.has(start + 2, size, end, TITLE)) return;
  const control = size === 1 ? first : first | (d.bytes[start + 3] << 8);
  const isResponse = (ssap & 1) === 1;
  const info = controlInfo(control, isResponse);
  d.add(
    out,
    "llc.control",
    `Control field: ${info} (${hexText(control, size * 2)})`,
    start + 2,
    size,
    control,
  );
  const next = start + 2 + size;
  node.length = next - start;
  if (dsap === SNAP && ssap === SNAP) {
    d.columns("LLC", info);
    dissectSnap(d, node, start, end);
    return;
  }
  const group = (dsap & 1) === 1 ? "Group" : "Individual";
  const side = isResponse ? "Response" : "Command";
  d.columns("LLC", `${info}; DSAP ${servicePoint(dsap)} ${group}, SSAP ${servicePoint(ssap)} ${side}`);
  addPlainData(d, next, end);
}

function servicePoint(value: number): string {
  return SERVICE_POINTS.get(value & 0xfe) ?? hexText(value & 0xfe, 2);
}

function addServicePoint(
  d: Dissection,
  out: DetailNode[],
  field: string,
  name: string,
  at: number,
  end: number,
): boolean {
  if (!d.has(at, 1, end, TITLE)) return false;
  const value = d.bytes[at];
  d.add(out, field, `${name}: ${servicePoint(value)} (${hexText(value, 2)})`, at, 1, value);
  return true;
}

/** `I P, N(R)=1, N(S)=0`: what a control field says, P in commands and F in responses where the other side is to answer or this answers. */
function controlInfo(control: number, isResponse: boolean): string {
  const final = isResponse ? " F" : " P";
  if ((control & 3) === 3) {
    const name = (isResponse ? RESPONSES : COMMANDS).get(control & 0xec) ?? "Unknown";
    return `U${(control & 0x10) === 0 ? "" : final}, func=${name}`;
  }
  const mark = (control & 0x100) === 0 ? "" : final;
  const received = control >> 9;
  if ((control & 1) === 0)
    return `I${(control & 0x100) === 0 ? "" : " P"}, N(R)=${received}, N(S)=${(control >> 1) & 0x7f}`;
  return `S${mark}, func=${SUPERVISORY[(control >> 2) & 3]}, N(R)=${received}`;
}

function dissectSnap(d: Dissection, node: DetailNode, start: number, end: number): void {
  if (!d.has(start, SNAP_HEADER_LENGTH, end, TITLE)) return;
  const out = node.children;
  const [oui, type] = [uint(d.bytes, start + 3, 3), getUint16(d.bytes, start + 6)];
  const next = start + SNAP_HEADER_LENGTH;
  node.length = SNAP_HEADER_LENGTH;
  d.add(out, "llc.oui", `Organization Code: ${hexText(oui, 6)}`, start + 3, 3, oui);
  if (oui === 0 && d.bytes[start + 2] === UNNUMBERED_INFORMATION) {
    d.add(out, "llc.type", `Type: ${etherTypeText(type)}`, start + 6, 2, type);
    dissectEtherType(d, type, next, end);
    return;
  }
  d.add(out, "llc.pid", `Protocol ID: ${hexText(type, 4)}`, start + 6, 2, type);
  const organization = `OUI 0x${hex(oui, 6)} (Unknown)`;
  d.columns("LLC", `${d.info}; SNAP, ${organization}, PID 0x${hex(type, 4)}`);
  addPlainData(d, next, end);
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, "0");
}
