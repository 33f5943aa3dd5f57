// ICMPv6 (RFC 4443) and neighbour discovery (RFC 4861).

import { readIpv6, readMac } from "../../wire/address.ts";
import { getUint16, getUint32 } from "../../wire/bytes.ts";
import { transportChecksum } from "../../wire/checksum.ts";
import { isWireError } from "../../wire/error.ts";
import { decodeIcmp, ICMP_HEADER_LENGTH, ICMPV6_TYPE, quotesPacket } from "../../wire/icmp.ts";
import type { IcmpHeader } from "../../wire/icmp.ts";
import { IP_PROTOCOL } from "../../wire/protocols.ts";
import { addPlainData } from "./data.ts";
import { addEchoPartner } from "./echo-pairs.ts";
import type { EchoWords } from "./echo-pairs.ts";
import type { IpAbove } from "./ip-payload.ts";
import { dissectIpv6 } from "./ipv6.ts";
import { addListenerMessage, addListenerReport } from "./mld.ts";
import { bytesText, flagText, hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

const TYPES = new Map<number, string>([
  [1, "Destination Unreachable"],
  [2, "Packet Too Big"],
  [3, "Time Exceeded"],
  [4, "Parameter Problem"],
  [128, "Echo (ping) request"],
  [129, "Echo (ping) reply"],
  [130, "Multicast Listener Query"],
  [131, "Multicast Listener Report"],
  [132, "Multicast Listener Done"],
  [133, "Router Solicitation"],
  [134, "Router Advertisement"],
  [135, "Neighbor Solicitation"],
  [136, "Neighbor Advertisement"],
  [137, "Redirect"],
  [143, "Multicast Listener Report Message v2"],
]);

const CODES: Record<number, readonly string[]> = {
  1: [
    "no route to destination",
    "Administratively prohibited",
    "Beyond scope of source address",
    "Address unreachable",
    "Port unreachable",
    "Source address failed ingress/egress policy",
    "Reject route to destination",
    "Error in Source Routing Header",
  ],
  3: ["hop limit exceeded in transit", "fragment reassembly time exceeded"],
  4: [
    "erroneous header field encountered",
    "unrecognized Next Header type encountered",
    "unrecognized IPv6 option encountered",
  ],
};

/** Options of neighbour discovery are walked this many times at most. */
const OPTIONS_MAX = 64;

export function dissectIcmpv6(d: Dissection, ip: IpAbove, start: number, end: number): void {
  const title = "Internet Control Message Protocol v6";
  const held = d.captured(end);
  const node = d.layer("icmpv6", title, start, Math.max(0, held - start));
  d.columns("ICMPv6", "");
  const header = decodeIcmp("icmpv6", d.bytes, start, held, end);
  if (isWireError(header)) {
    d.damaged(header, title);
    return;
  }
  const out = node.children;
  const { type, code } = header;
  const name = TYPES.get(type) ?? "Unknown";
  const codeText = CODES[type]?.[code] ?? null;
  d.add(out, "icmpv6.type", `Type: ${name} (${type})`, start, 1, type);
  d.add(
    out,
    "icmpv6.code",
    `Code: ${codeText === null ? code : `${code} (${codeText})`}`,
    start + 1,
    1,
    code,
  );
  let verdict = "unverified";
  if (held === end && ip.version === 6 && ip.start >= 0) {
    const sum = transportChecksum(d.bytes, ip.start, IP_PROTOCOL.icmpv6, start, end);
    verdict = sum === 0 ? "correct" : "incorrect";
  }
  const sumText = `Checksum: ${hexText(header.checksum, 4)} [${verdict}]`;
  d.add(out, "icmpv6.checksum", sumText, start + 2, 2, header.checksum);
  d.columns("ICMPv6", codeText === null ? name : `${name} (${codeText})`);
  dissectBody(d, node, header, start, end);
}

const ICMPV6_WORDS: EchoWords = {
  fields: "icmpv6",
  request: "Response To",
  response: "Response In",
  time: "Response Time",
};

function dissectBody(d: Dissection, node: DetailNode, header: IcmpHeader, start: number, end: number): void {
  const out = node.children;
  const body = start + ICMP_HEADER_LENGTH;
  const { type, rest } = header;
  if (type === ICMPV6_TYPE.echoRequest || type === ICMPV6_TYPE.echoReply) {
    const [ident, seq] = [rest >>> 16, rest & 0xffff];
    d.add(out, "icmpv6.echo.identifier", `Identifier: ${hexText(ident, 4)}`, start + 4, 2, ident);
    d.add(out, "icmpv6.echo.sequence_number", `Sequence: ${seq}`, start + 6, 2, seq);
    const name = TYPES.get(type) ?? "";
    const partner = addEchoPartner(d, out, {
      isReply: type === ICMPV6_TYPE.echoReply,
      at: start,
      ...ICMPV6_WORDS,
    });
    d.columns("ICMPv6", `${name} id=${hexText(ident, 4)}, seq=${seq}${hopLimitText(d)}${partner}`);
    addPlainData(d, body, end);
    return;
  }
  if (quotesPacket("icmpv6", type)) {
    if (type === ICMPV6_TYPE.packetTooBig) d.add(out, "icmpv6.mtu", `MTU: ${rest}`, start + 4, 4, rest);
    else if (type === ICMPV6_TYPE.parameterProblem) {
      d.add(out, "icmpv6.pointer", `Pointer: ${rest}`, start + 4, 4, rest);
    } else addReserved(d, out, start + 4);
    if (body < d.captured(end)) d.quote(node, () => dissectIpv6(d, body, end));
    return;
  }
  if (type === 133) {
    addReserved(d, out, start + 4);
    d.columns("ICMPv6", "Router Solicitation");
    addOptions(d, out, body, end, "Router Solicitation");
  } else if (type >= 130 && type <= 132) {
    addListenerMessage(d, out, start, end);
  } else if (type === 143) {
    addListenerReport(d, out, start, end);
  } else if (type === 135 || type === 136) {
    dissectNeighbour(d, out, header, start, end);
  } else {
    const length = d.captured(end) - body;
    if (length > 0) {
      const data = d.bytes.subarray(body, body + length);
      d.add(out, "icmpv6.data", `Data: ${bytesText(d.bytes, body, length)}`, body, length, data);
    }
  }
}

function addReserved(d: Dissection, out: DetailNode[], at: number): void {
  d.add(
    out,
    "icmpv6.reserved",
    `Reserved: ${bytesText(d.bytes, at, 4)}`,
    at,
    4,
    d.bytes.subarray(at, at + 4),
  );
}

function dissectNeighbour(
  d: Dissection,
  out: DetailNode[],
  header: IcmpHeader,
  start: number,
  end: number,
): void {
  const isAdvertisement = header.type === 136;
  const { rest } = header;
  let flags = "";
  if (isAdvertisement) {
    const node = d.add(out, "icmpv6.nd.na.flag", `Flags: ${hexText(rest, 8)}`, start + 4, 4, rest);
    const flag = (field: string, mask: number, name: string): boolean => {
      const isSet = Math.floor(rest / mask) % 2 === 1;
      d.add(node.children, field, flagText(rest, mask, 32, name), start + 4, 4, isSet);
      return isSet;
    };
    const names = [
      flag("icmpv6.nd.na.flag.r", 0x80000000, "Router") ? "rtr" : "",
      flag("icmpv6.nd.na.flag.s", 0x40000000, "Solicited") ? "sol" : "",
      flag("icmpv6.nd.na.flag.o", 0x20000000, "Override") ? "ovr" : "",
    ];
    const set = names.filter((name) => name !== "").join(", ");
    flags = set === "" ? "" : ` (${set})`;
  } else addReserved(d, out, start + 4);
  if (!d.has(start + 8, 16, end, "Internet Control Message Protocol v6")) return;
  const target = readIpv6(d.bytes, start + 8);
  const field = isAdvertisement ? "icmpv6.nd.na.target_address" : "icmpv6.nd.ns.target_address";
  d.add(out, field, `Target Address: ${target}`, start + 8, 16, target);
  const info = isAdvertisement
    ? `Neighbor Advertisement ${target}${flags}`
    : `Neighbor Solicitation for ${target}`;
  d.columns("ICMPv6", info);
  addOptions(d, out, start + 24, end, info);
}

const OPTIONS = new Map<number, string>([
  [1, "Source link-layer address"],
  [2, "Target link-layer address"],
  [3, "Prefix information"],
  [4, "Redirected header"],
  [5, "MTU"],
]);

function addOptions(d: Dissection, out: DetailNode[], from: number, end: number, info: string): void {
  let at = from;
  for (let i = 0; i < OPTIONS_MAX && at < end; i++) {
    if (!d.has(at, 2, end, "ICMPv6 Option")) return;
    const [type, units] = [d.bytes[at], d.bytes[at + 1]];
    const length = units * 8;
    if (length === 0) {
      d.stop("malformed", "ICMPv6 Option: length is zero", at);
      return;
    }
    if (!d.has(at, length, end, "ICMPv6 Option")) return;
    const name = OPTIONS.get(type) ?? "Unknown";
    const isLink = (type === 1 || type === 2) && length === 8;
    const mac = isLink ? readMac(d.bytes, at + 2) : "";
    const node = d.add(out, "icmpv6.opt", `ICMPv6 Option (${name}${isLink ? ` : ${mac}` : ""})`, at, length);
    d.add(node.children, "icmpv6.opt.type", `Type: ${name} (${type})`, at, 1, type);
    d.add(node.children, "icmpv6.opt.length", `Length: ${units} (${length} bytes)`, at + 1, 1, units);
    if (isLink) {
      d.add(node.children, "icmpv6.opt.linkaddr", `Link-layer address: ${mac}`, at + 2, 6, mac);
      d.columns("ICMPv6", type === 1 ? `${info} from ${mac}` : `${info} is at ${mac}`);
    } else if (type === 5 && length === 8) {
      const mtu = getUint32(d.bytes, at + 4);
      d.add(node.children, "icmpv6.opt.reserved", `Reserved: ${getUint16(d.bytes, at + 2)}`, at + 2, 2);
      d.add(node.children, "icmpv6.opt.mtu", `MTU: ${mtu}`, at + 4, 4, mtu);
    }
    at += length;
  }
}

function hopLimitText(d: Dissection): string {
  return d.hopLimit < 0 ? "" : `, hop limit=${d.hopLimit}`;
}
