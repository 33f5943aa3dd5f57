// GRE (RFC 2784, keys and sequence numbers RFC 2890, the one of PPTP RFC 2637): its header, and what it carries.

import { getUint16, getUint32 } from "../../wire/bytes.ts";
import { GRE_FLAG, grePayload } from "../../wire/encapsulation.ts";
import { ETHER_TYPE } from "../../wire/protocols.ts";
import { dissectCarried } from "./carried.ts";
import { etherTypeName } from "./ether-types.ts";
import { addBits, addFlag, addUint } from "./protocol.ts";
import { hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

const TITLE = "Generic Routing Encapsulation";

const TYPES = new Map<number, string>([
  [0, "Possible GRE keepalive packet"],
  [ETHER_TYPE.ipv4, "IP"],
  [ETHER_TYPE.ipv6, "IPv6"],
  [ETHER_TYPE.ppp, "PPP"],
]);

/** The packet at `start` in a layer that ends at `end`. */
export function dissectGre(d: Dissection, start: number, end: number): void {
  const held = d.captured(end);
  const node = d.layer("gre", TITLE, start, Math.max(0, held - start));
  if (held - start < 4) {
    d.columns(d.protocol, "");
    d.has(start, 4, end, TITLE);
    return;
  }
  const out = node.children;
  const type = getUint16(d.bytes, start + 2);
  const name = TYPES.get(type) ?? etherTypeName(type);
  const shown = name ?? `${hexText(type, 4)} (unknown)`;
  node.label = `${TITLE} (${name ?? "unknown"})`;
  d.columns("GRE", `Encapsulated ${shown}`);
  const flags = getUint16(d.bytes, start);
  addFlags(d, out, start, flags);
  const typeText = `Protocol Type: ${name ?? "Unknown"} (${hexText(type, 4)})`;
  d.add(out, "gre.proto", typeText, start + 2, 2, type);
  const next = grePayload(d.bytes, start, held);
  if (next === -1) {
    d.has(start, held - start + 1, end, TITLE);
    return;
  }
  node.length = next - start;
  addOptional(d, out, start, flags, next);
  if (next < end) dissectCarried(d, type, next, end);
}

const YES = ["Yes", "No"] as const;

function addFlags(d: Dissection, out: DetailNode[], at: number, flags: number): void {
  const isEnhanced = (flags & 7) === 1;
  const text = `Flags and Version: ${hexText(flags, 4)}`;
  const into = d.add(out, "gre.flags_and_version", text, at, 2, flags).children;
  addFlag(d, into, "gre.flags.checksum", at, 2, GRE_FLAG.checksum, "Checksum Bit", YES);
  addFlag(d, into, "gre.flags.routing", at, 2, GRE_FLAG.routing, "Routing Bit", YES);
  addFlag(d, into, "gre.flags.key", at, 2, GRE_FLAG.key, "Key Bit", YES);
  addFlag(d, into, "gre.flags.sequence_number", at, 2, GRE_FLAG.sequence, "Sequence Number Bit", YES);
  addFlag(d, into, "gre.flags.strict_source_route", at, 2, 0x0800, "Strict Source Route Bit", YES);
  addBits(d, into, "gre.flags.recursion_control", at, 2, 0x0700, "Recursion control");
  if (isEnhanced) addFlag(d, into, "gre.flags.ack", at, 2, GRE_FLAG.ack, "Acknowledgment", YES);
  addBits(d, into, "gre.flags.reserved", at, 2, isEnhanced ? 0x0078 : 0x00f8, "Flags (Reserved)");
  const version = (value: number): string => `${value === 1 ? "Enhanced GRE" : "GRE"} (${value})`;
  addBits(d, into, "gre.flags.version", at, 2, 7, "Version", version);
}

/** The fields that flags announce. */
function addOptional(d: Dissection, out: DetailNode[], start: number, flags: number, end: number): void {
  let at = start + 4;
  if ((flags & (GRE_FLAG.checksum | GRE_FLAG.routing)) !== 0) {
    addUint(d, out, "gre.checksum", at, 2, end, (sum) => `Checksum: ${hexText(sum, 4)}`);
    addUint(d, out, "gre.offset", at + 2, 2, end, (offset) => `Offset: ${offset}`);
    at += 4;
  }
  if ((flags & GRE_FLAG.key) !== 0) {
    if ((flags & 7) === 1) {
      addUint(d, out, "gre.key.payload_length", at, 2, end, (length) => `Payload Length: ${length}`);
      addUint(d, out, "gre.key.call_id", at + 2, 2, end, (id) => `Call ID: ${id}`);
    } else {
      const key = getUint32(d.bytes, at);
      d.add(out, "gre.key", `Key: ${hexText(key, 8)}`, at, 4, key);
    }
    at += 4;
  }
  if ((flags & GRE_FLAG.sequence) !== 0) {
    addUint(d, out, "gre.sequence_number", at, 4, end, (number) => `Sequence Number: ${number}`);
    at += 4;
  }
  if ((flags & GRE_FLAG.ack) !== 0) {
    addUint(d, out, "gre.ack_number", at, 4, end, (number) => `Acknowledgment Number: ${number}`);
  }
}
