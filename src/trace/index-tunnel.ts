// The index pass through links and tunnels that are not Ethernet with IP in it: PPP, Cisco's HDLC, Frame Relay, NFLOG, MPLS, PPPoE, GRE,
// VXLAN and Geneve. Rare enough to be no part of the fast path; nothing is allocated here either.

import { getUint16, getUint16Le } from "../wire/bytes.ts";
import {
  genevePayload,
  grePayload,
  mplsPayload,
  NFLOG,
  nflogPayloadAttribute,
  PPPOE_HEADER_LENGTH,
  pppProtocolAt,
  pppProtocolLength,
  redirectedPacket,
  TUNNEL_PORT,
  VXLAN_HEADER_LENGTH,
} from "../wire/encapsulation.ts";
import { ETHER_TYPE_MIN, ETHERNET_HEADER_LENGTH } from "../wire/ethernet.ts";
import { LINKTYPE } from "../wire/link-types.ts";
import { ETHER_TYPE, NLPID, PPP_PROTOCOL } from "../wire/protocols.ts";
import { UDP_HEADER_LENGTH } from "../wire/udp.ts";
import { indexEtherType, indexIpv4, indexIpv6 } from "./index-packet.ts";
import { NO_OFFSET, NO_STREAM, PROTOCOL } from "./packets.ts";
import type { PacketTable } from "./packets.ts";
import type { StreamTable } from "./streams.ts";

/** Fills the columns of `row`, a packet of one of the rarer link types; arguments are as `indexPacket` has them. */
export function indexRareLink(
  table: PacketTable,
  row: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  wireEnd: number,
  linkType: number,
  streams: StreamTable,
): void {
  switch (linkType) {
    case LINKTYPE.ppp:
    case LINKTYPE.pppHdlc:
      indexPpp(table, row, bytes, start, start, end, wireEnd, streams, 0);
      return;
    case LINKTYPE.pppWithDirection:
      indexPpp(table, row, bytes, start, start + 1, end, wireEnd, streams, 0);
      return;
    case LINKTYPE.pppEther:
      indexPppoe(table, row, bytes, start, start, end, wireEnd, streams, 0);
      return;
    case LINKTYPE.ciscoHdlc:
    case LINKTYPE.ciscoHdlcToo:
      indexCiscoHdlc(table, row, bytes, start, start, end, wireEnd, streams, 0);
      return;
    case LINKTYPE.frameRelay:
      indexFrameRelay(table, row, bytes, start, end, wireEnd, streams);
      return;
    case LINKTYPE.llc:
    case LINKTYPE.llcToo:
      // Any length below the least EtherType announces LLC.
      indexEtherType(table, row, bytes, start, start, end, wireEnd, ETHER_TYPE_MIN - 1, streams, 0);
      return;
    case LINKTYPE.nflog:
      indexNflog(table, row, bytes, start, end, wireEnd, streams);
      return;
    default:
  }
}

/** Addresses of two bytes, a frame without numbers, and what RFC 2427 names by a byte. */
function indexFrameRelay(
  table: PacketTable,
  row: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  wireEnd: number,
  streams: StreamTable,
): void {
  if (start + 4 > end || (bytes[start] & 1) !== 0 || (bytes[start + 1] & 1) === 0 || bytes[start + 2] !== 3)
    return;
  const at = start + 4;
  if (bytes[start + 3] === NLPID.ipv4) indexIpv4(table, row, bytes, start, at, end, wireEnd, streams, 0);
  else if (bytes[start + 3] === NLPID.ipv6) indexIpv6(table, row, bytes, start, at, end, wireEnd, streams, 0);
}

function indexNflog(
  table: PacketTable,
  row: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  wireEnd: number,
  streams: StreamTable,
): void {
  const attribute = nflogPayloadAttribute(bytes, start, end);
  if (attribute === -1) return;
  const at = attribute + NFLOG.attributeHead;
  const stop = Math.min(wireEnd, attribute + getUint16Le(bytes, attribute));
  const family = bytes[start];
  if (family === 2) indexIpv4(table, row, bytes, start, at, Math.min(end, stop), stop, streams, 0);
  else if (family === 10) indexIpv6(table, row, bytes, start, at, Math.min(end, stop), stop, streams, 0);
}

function indexCiscoHdlc(
  table: PacketTable,
  row: number,
  bytes: Uint8Array,
  start: number,
  at: number,
  end: number,
  wireEnd: number,
  streams: StreamTable,
  depth: number,
): void {
  if (at + 4 > end) return;
  const type = getUint16(bytes, at + 2);
  if (type >= ETHER_TYPE_MIN)
    indexEtherType(table, row, bytes, start, at + 4, end, wireEnd, type, streams, depth);
}

/** A PPP frame at `at`. */
export function indexPpp(
  table: PacketTable,
  row: number,
  bytes: Uint8Array,
  start: number,
  at: number,
  end: number,
  wireEnd: number,
  streams: StreamTable,
  depth: number,
): void {
  if (at < end && (bytes[at] === 0x0f || bytes[at] === 0x8f)) {
    indexCiscoHdlc(table, row, bytes, start, at, end, wireEnd, streams, depth);
    return;
  }
  const field = pppProtocolAt(bytes, at, end);
  if (field === -1) return;
  const length = pppProtocolLength(bytes, field);
  const next = field + length;
  switch (length === 1 ? bytes[field] : getUint16(bytes, field)) {
    case PPP_PROTOCOL.ipv4:
      indexIpv4(table, row, bytes, start, next, end, wireEnd, streams, depth);
      return;
    case PPP_PROTOCOL.ipv6:
      indexIpv6(table, row, bytes, start, next, end, wireEnd, streams, depth);
      return;
    case PPP_PROTOCOL.mpls:
    case PPP_PROTOCOL.mplsMulticast:
      indexMpls(table, row, bytes, start, next, end, wireEnd, streams, depth);
      return;
    default:
  }
}

