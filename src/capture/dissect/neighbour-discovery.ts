// Neighbour discovery over ICMPv6 (RFC 4861): solicitations, advertisements and redirects of routers and neighbours, the inverse of
// them (RFC 3122), and their options (RFC 4191 for routes, RFC 8106 for name servers).

import { readIpv6, readMac } from "../../wire/address.ts";
import { getUint16 } from "../../wire/bytes.ts";
import { ICMP_HEADER_LENGTH } from "../../wire/icmp.ts";
import { flagText } from "./bit-pictures.ts";
import { dissectIpv6 } from "./ipv6.ts";
import { addBits, addBytes, addFlag, addUint, bytesCount, latin1 } from "./protocol.ts";
import { bytesText, hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

const TITLE = "Internet Control Message Protocol v6";

/** Options of a message and addresses of an option that are walked. */
const OPTIONS_MAX = 64;
const ADDRESSES_MAX = 64;

const OPTION = {
  sourceLink: 1,
  targetLink: 2,
  prefix: 3,
  redirected: 4,
  mtu: 5,
  route: 24,
  nameServers: 25,
  searchList: 31,
} as const;

const OPTION_NAMES = new Map<number, string>([
  [OPTION.sourceLink, "Source link-layer address"],
  [OPTION.targetLink, "Target link-layer address"],
  [OPTION.prefix, "Prefix information"],
  [OPTION.redirected, "Redirected header"],
  [OPTION.mtu, "MTU"],
  [OPTION.route, "Route Information"],
  [OPTION.nameServers, "Recursive DNS Server"],
  [OPTION.searchList, "DNS Search List Option"],
]);

const PREFERENCES = ["Medium", "High", "Reserved", "Low"];

/** Dissects the message at `start` of a type from 133 to 137 or of 141 or 142, behind its checksum; `name` is its type's. */
export function addNeighbourMessage(
  d: Dissection,
  out: DetailNode[],
  start: number,
  end: number,
  name: string,
): void {
  const body = start + ICMP_HEADER_LENGTH;
  switch (d.bytes[start]) {
    case 134:
      addRouterAdvertisement(d, out, start, end);
      break;
    case 135:
    case 136:
      addNeighbour(d, out, start, end, name);
      break;
    case 137:
      addRedirect(d, out, start, end);
      break;
    default:
      addReserved(d, out, start + 4);
      addOptions(d, out, body, end);
  }
}

/** The four bytes behind a checksum that mean nothing. */
export function addReserved(d: Dissection, out: DetailNode[], at: number): void {
  addBytes(d, out, "icmpv6.reserved", "Reserved", at, at + 4);
}

function addRouterAdvertisement(d: Dissection, out: DetailNode[], start: number, end: number): void {
  addUint(d, out, "icmpv6.nd.ra.cur_hop_limit", start + 4, 1, end, (limit) => `Cur hop limit: ${limit}`);
  const flags = d.bytes[start + 5];
  const preference = (value: number): string => `${PREFERENCES[value]} (${value})`;
  const text = `Flags: ${hexText(flags, 2)}, Prf (Default Router Preference): ${PREFERENCES[(flags >> 3) & 3]}`;
  const into = d.add(out, "icmpv6.nd.ra.flag", text, start + 5, 1, flags).children;
  addFlag(d, into, "icmpv6.nd.ra.flag.m", start + 5, 1, 0x80, "Managed address configuration");
  addFlag(d, into, "icmpv6.nd.ra.flag.o", start + 5, 1, 0x40, "Other configuration");
  addFlag(d, into, "icmpv6.nd.ra.flag.h", start + 5, 1, 0x20, "Home Agent");
  const name = "Prf (Default Router Preference)";
  addBits(d, into, "icmpv6.nd.ra.flag.prf", start + 5, 1, 0x18, name, preference);
  addFlag(d, into, "icmpv6.nd.ra.flag.p", start + 5, 1, 4, "Proxy");
  addBits(d, into, "icmpv6.nd.ra.flag.rsv", start + 5, 1, 3, "Reserved");
  const lifetime = (value: number): string => `Router lifetime (s): ${value}`;
  addUint(d, out, "icmpv6.nd.ra.router_lifetime", start + 6, 2, end, lifetime);
  if (!d.has(start + 8, 8, end, TITLE)) return;
  const reachable = (value: number): string => `Reachable time (ms): ${value}`;
  addUint(d, out, "icmpv6.nd.ra.reachable_time", start + 8, 4, end, reachable);
  const retransmit = (value: number): string => `Retrans timer (ms): ${value}`;
  addUint(d, out, "icmpv6.nd.ra.retrans_timer", start + 12, 4, end, retransmit);
  addOptions(d, out, start + 16, end);
}

function addNeighbour(d: Dissection, out: DetailNode[], start: number, end: number, name: string): void {
  const isAdvertisement = d.bytes[start] === 136;
  let flags = "";
  if (isAdvertisement) {
    const word = getUint16(d.bytes, start + 4) * 0x10000 + getUint16(d.bytes, start + 6);
    const node = d.add(out, "icmpv6.nd.na.flag", `Flags: ${hexText(word, 8)}`, start + 4, 4, word);
    const flag = (field: string, mask: number, title: string): boolean => {
      const isSet = Math.floor(word / mask) % 2 === 1;
      d.add(node.children, field, flagText(word, mask, 32, title), start + 4, 4, isSet);
      return isSet;
    };
    const names = [
      flag("icmpv6.nd.na.flag.r", 0x80000000, "Router") ? "rtr" : "",
      flag("icmpv6.nd.na.flag.s", 0x40000000, "Solicited") ? "sol" : "",
      flag("icmpv6.nd.na.flag.o", 0x20000000, "Override") ? "ovr" : "",
    ];
    const set = names.filter((text) => text !== "").join(", ");
    flags = ` (${set === "" ? "none" : set})`;
  } else addReserved(d, out, start + 4);
  if (!d.has(start + 8, 16, end, TITLE)) return;
  const target = readIpv6(d.bytes, start + 8);
  const field = isAdvertisement ? "icmpv6.nd.na.target_address" : "icmpv6.nd.ns.target_address";
  d.add(out, field, `Target Address: ${target}`, start + 8, 16, target);
  d.columns("ICMPv6", isAdvertisement ? `${name} ${target}${flags}` : `${name} for ${target}`);
  addOptions(d, out, start + 24, end);
}

function addRedirect(d: Dissection, out: DetailNode[], start: number, end: number): void {
  addReserved(d, out, start + 4);
  if (!d.has(start + 8, 32, end, TITLE)) return;
  addAddress(d, out, "icmpv6.nd.rd.target_address", "Target Address", start + 8);
  addAddress(d, out, "icmpv6.rd.na.destination_address", "Destination Address", start + 24);
  addOptions(d, out, start + 40, end);
}

function addAddress(d: Dissection, out: DetailNode[], field: string, name: string, at: number): void {
  const address = readIpv6(d.bytes, at);
  d.add(out, field, `${name}: ${address}`, at, 16, address);
}

/** The options from `from` up to `end`; link addresses go on with what Info says. */
export function addOptions(d: Dissection, out: DetailNode[], from: number, end: number): void {
  let at = from;
  for (let i = 0; i < OPTIONS_MAX && at < end; i++) {
    if (!d.has(at, 2, end, TITLE)) return;
    const [type, units] = [d.bytes[at], d.bytes[at + 1]];
    const length = units * 8;
    const name = OPTION_NAMES.get(type) ?? "Unknown";
    const node = d.add(out, "icmpv6.opt", `ICMPv6 Option (${name})`, at, length);
    d.add(node.children, "icmpv6.opt.type", `Type: ${name} (${type})`, at, 1, type);
    const text = `Length: ${units} (${bytesCount(length)})`;
    d.add(node.children, "icmpv6.opt.length", text, at + 1, 1, units);
    if (length === 0) {
      d.remarkMalformed(node.children, at + 1);
      return;
    }
    if (!d.has(at, length, end, TITLE)) return;
    addOption(d, node, { type, name, at, end: at + length });
    at += length;
  }
}

interface Option {
  readonly type: number;
  readonly name: string;
  readonly at: number;
  readonly end: number;
}

function addOption(d: Dissection, node: DetailNode, option: Option): void {
  const out = node.children;
  const { at, end, name } = option;
  const value = at + 2;
  switch (option.type) {
    case OPTION.sourceLink:
    case OPTION.targetLink:
      addLinkAddress(d, node, option);
      break;
    case OPTION.prefix: {
      if (end - at < 32) break;
      const length = d.bytes[value];
      const prefix = readIpv6(d.bytes, at + 16);
      node.label = `ICMPv6 Option (${name} : ${prefix}/${length})`;
      d.add(out, "icmpv6.opt.prefix.length", `Prefix Length: ${length}`, value, 1, length);
      addPrefixFlags(d, out, at + 3);
      const valid = (seconds: number): string => `Valid Lifetime: ${seconds}`;
      addUint(d, out, "icmpv6.opt.prefix.valid_lifetime", at + 4, 4, end, valid);
      const preferred = (seconds: number): string => `Preferred Lifetime: ${seconds}`;
      addUint(d, out, "icmpv6.opt.prefix.preferred_lifetime", at + 8, 4, end, preferred);
      d.add(out, "icmpv6.opt.reserved", "Reserved", at + 12, 4);
      addAddress(d, out, "icmpv6.opt.prefix", "Prefix", at + 16);
      break;
    }
    case OPTION.redirected:
      d.add(out, "icmpv6.opt.reserved", "Reserved", value, 6);
      d.quote(node, () => dissectIpv6(d, at + 8, end));
      break;
    case OPTION.mtu: {
      d.add(out, "icmpv6.opt.reserved", "Reserved", value, 2);
      const mtu = addUint(d, out, "icmpv6.opt.mtu", at + 4, 4, end, (bytes) => `MTU: ${bytes}`);
      node.label = `ICMPv6 Option (${name} : ${mtu})`;
      break;
    }
    case OPTION.nameServers:
      addNameServers(d, node, option);
      break;
    case OPTION.searchList:
      addSearchList(d, node, option);
      break;
    default:
  }
}

function addLinkAddress(d: Dissection, node: DetailNode, { type, name, at, end }: Option): void {
  const isMac = end - at === 8;
  // Addresses of other links than Ethernet are of eight bytes at most; the rest is padding.
  const bytes = Math.min(end - at - 2, 8);
  const text = isMac ? readMac(d.bytes, at + 2) : colons(d.bytes, at + 2, bytes);
  node.label = `ICMPv6 Option (${name} : ${text})`;
  d.add(node.children, "icmpv6.opt.linkaddr", `Link-layer address: ${text}`, at + 2, bytes, text);
  if (type === OPTION.targetLink) {
    d.add(node.children, "icmpv6.opt.target_linkaddr", "icmpv6.opt.target_linkaddr", at + 2, bytes, text);
  }
  d.columns("ICMPv6", `${d.info} ${type === OPTION.sourceLink ? "from" : "is at"} ${text}`);
}

function colons(bytes: Uint8Array, start: number, length: number): string {
  return bytesText(bytes, start, length).replaceAll(/(..)(?!$)/g, "$1:");
}

function addPrefixFlags(d: Dissection, out: DetailNode[], at: number): void {
  const flags = d.bytes[at];
  const link = "On-link flag(L)";
  const autonomous = "Autonomous address-configuration flag(A)";
  const router = "Router address flag(R)";
  const named = [link, autonomous, router].filter((_, i) => (flags & (0x80 >> i)) !== 0);
  const text = ["", ...named].join(", ");
  const into = d.add(
    out,
    "icmpv6.opt.prefix.flag",
    `Flag: ${hexText(flags, 2)}${text}`,
    at,
    1,
    flags,
  ).children;
  addFlag(d, into, "icmpv6.opt.prefix.flag.l", at, 1, 0x80, link);
  addFlag(d, into, "icmpv6.opt.prefix.flag.a", at, 1, 0x40, autonomous);
  addFlag(d, into, "icmpv6.opt.prefix.flag.r", at, 1, 0x20, router);
  addBits(d, into, "icmpv6.opt.prefix.flag.reserved", at, 1, 0x1f, "Reserved");
}

function addNameServers(d: Dissection, node: DetailNode, { name, at, end }: Option): void {
  const out = node.children;
  d.add(out, "icmpv6.opt.reserved", "Reserved", at + 2, 2);
  addUint(d, out, "icmpv6.opt.rdnss.lifetime", at + 4, 4, end, (seconds) => `Lifetime: ${seconds}`);
  const servers: string[] = [];
  for (let i = at + 8; i + 16 <= end && servers.length < ADDRESSES_MAX; i += 16) {
    servers.push(readIpv6(d.bytes, i));
    addAddress(d, out, "icmpv6.opt.rdnss", "Recursive DNS Servers", i);
  }
  node.label = `ICMPv6 Option (${name} ${servers.join(" ")})`;
}

/** Names as DNS has them, without compression, up to a name of no labels: padding. */
function addSearchList(d: Dissection, node: DetailNode, { name, at, end }: Option): void {
  const out = node.children;
  d.add(out, "icmpv6.opt.reserved", "Reserved", at + 2, 2);
  addUint(d, out, "icmpv6.opt.dnssl.lifetime", at + 4, 4, end, (seconds) => `Lifetime: ${seconds}`);
  const names: string[] = [];
  let from = at + 8;
  while (from < end && d.bytes[from] !== 0 && names.length < ADDRESSES_MAX) {
    const labels: string[] = [];
    let next = from;
    for (; next < end && d.bytes[next] !== 0; next += 1 + d.bytes[next]) {
      labels.push(latin1(d.bytes, next + 1, Math.min(end, next + 1 + d.bytes[next])));
    }
    const text = labels.join(".");
    d.add(out, "icmpv6.opt.dnssl", `Domain Names: ${text}`, from, Math.min(end, next + 1) - from, text);
    names.push(text);
    from = next + 1;
  }
  node.label = `ICMPv6 Option (${name} ${names.join(" ")})`;
}
