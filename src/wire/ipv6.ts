// The fixed IPv6 header (RFC 8200 section 3). Extension headers are in ipv6-extensions.ts.

import { readIpv6, writeIpv6 } from "./address.ts";
import { getUint16, getUint32, setUint16, setUint32 } from "./bytes.ts";
import { malformed, tooShort } from "./error.ts";
import type { WireError } from "./error.ts";
import { IP_PROTOCOL } from "./protocols.ts";

export const IPV6_HEADER_LENGTH = 40;

export interface Ipv6Header {
  /** DSCP and ECN together. */
  readonly trafficClass: number;
  /** 20 bits. */
  readonly flowLabel: number;
  /** Bytes after this header, extension headers included; 0 for jumbograms. */
  readonly payloadLength: number;
  readonly nextHeader: number;
  readonly hopLimit: number;
  readonly source: string;
  readonly destination: string;
}

/** The header at `start`. A payload length beyond `end` is no error here: the payload may have been cut. */
export function decodeIpv6(
  bytes: Uint8Array,
  start: number,
  end: number,
  wireEnd: number = end,
): Ipv6Header | WireError {
  if (end - start < IPV6_HEADER_LENGTH) return tooShort("ipv6", start, IPV6_HEADER_LENGTH, end, wireEnd);
  const first = getUint32(bytes, start);
  if (first >>> 28 !== 6) return malformed("ipv6", start, `version is ${first >>> 28}, not 6`);
  return {
    trafficClass: (first >>> 20) & 0xff,
    flowLabel: first & 0xfffff,
    payloadLength: getUint16(bytes, start + 4),
    nextHeader: bytes[start + 6],
    hopLimit: bytes[start + 7],
    source: readIpv6(bytes, start + 8),
    destination: readIpv6(bytes, start + 24),
  };
}

/** A shorter payload has its length in the header. */
const JUMBO_LEAST = 65_536;
const JUMBO_OPTION = 0xc2;

/**
 * Bytes behind the fixed header at `at`, of which `bytes` holds what lies before `end`: what the header says, or of a jumbogram what its
 * hop-by-hop options say (RFC 2675).
 */
export function ipv6PayloadLength(bytes: Uint8Array, at: number, end: number): number {
  const length = getUint16(bytes, at + 4);
  if (length !== 0 || bytes[at + 6] !== IP_PROTOCOL.hopByHop) return length;
  const header = at + IPV6_HEADER_LENGTH;
  if (header + 2 > end) return 0;
  const stop = Math.min(end, header + (bytes[header + 1] + 1) * 8);
  for (let option = header + 2; option < stop;) {
    // The first kind is one byte of padding.
    const size = bytes[option] === 0 || option + 1 >= stop ? 1 : 2 + bytes[option + 1];
    if (bytes[option] === JUMBO_OPTION && size === 6 && option + 6 <= stop) {
      const jumbo = getUint32(bytes, option + 2);
      return jumbo < JUMBO_LEAST ? 0 : jumbo;
    }
    option += size;
  }
  return 0;
}

/** Writes the header as given at `at`, answers its length: 40. Throws RangeError for a text that is no IPv6 address. */
export function encodeIpv6(header: Ipv6Header, out: Uint8Array, at: number): number {
  setUint32(out, at, 0x60000000 | (header.trafficClass << 20) | header.flowLabel);
  setUint16(out, at + 4, header.payloadLength);
  out[at + 6] = header.nextHeader;
  out[at + 7] = header.hopLimit;
  writeIpv6(out, at + 8, header.source);
  writeIpv6(out, at + 24, header.destination);
  return IPV6_HEADER_LENGTH;
}
