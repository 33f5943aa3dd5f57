// What IPv6 addresses were made from: IPv4 addresses in those of transitions to IPv6, Ethernet addresses in those that hosts gave themselves.

import { readIpv4, readMac } from "../../wire/address.ts";
import { getUint16, getUint32 } from "../../wire/bytes.ts";
import { bytesText } from "./tree.ts";
import type { DetailNode, Dissection, FieldValue } from "./tree.ts";

/** The source's or the destination's address, which begins at `at`. */
interface End {
  readonly at: number;
  readonly field: "src" | "dst";
  readonly name: "Source" | "Destination";
}

type Origin = (d: Dissection, out: DetailNode[], end: End) => void;

/** In the order in which Wireshark looks at both ends. */
const ORIGINS: readonly Origin[] = [addSixToFour, addTeredo, addSlaacMac, addIsatap, addTranslated];

/** Adds what the addresses of the header at `start` were made from. */
export function addAddressOrigins(d: Dissection, out: DetailNode[], start: number): void {
  const ends: readonly End[] = [
    { at: start + 8, field: "src", name: "Source" },
    { at: start + 24, field: "dst", name: "Destination" },
  ];
  for (const addOrigin of ORIGINS) for (const end of ends) addOrigin(d, out, end);
}

function addPart(
  d: Dissection,
  out: DetailNode[],
  { at, field, name }: End,
  part: readonly [field: string, name: string],
  offset: number,
  length: number,
  value: FieldValue,
): void {
  const label = `[${name} ${part[1]}: ${String(value)}]`;
  d.add(out, `ipv6.${field}_${part[0]}`, label, at + offset, length, value);
}

/** RFC 3056: 2002, the address of a gateway, a subnet. */
function addSixToFour(d: Dissection, out: DetailNode[], end: End): void {
  const { at } = end;
  if (getUint16(d.bytes, at) !== 0x2002) return;
  addPart(d, out, end, ["6to4_gw_ipv4", "6to4 Gateway IPv4"], 2, 4, readIpv4(d.bytes, at + 2));
  addPart(d, out, end, ["6to4_sla_id", "6to4 SLA ID"], 6, 2, getUint16(d.bytes, at + 6));
}

/** RFC 4380 section 4: the server's address, and the client's with its port, all their bits turned round. */
function addTeredo(d: Dissection, out: DetailNode[], end: End): void {
  const { at } = end;
  if (getUint32(d.bytes, at) !== 0x20010000) return;
  addPart(d, out, end, ["ts_ipv4", "Teredo Server IPv4"], 4, 4, readIpv4(d.bytes, at + 4));
  const turned = d.bytes.slice(at + 10, at + 16).map((byte) => byte ^ 0xff);
  addPart(d, out, end, ["tc_port", "Teredo Port"], 10, 2, getUint16(turned, 0));
  addPart(d, out, end, ["tc_ipv4", "Teredo Client IPv4"], 12, 4, readIpv4(turned, 2));
}

/** Set in an identifier whose Ethernet address is a factory's, and there the other way round. */
const LOCAL_BIT = 0x02;

/** RFC 4291, appendix A. */
function addSlaacMac(d: Dissection, out: DetailNode[], end: End): void {
  const { at } = end;
  const id = d.bytes.subarray(at + 8, at + 16);
  const isMade = (id[0] & LOCAL_BIT) !== 0 && id[3] === 0xff && id[4] === 0xfe;
  if (!isMade) return;
  const mac = readMac(Uint8Array.of(id[0] ^ LOCAL_BIT, id[1], id[2], id[5], id[6], id[7]), 0);
  addPart(d, out, end, ["slaac_mac", "SLAAC MAC"], 8, 8, mac);
}

/** RFC 5214 section 6.1: 0000:5efe or 0200:5efe, and the address; Wireshark lets the bit next to it be set too. */
function addIsatap(d: Dissection, out: DetailNode[], end: End): void {
  const { at } = end;
  if ((getUint32(d.bytes, at + 8) & 0xfcffffff) >>> 0 !== 0x00005efe) return;
  addPart(d, out, end, ["isatap_ipv4", "ISATAP IPv4"], 12, 4, readIpv4(d.bytes, at + 12));
}

/** RFC 6052 section 2.1: behind the well-known prefix 64:ff9b::/96 stands the address of a host that knows IPv4 only. */
function addTranslated(d: Dissection, out: DetailNode[], end: End): void {
  const { at } = end;
  const { bytes } = d;
  const isPrefix =
    getUint32(bytes, at) === 0x64ff9b && getUint32(bytes, at + 4) === 0 && getUint32(bytes, at + 8) === 0;
  if (!isPrefix) return;
  const prefix = bytes.subarray(at, at + 12);
  d.add(out, "ipv6.embed_ipv4_prefix", `[Embedded IPv4 Prefix: ${bytesText(bytes, at, 12)}]`, at, 12, prefix);
  const address = readIpv4(bytes, at + 12);
  addPart(d, out, end, ["embed_ipv4", "Embedded IPv4"], 12, 4, address);
  d.add(out, "ipv6.embed_ipv4", `[Embedded IPv4: ${address}]`, at + 12, 4, address);
}
