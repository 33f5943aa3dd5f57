// Tunnels in UDP datagrams: VXLAN (RFC 7348) and Geneve (RFC 8926).

import { getUint16 } from "../../wire/bytes.ts";
import { genevePayload, TUNNEL_PORT, VXLAN_HEADER_LENGTH } from "../../wire/encapsulation.ts";
import { dissectCarried } from "./carried.ts";
import { etherTypeName, etherTypeText } from "./ether-types.ts";
import { dissectEthernet } from "./link.ts";
import { addBits, addFlag, addUint, bytesCount, uint } from "./protocol.ts";
import { hexText } from "./tree.ts";
import type { Dissection } from "./tree.ts";

const VXLAN_TITLE = "Virtual eXtensible Local Area Network";
const GENEVE_TITLE = "Generic Network Virtualization Encapsulation";
const GENEVE_FIXED_LENGTH = 8;

/** The tunnel that a datagram between these ports is, or null. */
export function udpTunnel(
  sourcePort: number,
  destinationPort: number,
): ((d: Dissection, start: number, end: number) => void) | null {
  const isOf = (port: number): boolean => sourcePort === port || destinationPort === port;
  if (isOf(TUNNEL_PORT.vxlan)) return dissectVxlan;
  return isOf(TUNNEL_PORT.geneve) ? dissectGeneve : null;
}

function dissectVxlan(d: Dissection, start: number, end: number): void {
  const held = Math.max(0, d.captured(end) - start);
  const node = d.layer("vxlan", VXLAN_TITLE, start, Math.min(VXLAN_HEADER_LENGTH, held));
  const out = node.children;
  d.columns("VxLAN", "");
  if (!d.has(start, VXLAN_HEADER_LENGTH, end, VXLAN_TITLE)) return;
  const flags = getUint16(d.bytes, start);
  const hasNetwork = (flags & 0x0800) !== 0;
  const text = `Flags: ${hexText(flags, 4)}${hasNetwork ? ", VXLAN Network ID (VNI)" : ""}`;
  const into = d.add(out, "vxlan.flags", text, start, 2, flags).children;
  const words = ["True", "False"] as const;
  addFlag(d, into, "vxlan.flag_g", start, 2, 0x8000, "GBP Extension", ["Defined", "Not defined"]);
  addFlag(d, into, "vxlan.flag_i", start, 2, 0x0800, "VXLAN Network ID (VNI)", words);
  addFlag(d, into, "vxlan.flag_d", start, 2, 0x0040, "Don't Learn", words);
  addFlag(d, into, "vxlan.flag_a", start, 2, 0x0008, "Policy Applied", words);
  addUint(d, out, "vxlan.gbp", start + 2, 2, end, (policy) => `Group Policy ID: ${policy}`);
  addUint(d, out, "vxlan.vni", start + 4, 3, end, (id) => `VXLAN Network Identifier (VNI): ${id}`);
  addUint(d, out, "vxlan.reserved8", start + 7, 1, end, (reserved) => `Reserved: ${reserved}`);
  d.enter(() => dissectEthernet(d, start + VXLAN_HEADER_LENGTH, end));
}

function dissectGeneve(d: Dissection, start: number, end: number): void {
  const held = d.captured(end);
  const node = d.layer("geneve", GENEVE_TITLE, start, Math.max(0, held - start));
  const out = node.children;
  d.columns("Geneve", "");
  const version = held > start ? d.bytes[start] >> 6 : 0;
  if (version !== 0) d.columns("Geneve", `Unknown Geneve version ${version}`);
  if (!d.has(start, GENEVE_FIXED_LENGTH, end, GENEVE_TITLE)) return;
  const type = getUint16(d.bytes, start + 2);
  const network = uint(d.bytes, start + 4, 3);
  node.label = `${GENEVE_TITLE}, VNI: ${hexText(network, 6)}`;
  d.columns("Geneve", `Encapsulated ${etherTypeName(type) ?? `${hexText(type, 4)} (unknown)`}`);
  const options = (d.bytes[start] & 0x3f) * 4;
  d.add(out, "geneve.version", `Version: ${version}`, start, 1, version);
  d.add(out, "geneve.option.length", `Length: ${bytesCount(options)}`, start, 1, options);
  const flags = d.bytes[start + 1];
  const into = d.add(out, "geneve.flags", `Flags: ${hexText(flags, 2)}`, start + 1, 1, flags).children;
  const words = ["True", "False"] as const;
  const frame = "Operations, Administration and Management Frame";
  addFlag(d, into, "geneve.flags.oam", start + 1, 1, 0x80, frame, words);
  addFlag(d, into, "geneve.flags.critical", start + 1, 1, 0x40, "Critical Options Present", words);
  addBits(d, into, "geneve.flags.reserved", start + 1, 1, 0x3f, "Reserved");
  d.add(out, "geneve.proto_type", `Protocol Type: ${etherTypeText(type)}`, start + 2, 2, type);
  const text = `Virtual Network Identifier (VNI): ${hexText(network, 6)} (${network})`;
  d.add(out, "geneve.vni", text, start + 4, 3, network);
  const next = genevePayload(d.bytes, start, held);
  if (next === -1) {
    d.has(start, GENEVE_FIXED_LENGTH + options, end, GENEVE_TITLE);
    return;
  }
  node.length = next - start;
  if (options > 0) d.add(out, null, `Options: (${bytesCount(options)})`, start + 8, options);
  dissectCarried(d, type, next, end);
}