/** A PPPoE session's packet at `at`: as long as it says, whatever follows it in the frame. */
export function indexPppoe(
  table: PacketTable,
  row: number,
  bytes: Uint8Array,
  start: number,
  at: number,
  end: number,
  wireEnd: number,
  streams: StreamTable,
  depth: number,
): void {
  const payload = at + PPPOE_HEADER_LENGTH;
  if (payload > end) return;
  const wire = Math.min(wireEnd, payload + getUint16(bytes, at + 4));
  indexPpp(table, row, bytes, start, payload, Math.min(end, wire), wire, streams, depth);
}

/** What labels carry is known by its first bits alone. */
export function indexMpls(
  table: PacketTable,
  row: number,
  bytes: Uint8Array,
  start: number,
  at: number,
  end: number,
  wireEnd: number,
  streams: StreamTable,
  depth: number,
): void {
  let next = mplsPayload(bytes, at, end);
  if (next === -1 || next >= end) return;
  let version = bytes[next] >>> 4;
  if (version === 1 && next + 4 <= end) {
    // An associated channel (RFC 4385) names what it carries as PPP does.
    const channel = getUint16(bytes, next + 2);
    version = channel === PPP_PROTOCOL.ipv4 ? 4 : channel === PPP_PROTOCOL.ipv6 ? 6 : 0;
    next += 4;
  }
  if (version === 4) indexIpv4(table, row, bytes, start, next, end, wireEnd, streams, depth);
  else if (version === 6) indexIpv6(table, row, bytes, start, next, end, wireEnd, streams, depth);
}

export function indexGre(
  table: PacketTable,
  row: number,
  bytes: Uint8Array,
  start: number,
  at: number,
  end: number,
  wireEnd: number,
  streams: StreamTable,
  depth: number,
): void {
  const next = grePayload(bytes, at, end);
  if (next === -1) return;
  const type = getUint16(bytes, at + 2);
  indexCarried(table, row, bytes, start, next, end, wireEnd, type, streams, depth);
}

/** What a tunnel says by an EtherType that it carries. */
function indexCarried(
  table: PacketTable,
  row: number,
  bytes: Uint8Array,
  start: number,
  at: number,
  end: number,
  wireEnd: number,
  type: number,
  streams: StreamTable,
  depth: number,
): void {
  if (type === ETHER_TYPE.ethernet) indexEthernet(table, row, bytes, start, at, end, wireEnd, streams, depth);
  else if (type === ETHER_TYPE.ppp) indexPpp(table, row, bytes, start, at, end, wireEnd, streams, depth);
  else if (type === ETHER_TYPE.redirected) {
    const packet = redirectedPacket(bytes, at, end);
    indexIpv4(table, row, bytes, start, packet, end, wireEnd, streams, depth);
  } else if (type >= ETHER_TYPE_MIN)
    indexEtherType(table, row, bytes, start, at, end, wireEnd, type, streams, depth);
}

export function indexEthernet(
  table: PacketTable,
  row: number,
  bytes: Uint8Array,
  start: number,
  at: number,
  end: number,
  wireEnd: number,
  streams: StreamTable,
  depth: number,
): void {
  const payload = at + ETHERNET_HEADER_LENGTH;
  if (payload > end) return;
  const type = getUint16(bytes, at + 12);
  indexEtherType(table, row, bytes, start, payload, end, wireEnd, type, streams, depth);
}

/**
 * Goes on within the UDP datagram whose columns `row` has, at `at`, where its ports say that it is a tunnel: the row's columns are then the
 * innermost packet's, and the tunnel's stream is noted beside them.
 */
export function indexUdpTunnel(
  table: PacketTable,
  row: number,
  bytes: Uint8Array,
  start: number,
  at: number,
  end: number,
  wireEnd: number,
  streams: StreamTable,
  depth: number,
): void {
  const payload = at + UDP_HEADER_LENGTH;
  const stream = table.stream[row];
  if (stream === NO_STREAM || payload > end) return;
  const sourcePort = table.sourcePort[row];
  const destinationPort = table.destinationPort[row];
  const payloadLength = table.payloadLength[row];
  const transportOffset = table.transportOffset[row];
  const wire = Math.min(wireEnd, payload + payloadLength);
  const stop = Math.min(end, wire);
  table.protocol[row] = PROTOCOL.unknown;
  table.transportOffset[row] = NO_OFFSET;
  table.payloadOffset[row] = NO_OFFSET;
  table.payloadLength[row] = 0;
  table.sourcePort[row] = 0;
  table.destinationPort[row] = 0;
  table.stream[row] = NO_STREAM;
  if (sourcePort === TUNNEL_PORT.vxlan || destinationPort === TUNNEL_PORT.vxlan) {
    const frame = payload + VXLAN_HEADER_LENGTH;
    indexEthernet(table, row, bytes, start, frame, stop, wire, streams, depth);
  } else {
    const next = genevePayload(bytes, payload, stop);
    const type = next === -1 ? 0 : getUint16(bytes, payload + 2);
    indexCarried(table, row, bytes, start, next, stop, wire, type, streams, depth);
  }
  if (table.protocol[row] !== PROTOCOL.unknown) {
    streams.noteBesides(row, transportOffset, stream);
    return;
  }
  // Nothing in it is known: a datagram, whose payload is the tunnel's to read.
  table.protocol[row] = PROTOCOL.udp;
  table.transportOffset[row] = transportOffset;
  table.sourcePort[row] = sourcePort;
  table.destinationPort[row] = destinationPort;
  table.payloadLength[row] = payloadLength;
  table.stream[row] = stream;
}
