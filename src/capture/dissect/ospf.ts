// OSPF version 2 (RFC 2328) and version 3 (RFC 5340): the five packets by which routers agree on what the network looks like.

import { addWords, finishChecksum, ipv4PseudoSum, ipv6PseudoSum } from "../../wire/checksum.ts";
import { IP_PROTOCOL } from "../../wire/protocols.ts";
import { addPlainData } from "./data.ts";
import type { IpAbove } from "./ip-payload.ts";
import { showLsa, showLsaHeader } from "./ospf-lsa.ts";
import { LSA_TYPES, options2, options3 } from "./ospf-names.ts";
import { showLsa3, showLsa3Header, showLsType3 } from "./ospf-lsa6.ts";
import { named, uint } from "./protocol.ts";
import { Reading } from "./reading.ts";
import { hexText } from "./tree.ts";
import type { Dissection } from "./tree.ts";

const TITLE = "Open Shortest Path First";
const HEADER_LENGTH = { 2: 24, 3: 16 } as const;
const LSA_HEADER_LENGTH = 20;
/** More than fit into a packet. */
const LSAS_MAX = 2_000;

const TYPE = { hello: 1, description: 2, request: 3, update: 4, acknowledgment: 5 } as const;

const TYPES = new Map<number, string>([
  [TYPE.hello, "Hello Packet"],
  [TYPE.description, "DB Description"],
  [TYPE.request, "LS Request"],
  [TYPE.update, "LS Update"],
  [TYPE.acknowledgment, "LS Acknowledge"],
]);

/** There or not: hidden lines to filter by. */
const TYPE_FIELDS = new Map<number, string>([
  [TYPE.hello, "ospf.msg.hello"],
  [TYPE.description, "ospf.msg.dbdesc"],
  [TYPE.request, "ospf.msg.lsreq"],
  [TYPE.update, "ospf.msg.lsupdate"],
  [TYPE.acknowledgment, "ospf.msg.lsack"],
]);

const AUTHENTICATION = { none: 0, password: 1, digest: 2 } as const;

const AUTHENTICATIONS = new Map<number, string>([
  [AUTHENTICATION.none, "Null"],
  [AUTHENTICATION.password, "Simple password"],
  [AUTHENTICATION.digest, "Cryptographic"],
]);

/** Address families by the top three bits of an instance (RFC 5838 2.1). */
const FAMILIES = ["IPv6 unicast AF", "IPv6 multicast AF", "IPv4 unicast AF", "IPv4 multicast AF"];

/** Dissects the packet in [start, end). */
export function dissectOspf(d: Dissection, ip: IpAbove, start: number, end: number): void {
  const node = d.layer("ospf", TITLE, start, Math.max(0, d.captured(end) - start));
  d.columns("OSPF", "");
  if (!d.has(start, 2, end, TITLE)) return;
  const version = d.bytes[start];
  const type = d.bytes[start + 1];
  d.columns("OSPF", TYPES.get(type) ?? `Unknown (${type})`);
  if (version !== 2 && version !== 3) {
    d.add(node.children, "ospf.version", `Version: ${version}`, start, 1, version);
    addPlainData(d, start + 1, end);
    return;
  }
  const head = new Reading(d, node.children, start, end, TITLE);
  const length = showHeader(head, version, type, ip, start, end);
  if (length === null) return;
  const stop = start + Math.max(HEADER_LENGTH[version], length);
  const body = new Reading(d, node.children, start + HEADER_LENGTH[version], Math.min(end, stop), TITLE);
  switch (type) {
    case TYPE.hello:
      if (body.left > 0) body.group("ospf.hello", "OSPF Hello Packet", () => showHello(body, version));
      break;
    case TYPE.description:
      if (body.left > 0) body.group(null, "OSPF DB Description", () => showDescription(body, version));
      showHeaders(body, version);
      break;
    case TYPE.request:
      showRequests(body, version);
      break;
    case TYPE.update:
      if (body.left > 0) body.group(null, "LS Update Packet", () => showUpdate(body, version));
      break;
    case TYPE.acknowledgment:
      showHeaders(body, version);
      break;
    default:
      addPlainData(d, body.at, body.end);
  }
  // The packet says that it is longer than what carries it.
  if (!body.isBroken && stop > end) d.has(end, stop - end, end, TITLE);
}

