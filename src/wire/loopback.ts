// BSD loopback headers: four bytes of address family, in the capturing host's byte order (LINKTYPE_NULL) or big-endian
// (LINKTYPE_LOOP).

import { getUint32, setUint32 } from "./bytes.ts";
import { tooShort } from "./error.ts";
import type { WireError } from "./error.ts";
import { ETHER_TYPE_MIN } from "./ethernet.ts";

export const LOOPBACK_HEADER_LENGTH = 4;

export interface LoopbackHeader {
  /** AF_ number of the capturing system. */
  readonly family: number;
  readonly littleEndian: boolean;
}

/** The header at `start`. Without being told, the byte order is the one that makes the family small. */
export function decodeLoopback(
  bytes: Uint8Array,
  start: number,
  end: number,
  wireEnd: number = end,
  bigEndian: boolean = false,
): LoopbackHeader | WireError {
  if (end - start < LOOPBACK_HEADER_LENGTH) {
    return tooShort("null", start, LOOPBACK_HEADER_LENGTH, end, wireEnd);
  }
  const family = getUint32(bytes, start);
  const swapped = swap32(family);
  const littleEndian = !bigEndian && family > 0xffff && swapped <= 0xffff;
  return { family: littleEndian ? swapped : family, littleEndian };
}

/** Writes the header at `at`, answers its length: 4. */
export function encodeLoopback(header: LoopbackHeader, out: Uint8Array, at: number): number {
  setUint32(out, at, header.littleEndian ? swap32(header.family) : header.family);
  return LOOPBACK_HEADER_LENGTH;
}

/** IP version of an address family, or 0: AF_INET is 2 everywhere, AF_INET6 is 10 (Linux), 24 (NetBSD, OpenBSD), 28 (FreeBSD) or 30 (macOS). */
export function ipVersionOfFamily(family: number): 0 | 4 | 6 {
  if (family === 2) return 4;
  return family === 10 || family === 24 || family === 28 || family === 30 ? 6 : 0;
}

/** Some systems have an EtherType in the last two bytes where the family belongs: that type, or 0. No family is as large. */
export function etherTypeOfFamily(family: number): number {
  const type = family & 0xffff;
  return type >= ETHER_TYPE_MIN ? type : 0;
}

/** A 32-bit word with its bytes in the other order. */
export function swap32(word: number): number {
  return ((word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0;
}
