// The fixed IPv6 header (RFC 8200 section 3). Extension headers are in ipv6-extensions.ts.

import { readIpv6, writeIpv6 } from "./address.ts";
import { getUint16, getUint32, setUint16, setUint32 } from "./bytes.ts";
import { malformed, tooShort } from "./error.ts";
import type { WireError } from "./error.ts";

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