/** The header both versions begin with, and what each adds; answers the packet's length, null where it is not whole. */
function showHeader(
  reading: Reading,
  version: 2 | 3,
  type: number,
  ip: IpAbove,
  start: number,
  end: number,
): number | null {
  let length: number | null = null;
  reading.group("ospf.header", "OSPF Header", ({ children }) => {
    reading.uint("ospf.version", "Version", 1);
    reading.uint("ospf.msg", "Message Type", 1, (value) => named(TYPES, value));
    const hidden = TYPE_FIELDS.get(type);
    if (hidden !== undefined) reading.d.add(children, hidden, hidden, start + 1, 1, true);
    length = reading.uint("ospf.packet_length", "Packet Length", 2);
    reading.ipv4("ospf.srcrouter", "Source OSPF Router");
    const isBackbone = reading.has(4) && uint(reading.d.bytes, reading.at, 4) === 0;
    reading.ipv4("ospf.area_id", "Area ID", isBackbone ? " (Backbone)" : "");
    const verdict = reading.has(2) ? checksumText(reading.d, version, ip, start, length ?? 0, end) : "";
    reading.uint("ospf.checksum", "Checksum", 2, (value) => `${hexText(value, 4)}${verdict}`);
    if (version === 2) showAuthentication(reading, start + (length ?? 0));
    else {
      const family = (value: number): string => FAMILIES[value >> 5] ?? "Reserved";
      reading.uint("ospf.instance_id", "Instance ID", 1, (value) => `${family(value)} (${value})`);
      reading.bytes("ospf.reserved", "Reserved", 1);
    }
  });
  return reading.isBroken ? null : length;
}

/** Version 2 leaves the authentication out of the sum (RFC 2328 D.4); version 3 adds the addresses (RFC 5340 A.3.1). */
function checksumText(
  d: Dissection,
  version: 2 | 3,
  ip: IpAbove,
  start: number,
  length: number,
  end: number,
): string {
  const { bytes } = d;
  const stop = start + length;
  const isWhole = stop <= d.captured(end) && length >= HEADER_LENGTH[version];
  if (version === 2) {
    if (!isWhole) return "";
    if (uint(bytes, start + 14, 2) === AUTHENTICATION.digest) return " (None)";
    const sum = addWords(bytes, start, start + 12, 0) + addWords(bytes, start + 14, start + 16, 0);
    return verdictOf(d, start, finishChecksum(addWords(bytes, start + 24, stop, sum)));
  }
  if (!isWhole || ip.start < 0) return " [unverified]";
  const pseudo =
    ip.version === 6
      ? ipv6PseudoSum(bytes, ip.start, IP_PROTOCOL.ospf, length, ip.destinationAt)
      : ipv4PseudoSum(bytes, ip.start, IP_PROTOCOL.ospf, length);
  const sum = pseudo + addWords(bytes, start, start + 12, 0);
  return verdictOf(d, start, finishChecksum(addWords(bytes, start + 14, stop, sum)));
}

function verdictOf(d: Dissection, start: number, right: number): string {
  return right === uint(d.bytes, start + 12, 2)
    ? " [correct]"
    : ` [incorrect, should be ${hexText(right, 4)}]`;
}

/** A digest follows the packet, which ends at `packetEnd`. */
function showAuthentication(reading: Reading, packetEnd: number): void {
  const { d } = reading;
  const kind = reading.uint("ospf.auth.type", "Auth Type", 2, (value) => named(AUTHENTICATIONS, value));
  switch (kind) {
    case null:
      return;
    case AUTHENTICATION.none:
      reading.bytes("ospf.auth.none", "Auth Data (none)", 8);
      return;
    case AUTHENTICATION.password:
      reading.text("ospf.auth.simple", "Auth Data (Simple)", 8);
      return;
    case AUTHENTICATION.digest: {
      reading.skip(2);
      reading.uint("ospf.auth.crypt.key_id", "Auth Crypt Key id", 1);
      const size = reading.uint("ospf.auth.crypt.data_length", "Auth Crypt Data Length", 1) ?? 0;
      reading.uint("ospf.auth.crypt.seq_nbr", "Auth Crypt Sequence Number", 4);
      const digest = new Reading(d, reading.out, packetEnd, reading.end, TITLE);
      if (size > 0 && !reading.isBroken) digest.bytes("ospf.auth.crypt.data", "Auth Crypt Data", size);
      return;
    }
    default:
      reading.bytes("ospf.auth.unknown", "Auth Unknown", 8);
  }
}

