// UDP headers (RFC 768).

import { getUint16, setUint16 } from "./bytes.ts";
import { transportChecksum } from "./checksum.ts";
import { malformed, tooShort } from "./error.ts";
import type { WireError } from "./error.ts";
import { IP_PROTOCOL } from "./protocols.ts";

export const UDP_HEADER_LENGTH = 8;

export interface UdpHeader {
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Header and payload in bytes; 0 in an IPv6 jumbogram (RFC 2675). */
  readonly length: number;
  /** 0: none was computed. */
  readonly checksum: number;
}

/** The header at `start`. A `length` of 1 to 7 is malformed; whether the payload is there is the caller's question. */
export function decodeUdp(
  bytes: Uint8Array,
  start: number,
  end: number,
  wireEnd: number = end,
): UdpHeader | WireError {
  if (end - start < UDP_HEADER_LENGTH) return tooShort("udp", start, UDP_HEADER_LENGTH, end, wireEnd);
  const length = getUint16(bytes, start + 4);
  if (length !== 0 && length < UDP_HEADER_LENGTH) {
    return malformed("udp", start + 4, `length ${length} is less than the header's 8 bytes`);
  }
  return {
    sourcePort: getUint16(bytes, start),
    destinationPort: getUint16(bytes, start + 2),
    length,
    checksum: getUint16(bytes, start + 6),
  };
}

/** Writes the header as given at `at`, answers its length: 8. */
export function encodeUdp(header: UdpHeader, out: Uint8Array, at: number): number {
  setUint16(out, at, header.sourcePort);
  setUint16(out, at + 2, header.destinationPort);
  setUint16(out, at + 4, header.length);
  setUint16(out, at + 6, header.checksum);
  return UDP_HEADER_LENGTH;
}

/** Computes and writes the checksum of the datagram `out[start, end)` under the IP header at `ipStart`. */
export function fillUdpChecksum(out: Uint8Array, ipStart: number, start: number, end: number): void {
  setUint16(out, start + 6, 0);
  const checksum = transportChecksum(out, ipStart, IP_PROTOCOL.udp, start, end);
  // Zero means "none" on the wire, so a computed zero goes out as its other spelling.
  setUint16(out, start + 6, checksum === 0 ? 0xffff : checksum);
}
