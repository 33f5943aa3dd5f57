// What is seen of a packet that a link has damaged: routers look at IP headers only, and hosts at everything (RFC 1812 section 5.2.2).

import { isWireError } from "../wire/error.ts";
import { decodeIpv6 } from "../wire/ipv6.ts";
import type { Damage } from "./encode.ts";
import { encodePacket } from "./encode.ts";
import { IPV4_HEADER_BYTES, IPV6_HEADER_BYTES } from "./packet-build.ts";
import type { IpPacket } from "./packet.ts";

/** A damaged packet that its IP header does not give away. */
export interface DamagedPacket {
  /** As a router goes on with it. */
  readonly packet: IpPacket;
  /** Where its header, damaged or not, says it goes. */
  readonly destination: string;
  readonly bytes: Uint8Array;
}

/** Looks at the IP header of a damaged packet: what is wrong with it, if anything can be seen. */
export function lookAtHeader(packet: IpPacket): DamagedPacket | Damage {
  const bytes = encodePacket(packet);
  const { destination } = packet;
  if (packet.version === 4) {
    return packet.flippedBit < IPV4_HEADER_BYTES * 8 ? "checksum" : { packet, destination, bytes };
  }
  if (packet.flippedBit >= IPV6_HEADER_BYTES * 8) return { packet, destination, bytes };
  const header = decodeIpv6(bytes, 0, bytes.length);
  if (isWireError(header)) return "malformed";
  const { hopLimit } = header;
  const seen = hopLimit === packet.ttl ? packet : { ...packet, ttl: hopLimit, flippedBit: -1 };
  return { packet: seen, destination: header.destination, bytes };
}
