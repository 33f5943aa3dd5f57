// Finds the part of a datagram an IP fragment carries, behind tunnels and IPv6 extension headers.

import { readIpv4, readIpv6 } from "../../wire/address.ts";
import { getUint16, getUint32 } from "../../wire/bytes.ts";
import { IP_PROTOCOL } from "../../wire/protocols.ts";

/** Headers followed in one packet. */
const DEPTH_MAX = 32;

export interface FragmentHeader {
  readonly version: 4 | 6;
  /** What every fragment of a datagram shares, as a key. */
  readonly key: string;
  /** Protocol of the reassembled payload, by this fragment. */
  readonly protocol: number;
  /** Where the payload goes in the datagram's, in bytes. */
  readonly offset: number;
  readonly more: boolean;
  /** Where the payload is in the packet: [start, end). */
  readonly start: number;
  readonly end: number;
}

/**
 * The innermost fragment of the packet in `bytes` whose outermost IP header is at `networkOffset` and which was
 * `wireLength` bytes long; null when there is none, or the capture has cut its payload.
 */
export function findFragment(
  bytes: Uint8Array,
  networkOffset: number,
  wireLength: number,
): FragmentHeader | null {
  let at = networkOffset;
  let wireEnd = Math.max(wireLength, bytes.length);
  for (let depth = 0; depth < DEPTH_MAX; depth++) {
    if (at + 20 > bytes.length) return null;
    const version = bytes[at] >>> 4;
    const found =
      version === 4 ? inIpv4(bytes, at, wireEnd) : version === 6 ? inIpv6(bytes, at, wireEnd) : null;
    if (found === null) return null;
    if ("key" in found) return found.start < found.end && found.end <= bytes.length ? found : null;
    at = found.tunnelled;
    wireEnd = found.wireEnd;
  }
  return null;
}

/** A packet within the packet. */
interface Tunnel {
  readonly tunnelled: number;
  readonly wireEnd: number;
}

function inIpv4(bytes: Uint8Array, at: number, frameEnd: number): FragmentHeader | Tunnel | null {
  const headerLength = (bytes[at] & 15) * 4;
  const totalLength = getUint16(bytes, at + 2);
  const end = totalLength === 0 ? frameEnd : Math.min(frameEnd, at + totalLength);
  const start = at + headerLength;
  if (headerLength < 20 || start > end) return null;
  const word = getUint16(bytes, at + 6);
  const protocol = bytes[at + 9];
  const offset = (word & 0x1fff) * 8;
  const more = (word & 0x2000) !== 0;
  if (offset === 0 && !more) return tunnelIn(protocol, start, end);
  const id = getUint16(bytes, at + 4);
  const key = `4 ${readIpv4(bytes, at + 12)} ${readIpv4(bytes, at + 16)} ${protocol} ${id}`;
  return { version: 4, key, protocol, offset, more, start, end };
}

function inIpv6(bytes: Uint8Array, at: number, frameEnd: number): FragmentHeader | Tunnel | null {
  if (at + 40 > bytes.length) return null;
  const payloadLength = getUint16(bytes, at + 4);
  const end = payloadLength === 0 ? frameEnd : Math.min(frameEnd, at + 40 + payloadLength);
  let protocol = bytes[at + 6];
  let header = at + 40;
  for (let count = 0; count < DEPTH_MAX; count++) {
    if (header + 8 > bytes.length) return null;
    switch (protocol) {
      case IP_PROTOCOL.hopByHop:
      case IP_PROTOCOL.routing:
      case IP_PROTOCOL.destinationOptions:
        protocol = bytes[header];
        header += (bytes[header + 1] + 1) * 8;
        break;
      case IP_PROTOCOL.authentication:
        protocol = bytes[header];
        header += (bytes[header + 1] + 2) * 4;
        break;
      case IP_PROTOCOL.fragment: {
        const word = getUint16(bytes, header + 2);
        const offset = word & 0xfff8;
        const more = (word & 1) !== 0;
        if (offset !== 0 || more) {
          const id = getUint32(bytes, header + 4);
          const key = `6 ${readIpv6(bytes, at + 8)} ${readIpv6(bytes, at + 24)} ${id}`;
          return { version: 6, key, protocol: bytes[header], offset, more, start: header + 8, end };
        }
        protocol = bytes[header];
        header += 8;
        break;
      }
      default:
        return tunnelIn(protocol, header, end);
    }
  }
  return null;
}

function tunnelIn(protocol: number, start: number, wireEnd: number): Tunnel | null {
  const ip = protocol === IP_PROTOCOL.ipv4 || protocol === IP_PROTOCOL.ipv6;
  return ip ? { tunnelled: start, wireEnd } : null;
}
