// ICMP (RFC 792) and ICMPv6 (RFC 4443) messages: the first eight bytes; what follows is the message's body.

import { getUint16, getUint32, setUint16, setUint32 } from "./bytes.ts";
import { internetChecksum, transportChecksum } from "./checksum.ts";
import { tooShort } from "./error.ts";
import type { WireError } from "./error.ts";
import { IP_PROTOCOL } from "./protocols.ts";

/** Every ICMP message has at least the first four of them; all the ones in use have eight. */
export const ICMP_HEADER_LENGTH = 8;

/** Bytes of the payload of the packet that a redirect is about. */
const REDIRECT_QUOTES = 8;

export const ICMP_TYPE = {
  echoReply: 0,
  destinationUnreachable: 3,
  sourceQuench: 4,
  redirect: 5,
  echoRequest: 8,
  timeExceeded: 11,
  parameterProblem: 12,
} as const;

export const ICMPV6_TYPE = {
  destinationUnreachable: 1,
  packetTooBig: 2,
  timeExceeded: 3,
  parameterProblem: 4,
  echoRequest: 128,
  echoReply: 129,
} as const;

export interface IcmpHeader {
  readonly type: number;
  readonly code: number;
  readonly checksum: number;
  /** The second four bytes: identifier and sequence number, the next-hop MTU, a gateway, a pointer. */
  readonly rest: number;
}

/** The header of an ICMP (`layer` "icmp") or ICMPv6 (`layer` "icmpv6") message at `start`. */
export function decodeIcmp(
  layer: "icmp" | "icmpv6",
  bytes: Uint8Array,
  start: number,
  end: number,
  wireEnd: number = end,
): IcmpHeader | WireError {
  if (end - start < ICMP_HEADER_LENGTH) return tooShort(layer, start, ICMP_HEADER_LENGTH, end, wireEnd);
  return {
    type: bytes[start],
    code: bytes[start + 1],
    checksum: getUint16(bytes, start + 2),
    rest: getUint32(bytes, start + 4),
  };
}

/** Writes the header as given at `at`, answers its length: 8. */
export function encodeIcmp(header: IcmpHeader, out: Uint8Array, at: number): number {
  out[at] = header.type;
  out[at + 1] = header.code;
  setUint16(out, at + 2, header.checksum);
  setUint32(out, at + 4, header.rest);
  return ICMP_HEADER_LENGTH;
}

/** Computes and writes the checksum of the ICMP message `out[start, end)`. */
export function fillIcmpChecksum(out: Uint8Array, start: number, end: number): void {
  setUint16(out, start + 2, 0);
  setUint16(out, start + 2, internetChecksum(out, start, end));
}

/** Computes and writes the checksum of the ICMPv6 message `out[start, end)` under the IPv6 header at `ipStart`. */
export function fillIcmpv6Checksum(out: Uint8Array, ipStart: number, start: number, end: number): void {
  setUint16(out, start + 2, 0);
  setUint16(out, start + 2, transportChecksum(out, ipStart, IP_PROTOCOL.icmpv6, start, end));
}

/** Whether a message of this type quotes the packet that caused it after its eight bytes. */
export function quotesPacket(layer: "icmp" | "icmpv6", type: number): boolean {
  if (layer === "icmpv6") return type >= 1 && type <= 4;
  return (
    type === ICMP_TYPE.destinationUnreachable ||
    type === ICMP_TYPE.sourceQuench ||
    type === ICMP_TYPE.redirect ||
    type === ICMP_TYPE.timeExceeded ||
    type === ICMP_TYPE.parameterProblem
  );
}

/**
 * Where what the ICMP error at `start` quotes ends within `[start, end)`, as Wireshark has it: redirects quote eight bytes of a packet's
 * payload, the errors of RFC 4884 as many words as they say. For ICMPv4.
 */
export function quotedEnd(bytes: Uint8Array, start: number, end: number): number {
  const body = start + ICMP_HEADER_LENGTH;
  if (body >= end) return end;
  const header = (bytes[body] & 15) * 4;
  switch (bytes[start]) {
    case ICMP_TYPE.redirect:
      return Math.min(end, body + header + REDIRECT_QUOTES);
    case ICMP_TYPE.destinationUnreachable:
    case ICMP_TYPE.sourceQuench:
    case ICMP_TYPE.timeExceeded:
    case ICMP_TYPE.parameterProblem: {
      const words = bytes[start + 5];
      return words === 0 ? end : Math.min(end, body + header + words * 4);
    }
    default:
      return end;
  }
}
