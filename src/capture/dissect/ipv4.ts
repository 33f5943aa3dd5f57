// IPv4 (RFC 791): the header's lines, fragments, and what to hand the payload to.

import { finishChecksum, addWords } from "../../wire/checksum.ts";
import { getUint16 } from "../../wire/bytes.ts";
import { isWireError } from "../../wire/error.ts";
import { decodeIpv4, IPV4_FLAGS, IPV4_HEADER_LENGTH_MIN } from "../../wire/ipv4.ts";
import type { Ipv4Header } from "../../wire/ipv4.ts";
import { finalDestinationOffset } from "../../wire/ipv4-options.ts";
import { readIpv4 } from "../../wire/address.ts";
import { bitsText, flagText } from "./bit-pictures.ts";
import { addExpert } from "./expert.ts";
import { addChecksum } from "./checksums.ts";
import { IP_PROTOCOL } from "../../wire/protocols.ts";
import { dscpLong, dscpShort, ecnLong, ecnShort, protocolName } from "./ip-names.ts";
import { addPlainData } from "./data.ts";
import { addFragments } from "./ip-fragments.ts";
import { addIpv4Options } from "./ipv4-options.ts";
import { dissectIpPayload } from "./ip-payload.ts";
import { dissectIpv6 } from "./ipv6.ts";
import { SharedNodes } from "./shared-nodes.ts";
import { hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

/** Dissects a packet of either version at `start`, as of a link or a tunnel that says only that it carries IP. */
export function dissectIp(d: Dissection, start: number, end: number): void {
  if (start < d.captured(end) && d.bytes[start] >> 4 !== 4) dissectOtherVersion(d, start, end, "IP", "");
  else dissectIpv4(d, start, end);
}

/** Dissects the packet at `start` in a layer that ends at `end`. */
export function dissectIpv4(d: Dissection, start: number, end: number): void {
  if (start < d.captured(end) && d.bytes[start] >> 4 !== 4) {
    dissectOtherVersion(d, start, end, "IPv4", ", must be 4");
    return;
  }
  const bogus = bogusLength(d, start, end);
  if (bogus !== null) {
    d.columns("IPv4", bogus);
    const node = d.layer("ip", "Internet Protocol Version 4", start, d.captured(end) - start);
    d.add(node.children, "ip.version", `${bitsText(0x40, 0xf0, 8)} = Version: 4`, start, 1, 4);
    d.add(node.children, null, `[${bogus}]`, start, 4);
    return;
  }
  const header = decodeIpv4(d.bytes, start, d.captured(end), end);
  if (isWireError(header)) {
    d.layer("ip", "Internet Protocol Version 4", start, d.captured(end) - start);
    d.columns("IPv4", "");
    d.damaged(header, "Internet Protocol Version 4");
    return;
  }
  const { source } = header;
  const final = finalDestinationOffset(header.options);
  const routed = final === null ? null : readIpv4(d.bytes, start + final);
  const destination = routed ?? header.destination;
  const title = (): string => {
    const via = routed === null ? "" : `, Via: ${header.destination}`;
    return `Internet Protocol Version 4, Src: ${source}, Dst: ${destination}${via}`;
  };
  const isOutermost = d.isOutermost();
  const node = d.layer("ip", title, start, header.headerLength);
  if (d.wants("ip")) addHeader(d, node, start, header, routed, end - start);
  if (isOutermost && header.totalLength > 0) d.networkEnd = start + header.totalLength;
  if (d.quoted === 0) {
    d.addressFrom = source;
    d.addressTo = destination;
    d.hopLimit = header.ttl;
  }
  if (header.headerLength > IPV4_HEADER_LENGTH_MIN && !addIpv4Options(d, node.children, start, header)) {
    d.columns("IPv4", "");
    return;
  }
  // Captures of segmentation offload have a total length of 0: the packet then fills its frame.
  const total = header.totalLength === 0 ? end - start : header.totalLength;
  const payload = { start: start + header.headerLength, end: Math.min(end, start + total) };
  if (d.quoted > 0) payload.end = Math.max(payload.end, start + total);
  const isMore = (header.flags & IPV4_FLAGS.moreFragments) !== 0;
  // A first fragment of which bytes are missing can be part of no datagram: what there is of it is read where it is.
  const isCut = header.fragmentOffset === 0 && start + total > d.bytes.length;
  if ((isMore || header.fragmentOffset > 0) && d.quoted === 0 && !isCut) {
    dissectFragment(d, node, header, payload);
    return;
  }
  if (header.fragmentOffset > 0) {
    addPlainData(d, payload.start, payload.end);
    return;
  }
  d.columns("IPv4", `${protocolName(header.protocol)} (${header.protocol})`);
  if (header.totalLength === header.headerLength) {
    d.columns("IPv4", "");
    return;
  }
  if (isMore && d.quoted === 0) d.isPartOfDatagram = true;
  const above = { version: 4, start, protocol: header.protocol, isFragment: isMore } as const;
  dissectIpPayload(d, above, payload.start, payload.end);
}

/** IPv6 is read as such wherever IPv4 was announced; of other versions nothing is known. */
function dissectOtherVersion(
  d: Dissection,
  start: number,
  end: number,
  protocol: string,
  expected: string,
): void {
  const version = d.bytes[start] >> 4;
  d.columns(protocol, `Bogus ${protocol} version (${version}${expected})`);
  const node = d.layer("ip", `Internet Protocol, bogus version (${version})`, start, d.captured(end) - start);
  const text = `${bitsText(version << 4, 0xf0, 8)} = Version: ${version}`;
  if (version !== 6 || protocol === "IPv4") d.add(node.children, "ip.version", text, start, 1, version);
  if (version === 6) dissectIpv6(d, start, end);
}

/** What is wrong with the lengths in a header, as Info has it; null where nothing is, or they are not there. */
function bogusLength(d: Dissection, start: number, end: number): string | null {
  const held = d.captured(end);
  if (start + 4 > held) return null;
  const headerLength = (d.bytes[start] & 15) * 4;
  if (headerLength < IPV4_HEADER_LENGTH_MIN) {
    return `Bogus IP header length (${headerLength}, must be at least ${IPV4_HEADER_LENGTH_MIN})`;
  }
  const total = getUint16(d.bytes, start + 2);
  if (total === 0 || total >= headerLength) return null;
  return `Bogus IP length (${total}, less than header length ${headerLength})`;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

function dissectFragment(d: Dissection, node: DetailNode, header: Ipv4Header, payload: Range): void {
  const whole = d.around.reassembled(d.around.row);
  if (whole === null) {
    const { protocol, fragmentOffset, id } = header;
    const digits = id.toString(16).padStart(4, "0");
    const name = protocolName(protocol);
    d.columns(
      "IPv4",
      `Fragmented IP protocol (proto=${name} ${protocol}, off=${fragmentOffset}, ID=${digits})`,
    );
    addPlainData(d, payload.start, payload.end);
    return;
  }
  addFragments(d, node, 4, whole, payload.start);
  d.within("Reassembled IPv4", whole.bytes, () => {
    dissectIpPayload(d, { version: 4, start: -1, protocol: whole.protocol }, 0, whole.bytes.length);
  });
}

const CHECKSUM = {
  field: "ip.checksum",
  title: "Header Checksum",
  statusTitle: "Header checksum status",
  unverified: "validation disabled",
} as const;

/** `routed` is the address at the end of a source route: in the destination's place the header has the next one on the way. */
function addHeader(
  d: Dissection,
  node: DetailNode,
  start: number,
  header: Ipv4Header,
  routed: string | null,
  room: number,
): void {
  const out = node.children;
  const { bytes } = d;
  const first = start * 0x10000 + getUint16(bytes, start);
  d.addShared(out, FIRST_LINES, first, (into) => addFirst(d, into, start, header));
  const total = header.totalLength;
  const line = d.addNamed(out, "ip.len", "Total Length", start + 2, 2, total);
  if (total > room && d.quoted === 0) {
    const summary = `IPv4 total length exceeds packet length (${room} bytes)`;
    const item = { severity: "Error", group: "Protocol", protocol: "IPv4", summary } as const;
    addExpert(d, line.children, "ip.bogus_ip_length", item, start + 2, 2);
  }
  d.add(
    out,
    "ip.id",
    () => `Identification: ${hexText(header.id, 4)} (${header.id})`,
    start + 4,
    2,
    header.id,
  );
  const word = start * 0x10000 + getUint16(bytes, start + 6);
  d.addShared(out, FRAGMENT_LINES, word, (into) => addFragmentation(d, into, start, header));
  const ttl = d.addNamed(out, "ip.ttl", "Time to Live", start + 8, 1, header.ttl);
  addTtlExpert(d, ttl, header, routed ?? header.destination);
  const { protocol } = header;
  d.add(out, "ip.proto", () => `Protocol: ${protocolName(protocol)} (${protocol})`, start + 9, 1, protocol);
  const isRight = (): boolean => finishChecksum(addWords(bytes, start, start + header.headerLength, 0)) === 0;
  addChecksum(d, out, CHECKSUM, header.checksum, start + 10, isRight);
  d.addNamed(out, "ip.src", "Source Address", start + 12, 4, header.source);
  const [field, name] = routed === null ? ["ip.dst", "Destination Address"] : ["ip.cur_rt", "Current Route"];
  d.add(out, field, () => `${name}: ${header.destination}`, start + 16, 4, header.destination);
}

const FIRST_LINES = new SharedNodes();
const FRAGMENT_LINES = new SharedNodes();

/** The header's first two bytes. */
function addFirst(d: Dissection, out: DetailNode[], start: number, header: Ipv4Header): void {
  const words = header.headerLength / 4;
  d.add(out, "ip.version", () => `${bitsText(0x40, 0xf0, 8)} = Version: 4`, start, 1, 4);
  const lengthText = (): string =>
    `${bitsText(words, 0x0f, 8)} = Header Length: ${header.headerLength} bytes (${words})`;
  d.add(out, "ip.hdr_len", lengthText, start, 1, header.headerLength);
  const ds = header.dsfield;
  const [dscp, ecn] = [ds >> 2, ds & 3];
  const dsText = (): string =>
    `Differentiated Services Field: ${hexText(ds, 2)} (DSCP: ${dscpShort(dscp)}, ECN: ${ecnShort(ecn)})`;
  const dsNode = d.add(out, "ip.dsfield", dsText, start + 1, 1, ds);
  const dscpText = (): string =>
    `${bitsText(ds, 0xfc, 8)} = Differentiated Services Codepoint: ${dscpLong(dscp)} (${dscp})`;
  d.add(dsNode.children, "ip.dsfield.dscp", dscpText, start + 1, 1, dscp);
  const ecnText = (): string =>
    `${bitsText(ds, 0x03, 8)} = Explicit Congestion Notification: ${ecnLong(ecn)} (${ecn})`;
  d.add(dsNode.children, "ip.dsfield.ecn", ecnText, start + 1, 1, ecn);
}

/** Flags and fragment offset. */
function addFragmentation(d: Dissection, out: DetailNode[], start: number, header: Ipv4Header): void {
  const { flags } = header;
  const raised = flags << 5;
  const flagsText = (): string =>
    `${bitsText(raised, 0xe0, 8)} = Flags: ${hexText(flags, 1)}${flagNames(flags)}`;
  const flagsNode = d.add(out, "ip.flags", flagsText, start + 6, 1, flags);
  const flag = (field: string, mask: number, name: string): void => {
    const isSet = (raised & mask) !== 0;
    d.add(flagsNode.children, field, () => flagText(raised, mask, 8, name), start + 6, 1, isSet);
  };
  flag("ip.flags.rb", 0x80, "Reserved bit");
  flag("ip.flags.df", 0x40, "Don't fragment");
  flag("ip.flags.mf", 0x20, "More fragments");
  const offset = header.fragmentOffset;
  const offsetText = (): string => `${bitsText(offset / 8, 0x1fff, 16)} = Fragment Offset: ${offset}`;
  // The label has bytes, the value the eight-byte units of the wire, as in Wireshark 4.0.
  d.add(out, "ip.frag_offset", offsetText, start + 6, 2, offset / 8);
}

/** 224.0.0.0/24, the Local Network Control Block (RFC 5771): what Wireshark wants the TTL to be, other than 1; 0 for anything. */
const CONTROL_BLOCK = "224.0.0.";
const CONTROL_TTLS: ReadonlyMap<string, number> = new Map([
  // VRRP, GLBP, mDNS and LLMNR.
  ["224.0.0.18", 255],
  ["224.0.0.102", 255],
  ["224.0.0.251", 255],
  ["224.0.0.252", 0],
]);
/** Fewer hops than this are worth a word. */
const TTL_MIN = 5;

/** What is odd about how far a packet may go. */
function addTtlExpert(
  d: Dissection,
  line: DetailNode,
  { ttl, protocol }: Ipv4Header,
  destination: string,
): void {
  const say = (field: string, summary: string): void => {
    const item = { severity: "Note", group: "Sequence", protocol: "IPv4", summary } as const;
    addExpert(d, line.children, field, item, line.start, 1);
  };
  if (destination.startsWith(CONTROL_BLOCK)) {
    const wanted = protocol === IP_PROTOCOL.igmp ? 1 : (CONTROL_TTLS.get(destination) ?? 1);
    if (wanted === 0 || ttl === wanted) return;
    const block = "a packet sent to the Local Network Control Block (see RFC 3171)";
    say("ip.ttl.lncb", `"Time To Live" != ${wanted} for ${block}`);
  } else if (ttl < TTL_MIN && !isMulticast(destination) && !TTL_FREE.has(protocol)) {
    say("ip.ttl.too_small", `"Time To Live" only ${ttl}`);
  }
}

const TTL_FREE: ReadonlySet<number> = new Set([IP_PROTOCOL.pim, IP_PROTOCOL.ospf]);

function isMulticast(address: string): boolean {
  const first = Number.parseInt(address, 10);
  return first >= 224 && first < 240;
}

function flagNames(flags: number): string {
  return [
    flags & IPV4_FLAGS.reserved ? ", Reserved bit" : "",
    flags & IPV4_FLAGS.dontFragment ? ", Don't fragment" : "",
    flags & IPV4_FLAGS.moreFragments ? ", More fragments" : "",
  ].join("");
}
