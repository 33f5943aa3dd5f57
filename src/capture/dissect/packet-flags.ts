// pcapng's flags of a packet (`epb_flags`, draft-ietf-opsawg-pcapng section 4.3.1): which way it went and what the link said of it.

import { LINKTYPE } from "../../wire/link-types.ts";
import { bitsText, flagText } from "./bit-pictures.ts";
import { hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

const DIRECTIONS: readonly (string | undefined)[] = ["Unknown", "Inbound", "Outbound"];
const RECEPTIONS: readonly (string | undefined)[] = [
  "Not specified",
  "Unicast",
  "Multicast",
  "Broadcast",
  "Promiscuous",
];

/** What the link found wrong with it. */
const ERRORS: readonly (readonly [mask: number, field: string, name: string])[] = [
  [0x01000000, "crc_error", "CRC error"],
  [0x02000000, "packet_too_error", "Packet too long error"],
  [0x04000000, "packet_too_short_error", "Packet too short error"],
  [0x08000000, "wrong_inter_frame_gap_error", "Wrong interframe gap error"],
  [0x10000000, "unaligned_frame_error", "Unaligned frame error"],
  [0x20000000, "start_frame_delimiter_error", "Start frame delimiter error"],
  [0x40000000, "preamble_error", "Preamble error"],
  [0x80000000, "symbol_error", "Symbol error"],
];

/** The frame line's word for the way a packet went; empty where the flags do not say. */
export function directionNote(flags: number | null): string {
  const way = (flags ?? 0) & 3;
  return way === 1 ? " (inbound)" : way === 2 ? " (outbound)" : "";
}

/** `frame.packet_flags` and a line for each of its parts. */
export function addPacketFlags(d: Dissection, out: DetailNode[], flags: number): void {
  const line = d.add(out, "frame.packet_flags", () => `Packet flags: ${hexText(flags, 8)}`, 0, 0, flags);
  const part = (field: string, name: string, mask: number, text: (value: number) => string): void => {
    const value = ((flags & mask) >>> 0) >>> (31 - Math.clz32(mask & -mask));
    const label = (): string => `${bitsText(flags, mask, 32)} = ${name}: ${text(value)}`;
    d.add(line.children, `frame.packet_flags_${field}`, label, 0, 0, value);
  };
  part("direction", "Direction", 0x03, (way) => `${DIRECTIONS[way] ?? "Unknown"} (${hexText(way, 1)})`);
  part("reception_type", "Reception type", 0x1c, (type) => `${RECEPTIONS[type] ?? "Unknown"} (${type})`);
  part("fcs_length", "FCS length", 0x1e0, String);
  part("reserved", "Reserved", 0xfe00, String);
  for (const [mask, field, name] of ERRORS) {
    const isSet = (flags & mask) !== 0;
    const label = (): string => flagText(flags, mask, 32, name);
    d.add(line.children, `frame.packet_flags_${field}`, label, 0, 0, isSet);
  }
}

/** Which way a frame went on a link between two ends, as its link's header or a pcapng file's flags have it: 0 sent, 1 received. */
export function pointToPoint({ around, sources }: Dissection): 0 | 1 | null {
  const { trace, row } = around;
  const [{ bytes }] = sources;
  if (trace.interfaces[trace.packets.interfaceId[row]]?.linkType === LINKTYPE.pppWithDirection) {
    return bytes.length === 0 ? null : bytes[0] === 0 ? 1 : 0;
  }
  const way = (around.packetFlags(row) ?? 0) & 3;
  return way === 1 ? 1 : way === 2 ? 0 : null;
}

/** The Source and Destination columns of a frame on such a link, which begins at `start`, where nothing in it has addresses. */
export function addEnds(d: Dissection, start: number, end: number): void {
  if (start >= d.captured(end)) return;
  const way = pointToPoint(d);
  d.addressFrom = way === null ? "N/A" : way === 0 ? "DTE" : "DCE";
  d.addressTo = way === null ? "N/A" : way === 0 ? "DCE" : "DTE";
}

/** `frame.p2p_dir`. */
export function addPointToPoint(d: Dissection, out: DetailNode[]): void {
  const way = pointToPoint(d);
  if (way === null) return;
  const word = way === 1 ? "Received" : "Sent";
  d.add(out, "frame.p2p_dir", `Point-to-Point Direction: ${word} (${way})`, 0, 0, way);
}
