// Making IP packets: every one through the same literal, so that all have one shape, and their lengths as they will be encoded.

import type { PacketOwner } from "./packet-owner.ts";
import type { FastOpenOption, IpPacket, IpPayload, Segment } from "./packet.ts";

export const IPV4_HEADER_BYTES = 20;
export const IPV6_HEADER_BYTES = 40;
export const IPV6_FRAGMENT_HEADER_BYTES = 8;
export const UDP_HEADER_BYTES = 8;
export const TCP_HEADER_BYTES = 20;
export const ICMP_HEADER_BYTES = 8;
/** Congestion experienced, in the ECN field. */
const ECN_CE = 3;

export function packetOf(
  version: 4 | 6,
  source: string,
  destination: string,
  ttl: number,
  ecn: number,
  dontFragment: boolean,
  id: number,
  payload: IpPayload,
  length: number,
  flippedBit: number,
  wire: Uint8Array | null = null,
  owner: PacketOwner | null = null,
): IpPacket {
  return {
    payload,
    source,
    destination,
    flippedBit,
    length,
    version,
    ecn,
    ttl,
    dontFragment,
    id,
    wire,
    owner,
  };
}

/** The packet one hop on. */
export function forwarded(packet: IpPacket): IpPacket {
  return packetOf(
    packet.version,
    packet.source,
    packet.destination,
    packet.ttl - 1,
    packet.ecn,
    packet.dontFragment,
    packet.id,
    packet.payload,
    packet.length,
    packet.flippedBit,
    packet.wire,
  );
}

/** A second packet like this one. A datagram's bytes are copied, because whoever receives them may change them. */
export function copied(packet: IpPacket): IpPacket {
  if (packet.payload.kind !== "udp") return packet;
  return { ...packet, payload: { ...packet.payload, payload: packet.payload.payload.slice() } };
}

/** The packet with one bit of it flipped. One damaged already stays as it is: a packet keeps the first damage done to it. */
export function damagedAt(packet: IpPacket, bit: number): IpPacket {
  if (packet.flippedBit !== -1) return packet;
  return packetOf(
    packet.version,
    packet.source,
    packet.destination,
    packet.ttl,
    packet.ecn,
    packet.dontFragment,
    packet.id,
    packet.payload,
    packet.length,
    bit,
    packet.wire,
  );
}

/** The packet with its ECN field set to "congestion experienced" (RFC 3168, 5). */
export function marked(packet: IpPacket): IpPacket {
  return packetOf(
    packet.version,
    packet.source,
    packet.destination,
    packet.ttl,
    ECN_CE,
    packet.dontFragment,
    packet.id,
    packet.payload,
    packet.length,
    packet.flippedBit,
    packet.wire,
    packet.owner,
  );
}

/** `packet`, which was read off `wire`, with those bytes kept: they go on as they are, but for what routers change. */
export function withWire(packet: IpPacket, wire: Uint8Array): IpPacket {
  return packetOf(
    packet.version,
    packet.source,
    packet.destination,
    packet.ttl,
    packet.ecn,
    packet.dontFragment,
    packet.id,
    packet.payload,
    packet.length,
    packet.flippedBit,
    wire,
  );
}

/** Bytes of the option, without what pads it. */
export function fastOpenBytes({ cookie, experimental }: FastOpenOption): number {
  return (experimental ? 4 : 2) + cookie.length;
}

/** Bytes of a segment's header: options laid out as Linux does, each group on a four-byte boundary. */
export function tcpHeaderBytes(segment: Segment): number {
  let length = TCP_HEADER_BYTES;
  if (segment.mss > 0) length += 4;
  if (segment.timestamps) length += 12;
  // Next to timestamps it takes the place of their two paddings.
  else if (segment.sackPermitted) length += 4;
  if (segment.windowScale >= 0) length += 4;
  if (segment.sack !== null && segment.sack.length > 0) length += 4 + segment.sack.length * 4;
  if (segment.fastOpen !== null) length += Math.ceil(fastOpenBytes(segment.fastOpen) / 4) * 4;
  return length;
}

/** Bytes of the IP payload. */
export function payloadBytes(payload: IpPayload): number {
  switch (payload.kind) {
    case "tcp":
      return tcpHeaderBytes(payload) + payload.payload.length;
    case "udp":
      return UDP_HEADER_BYTES + payload.payload.length;
    case "icmp":
      return ICMP_HEADER_BYTES + payload.body.length;
    case "fragment":
      return payload.data.length;
  }
}

/** Bytes of the IP header; in IPv6 a fragment has one more header. */
export function ipHeaderBytes(version: 4 | 6, payload: IpPayload): number {
  if (version === 4) return IPV4_HEADER_BYTES;
  return payload.kind === "fragment" ? IPV6_HEADER_BYTES + IPV6_FRAGMENT_HEADER_BYTES : IPV6_HEADER_BYTES;
}
