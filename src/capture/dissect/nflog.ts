// NFLOG, what Linux's netfilter logs: attributes, one of which is a packet.

import { getUint16Le } from "../../wire/bytes.ts";
import { NFLOG, nflogNext, nflogPayloadAttribute } from "../../wire/encapsulation.ts";
import { addPlainData } from "./data.ts";
import { dissectIpv4 } from "./ipv4.ts";
import { dissectIpv6 } from "./ipv6.ts";
import { addUint, named, utf8 } from "./protocol.ts";
import type { Dissection } from "./tree.ts";

const TITLE = "Linux Netfilter NFLOG";
const ATTRIBUTES_MAX = 64;
const PREFIX = 10;

const FAMILY = { ipv4: 2, ipv6: 10 } as const;
const FAMILIES = new Map<number, string>([
  [FAMILY.ipv4, "IPv4"],
  [FAMILY.ipv6, "IPv6"],
]);

const ATTRIBUTES = new Map<number, string>([
  [1, "NFULA_PACKET_HDR"],
  [2, "NFULA_MARK"],
  [3, "NFULA_TIMESTAMP"],
  [4, "NFULA_IFINDEX_INDEV"],
  [5, "NFULA_IFINDEX_OUTDEV"],
  [6, "NFULA_IFINDEX_PHYSINDEV"],
  [7, "NFULA_IFINDEX_PHYSOUTDEV"],
  [8, "NFULA_HWADDR"],
  [NFLOG.payload, "NFULA_PAYLOAD"],
  [PREFIX, "NFULA_PREFIX"],
  [11, "NFULA_UID"],
  [12, "NFULA_SEQ"],
  [13, "NFULA_SEQ_GLOBAL"],
  [14, "NFULA_GID"],
  [15, "NFULA_HWTYPE"],
  [16, "NFULA_HWHEADER"],
  [17, "NFULA_HWLEN"],
]);

/** Dissects the message at `start` in a layer that ends at `end`. */
export function dissectNflog(d: Dissection, start: number, end: number): void {
  const held = d.captured(end);
  const node = d.layer("nflog", TITLE, start, Math.max(0, held - start));
  const out = node.children;
  d.columns("NFLOG", "");
  if (!d.has(start, NFLOG.headerLength, end, TITLE)) return;
  const family = d.bytes[start];
  d.add(out, "nflog.family", `Family: ${named(FAMILIES, family)}`, start, 1, family);
  addUint(d, out, "nflog.version", start + 1, 1, end, (version) => `Version: ${version}`);
  addUint(d, out, "nflog.res_id", start + 2, 2, end, (id) => `Resource id: ${id}`);
  if (!addAttributes(d, out, start, end)) return;
  const attribute = nflogPayloadAttribute(d.bytes, start, held);
  if (attribute === -1) return;
  const packet = attribute + NFLOG.attributeHead;
  const stop = Math.min(end, attribute + getUint16Le(d.bytes, attribute));
  d.enter(() => {
    if (family === FAMILY.ipv4) dissectIpv4(d, packet, stop);
    else if (family === FAMILY.ipv6) {
      dissectIpv6(d, packet, stop);
      if (!d.layers.includes("ipv6")) addPlainData(d, packet, stop);
    } else addPlainData(d, packet, stop);
  });
}

/** Adds the attributes' lines; false where one reaches beyond the message. */
function addAttributes(d: Dissection, out: Dissection["tree"], start: number, end: number): boolean {
  const held = d.captured(end);
  let at = start + NFLOG.headerLength;
  for (let i = 0; i < ATTRIBUTES_MAX && at + NFLOG.attributeHead <= held; i++) {
    const length = getUint16Le(d.bytes, at);
    const type = getUint16Le(d.bytes, at + 2) & 0x7fff;
    if (length < NFLOG.attributeHead) return true;
    if (!d.has(at, length, end, TITLE)) return false;
    const name = named(ATTRIBUTES, type);
    const into = d.add(out, "nflog.tlv", `TLV Type: ${name}, Length: ${length}`, at, length).children;
    d.add(into, "nflog.tlv_length", `Length: ${length}`, at, 2, length);
    d.add(into, "nflog.tlv_type", `Type: ${name}`, at + 2, 2, type);
    if (type === PREFIX) {
      const text = utf8(d.bytes, at + 4, at + length).replace(/\0.*$/s, "");
      d.add(into, "nflog.prefix", `Prefix: ${text}`, at + 4, length - 4, text);
    }
    at = nflogNext(d.bytes, at);
  }
  return true;
}
