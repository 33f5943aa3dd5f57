// IPv6 (RFC 8200): the fixed header and the chain of extension headers.

import { getUint32 } from "../../wire/bytes.ts";
import { isWireError } from "../../wire/error.ts";
import { decodeIpv6, IPV6_HEADER_LENGTH, ipv6PayloadLength } from "../../wire/ipv6.ts";
import type { Ipv6Header } from "../../wire/ipv6.ts";
import { decodeIpv6Extension, ipv6ExtensionLength, isIpv6Extension } from "../../wire/ipv6-extensions.ts";
import { IP_PROTOCOL } from "../../wire/protocols.ts";
import { bitsText } from "./bit-pictures.ts";
import { addExpert } from "./expert.ts";
import type { ExpertItem } from "./expert.ts";
import { addPlainData } from "./data.ts";
import { dscpLong, dscpShort, ecnLong, ecnShort, protocolName } from "./ip-names.ts";
import { addFragments } from "./ip-fragments.ts";
import { dissectIpPayload } from "./ip-payload.ts";
import { addAddressOrigins } from "./ipv6-addresses.ts";
import { addExtension, finalDestinationAt } from "./ipv6-extensions.ts";
import { SharedNodes } from "./shared-nodes.ts";
import { hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

/** Extension headers in one packet; real ones have three or four. */
const EXTENSIONS_MAX = 64;

const TITLE = "Internet Protocol Version 6";

/** Whether the bytes at `start` say that they are IPv6, or there are none to say. */
export function isIpv6(d: Dissection, start: number, end: number): boolean {
  return start >= d.captured(end) || d.bytes[start] >> 4 === 6;
}

/** Dissects the packet at `start` in a layer that ends at `end`. */
export function dissectIpv6(d: Dissection, start: number, end: number): void {
  if (!isIpv6(d, start, end)) {
    d.columns("IPv6", `Bogus IPv6 version (${d.bytes[start] >> 4}, must be 6)`);
    d.remarkMalformed(d.root, start);
    return;
  }
  const header = decodeIpv6(d.bytes, start, d.captured(end), end);
  if (isWireError(header)) {
    d.layer("ipv6", TITLE, start, d.captured(end) - start);
    const isShort = end - start < IPV6_HEADER_LENGTH;
    const info = `Invalid IPv6 header (${end - start} bytes, need exactly ${IPV6_HEADER_LENGTH})`;
    d.columns("IPv6", isShort ? info : "");
    d.damaged(header, TITLE);
    return;
  }
  const { source, destination } = header;
  const title = (): string => `${TITLE}, Src: ${source}, Dst: ${destination}`;
  const isOutermost = d.isOutermost();
  const node = d.layer("ipv6", title, start, IPV6_HEADER_LENGTH);
  const payloadLength = ipv6PayloadLength(d.bytes, start, d.captured(end));
  const room = end - start - IPV6_HEADER_LENGTH;
  if (d.wants("ipv6")) addHeader(d, node.children, start, header, payloadLength, room);
  if (isOutermost) d.networkEnd = start + IPV6_HEADER_LENGTH + payloadLength;
  if (d.quoted === 0) {
    d.addressFrom = source;
    d.addressTo = destination;
    d.hopLimit = header.hopLimit;
  }
  const wanted = start + IPV6_HEADER_LENGTH + payloadLength;
  const stop = d.quoted > 0 ? wanted : Math.min(end, wanted);
  dissectChain(d, node, { start, end: stop, header });
}

interface Chain {
  /** Of the fixed header. */
  readonly start: number;
  readonly end: number;
  readonly header: Ipv6Header;
}

function dissectChain(d: Dissection, node: DetailNode, { start, end, header }: Chain): void {
  let next = header.nextHeader;
  let at = start + IPV6_HEADER_LENGTH;
  let isFragment = false;
  let destinationAt = start + 24;
  // Hop-by-hop options are where the length of a packet is that has none in its header.
  const isMissing = end === at && next === IP_PROTOCOL.hopByHop;
  const names: string[] = isMissing ? ["Invalid IPv6 payload length"] : [];
  for (let i = 0; isIpv6Extension(next); i++) {
    if (i === EXTENSIONS_MAX) {
      d.stop("malformed", "IPv6: too many extension headers", at);
      return;
    }
    names.push(extensionName(next));
    d.columns("IPv6", names.join(" , "));
    const extension = decodeIpv6Extension(next, d.bytes, at, d.captured(end), end);
    if (isWireError(extension)) {
      d.layers.push(EXTENSION_LAYERS.get(next) ?? "ipv6");
      d.damaged(extension, protocolName(next));
      return;
    }
    const length = ipv6ExtensionLength(extension);
    if (!addExtension(d, node, extension, at, length, end, header)) return;
    const final = finalDestinationAt(extension, at);
    if (final !== -1) destinationAt = final;
    at += length;
    next = extension.nextHeader;
    if (extension.kind !== "fragment" || d.quoted > 0) continue;
    if (!extension.moreFragments && extension.fragmentOffset === 0) continue;
    const whole = d.around.reassembled(d.around.row);
    isFragment = extension.moreFragments && extension.fragmentOffset === 0 && end > d.bytes.length;
    if (isFragment) continue;
    if (whole === null) {
      const more = extension.moreFragments ? "y" : "n";
      const ident = hexText(extension.id, 8);
      const info = `IPv6 fragment (off=${extension.fragmentOffset} more=${more} ident=${ident} nxt=${next})`;
      d.columns("IPv6", info);
      addPlainData(d, at, end);
      return;
    }
    addFragments(d, node, 6, whole, at);
    const { protocol } = whole;
    d.within("Reassembled IPv6", whole.bytes, () => {
      dissectIpPayload(d, { version: 6, start: -1, protocol }, 0, whole.bytes.length);
    });
    return;
  }
  if (next === IP_PROTOCOL.noNextHeader) {
    d.columns("IPv6", "IPv6 no next header");
    addPlainData(d, at, end);
    return;
  }
  d.columns("IPv6", `Unknown IP Protocol: ${protocolName(next)} (${next})`);
  dissectIpPayload(d, { version: 6, start, protocol: next, destinationAt, isFragment }, at, end);
}

/** Extension headers as in `frame.protocols`. */
const EXTENSION_LAYERS: ReadonlyMap<number, string> = new Map([
  [IP_PROTOCOL.hopByHop, "ipv6.hopopts"],
  [IP_PROTOCOL.routing, "ipv6.routing"],
  [IP_PROTOCOL.destinationOptions, "ipv6.dstopts"],
  [IP_PROTOCOL.fragment, "ipv6.fraghdr"],
  [IP_PROTOCOL.authentication, "ah"],
]);

/** What is odd about a payload of `length` bytes where there is room for `room`. */
function addLengthNote(
  d: Dissection,
  out: DetailNode[],
  at: number,
  nextHeader: number,
  length: number,
  room: number,
): void {
  const say = (field: string, item: Omit<ExpertItem, "protocol">): void =>
    addExpert(d, out, field, { ...item, protocol: "IPv6" }, at, 2);
  if (length > room) {
    const summary = `IPv6 payload length exceeds framing length (${room} bytes)`;
    say("ipv6.plen_exceeds_framing", { severity: "Warning", group: "Protocol", summary });
  } else if (length === 0 && nextHeader === IP_PROTOCOL.hopByHop) {
    const summary = "IPv6 payload length equals 0 and Hop-By-Hop present and Jumbo Payload option missing";
    say("ipv6.opt.jumbo.missing", { severity: "Error", group: "Malformed", summary });
  } else if (length === 0 && nextHeader !== IP_PROTOCOL.noNextHeader) {
    const summary = 'IPv6 payload length equals 0 (maybe because of "TCP segmentation offload" (TSO))';
    say("ipv6.plen_zero", { severity: "Chat", group: "Protocol", summary });
  }
}

function extensionName(nextHeader: number): string {
  switch (nextHeader) {
    case IP_PROTOCOL.hopByHop:
      return "IPv6 hop-by-hop options";
    case IP_PROTOCOL.routing:
      return "IPv6 routing";
    case IP_PROTOCOL.destinationOptions:
      return "IPv6 destination options";
    case IP_PROTOCOL.fragment:
      return "IPv6 fragment";
    default:
      return "";
  }
}

/** `length` is how many bytes there are to be behind the header, and `room` how many there are. */
function addHeader(
  d: Dissection,
  out: DetailNode[],
  start: number,
  header: Ipv6Header,
  length: number,
  room: number,
): void {
  const first = start * 2 ** 32 + getUint32(d.bytes, start);
  d.addShared(out, FIRST_LINES, first, (into) => addFirst(d, into, start, header));
  const { payloadLength } = header;
  const isJumbo = length !== payloadLength;
  const plenText = (): string => `Payload Length: ${payloadLength}${isJumbo ? " (Jumbogram)" : ""}`;
  const plen = d.add(out, "ipv6.plen", plenText, start + 4, 2, payloadLength);
  if (d.quoted === 0) addLengthNote(d, plen.children, start + 4, header.nextHeader, length, room);
  const next = header.nextHeader;
  d.add(out, "ipv6.nxt", () => `Next Header: ${protocolName(next)} (${next})`, start + 6, 1, next);
  d.addNamed(out, "ipv6.hlim", "Hop Limit", start + 7, 1, header.hopLimit);
  d.addNamed(out, "ipv6.src", "Source Address", start + 8, 16, header.source);
  d.addNamed(out, "ipv6.dst", "Destination Address", start + 24, 16, header.destination);
  addAddressOrigins(d, out, start);
}

const FIRST_LINES = new SharedNodes();

/** The header's first four bytes. */
function addFirst(d: Dissection, out: DetailNode[], start: number, header: Ipv6Header): void {
  d.add(out, "ipv6.version", () => `${bitsText(0x60, 0xf0, 8)} = Version: 6`, start, 1, 6);
  const tc = header.trafficClass;
  const [dscp, ecn] = [tc >> 2, tc & 3];
  const word = tc * 0x100000;
  const tcText = (): string =>
    `${bitsText(word, 0x0ff00000, 32)} = Traffic Class: ${hexText(tc, 2)} (DSCP: ${dscpShort(dscp)}, ECN: ${ecnShort(ecn)})`;
  const node = d.add(out, "ipv6.tclass", tcText, start, 4, tc);
  const dscpText = (): string =>
    `${bitsText(word, 0x0fc00000, 32)} = Differentiated Services Codepoint: ${dscpLong(dscp)} (${dscp})`;
  d.add(node.children, "ipv6.tclass.dscp", dscpText, start, 4, dscp);
  const ecnText = (): string =>
    `${bitsText(word, 0x00300000, 32)} = Explicit Congestion Notification: ${ecnLong(ecn)} (${ecn})`;
  d.add(node.children, "ipv6.tclass.ecn", ecnText, start, 4, ecn);
  const flow = header.flowLabel;
  d.add(
    out,
    "ipv6.flow",
    () => `${bitsText(flow, 0x0fffff, 24)} = Flow Label: ${hexText(flow, 5)}`,
    start + 1,
    3,
    flow,
  );
}
