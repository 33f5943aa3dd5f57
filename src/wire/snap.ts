// LLC headers with SNAP (IEEE 802.2, RFC 1042): how 802.3 frames, which have a length for a type, carry an EtherType.
// LLC without SNAP is not decoded: such frames carry none of the protocols here.

import { getUint16, setUint16 } from "./bytes.ts";
import { malformed, tooShort } from "./error.ts";
import type { WireError } from "./error.ts";

export const SNAP_HEADER_LENGTH = 8;
const SNAP_SAP = 0xaa;
const UNNUMBERED_INFORMATION = 3;

export interface SnapHeader {
  /** 24 bits; 0 when `type` is an EtherType. */
  readonly oui: number;
  readonly type: number;
}

/** Whether LLC at `start` goes on with SNAP, by the bytes there are. */
export function isSnap(bytes: Uint8Array, start: number, end: number): boolean {
  return (
    end - start >= 3 &&
    bytes[start] === SNAP_SAP &&
    bytes[start + 1] === SNAP_SAP &&
    bytes[start + 2] === UNNUMBERED_INFORMATION
  );
}

export function decodeSnap(
  bytes: Uint8Array,
  start: number,
  end: number,
  wireEnd: number = end,
): SnapHeader | WireError {
  if (end - start < SNAP_HEADER_LENGTH) return tooShort("llc", start, SNAP_HEADER_LENGTH, end, wireEnd);
  if (!isSnap(bytes, start, end)) return malformed("llc", start, "is not SNAP");
  return {
    oui: (bytes[start + 3] << 16) | getUint16(bytes, start + 4),
    type: getUint16(bytes, start + 6),
  };
}

/** Writes the header at `at`, answers its length: 8. */
export function encodeSnap(header: SnapHeader, out: Uint8Array, at: number): number {
  out[at] = SNAP_SAP;
  out[at + 1] = SNAP_SAP;
  out[at + 2] = UNNUMBERED_INFORMATION;
  out[at + 3] = header.oui >>> 16;
  setUint16(out, at + 4, header.oui & 0xffff);
  setUint16(out, at + 6, header.type);
  return SNAP_HEADER_LENGTH;
}