function showHello(reading: Reading, version: 2 | 3): void {
  const interval = "ospf.hello.hello_interval";
  if (version === 2) {
    reading.ipv4("ospf.hello.network_mask", "Network Mask");
    reading.uint(interval, "Hello Interval [sec]", 2);
    options2(reading);
    reading.uint("ospf.hello.router_priority", "Router Priority", 1);
    reading.uint("ospf.hello.router_dead_interval", "Router Dead Interval [sec]", 4);
  } else {
    reading.uint("ospf.hello.interface_id", "Interface ID", 4);
    reading.uint("ospf.hello.router_priority", "Router Priority", 1);
    options3(reading);
    reading.uint(interval, "Hello Interval [sec]", 2);
    reading.uint("ospf.hello.router_dead_interval", "Router Dead Interval [sec]", 2);
  }
  reading.ipv4("ospf.hello.designated_router", "Designated Router");
  reading.ipv4("ospf.hello.backup_designated_router", "Backup Designated Router");
  for (let i = 0; i < LSAS_MAX && reading.left >= 4; i++)
    reading.ipv4("ospf.hello.active_neighbor", "Active Neighbor");
}

const DESCRIPTION_FLAGS = [
  { mask: 0x08, field: "ospf.dbd.r", name: "(R) OOBResync" },
  { mask: 0x04, field: "ospf.dbd.i", name: "(I) Init" },
  { mask: 0x02, field: "ospf.dbd.m", name: "(M) More" },
  { mask: 0x01, field: "ospf.dbd.ms", name: "(MS) Master", words: ["Yes", "No"] },
] as const;

function showDescription(reading: Reading, version: 2 | 3): void {
  if (version === 3) {
    reading.bytes("ospf.reserved", "Reserved", 1);
    options3(reading);
  }
  reading.uint("ospf.db.interface_mtu", "Interface MTU", 2);
  if (version === 3) reading.bytes("ospf.reserved", "Reserved", 1);
  else options2(reading);
  reading.flags("ospf.dbd", "DB Description", 1, DESCRIPTION_FLAGS);
  reading.uint("ospf.db.dd_sequence", "DD Sequence", 4);
}

/** Headers of LSAs until the packet's end. */
function showHeaders(reading: Reading, version: 2 | 3): void {
  for (let i = 0; i < LSAS_MAX && reading.left >= LSA_HEADER_LENGTH; i++) {
    if (version === 2) showLsaHeader(reading);
    else showLsa3Header(reading);
  }
}

function showRequests(reading: Reading, version: 2 | 3): void {
  for (let i = 0; i < LSAS_MAX && reading.left > 0; i++) {
    reading.group(null, "Link State Request", () => {
      if (version === 2) reading.uint("ospf.lsa", "LS Type", 4, (value) => named(LSA_TYPES, value));
      else {
        reading.bytes("ospf.reserved", "Reserved", 2);
        showLsType3(reading);
      }
      reading.ipv4("ospf.link_state_id", "Link State ID");
      reading.ipv4("ospf.advrouter", "Advertising Router");
    });
  }
}

function showUpdate(reading: Reading, version: 2 | 3): void {
  const count = reading.uint("ospf.ls.number_of_lsas", "Number of LSAs", 4) ?? 0;
  for (let i = 0; i < Math.min(count, LSAS_MAX) && reading.has(LSA_HEADER_LENGTH); i++) {
    if (version === 2) showLsa(reading);
    else showLsa3(reading);
  }
}
