// Ethernet headers (IEEE 802.3, DIX) and VLAN tags (802.1Q, 802.1ad).

import { readMac, writeMac } from "./address.ts";
import { getUint16, setUint16 } from "./bytes.ts";
import { tooShort } from "./error.ts";
import type { WireError } from "./error.ts";

export const ETHERNET_HEADER_LENGTH = 14;
export const VLAN_TAG_LENGTH = 4;
/** Smaller values of the type field are an 802.3 length. */
export const ETHER_TYPE_MIN = 0x600;

export interface EthernetHeader {
  readonly destination: string;
  readonly source: string;
  /** EtherType, or below ETHER_TYPE_MIN the length of an 802.3 frame's payload. */
  readonly type: number;
}

/** What follows the two bytes that announced a tag. */
export interface VlanTag {
  /** PCP, 3 bits. */
  readonly priority: number;
  /** DEI (formerly CFI), one bit. */
  readonly dei: number;
  /** VLAN identifier, 12 bits. */
  readonly id: number;
  readonly type: number;
}

export function decodeEthernet(
  bytes: Uint8Array,
  start: number,
  end: number,
  wireEnd: number = end,
): EthernetHeader | WireError {
  if (end - start < ETHERNET_HEADER_LENGTH) {
    return tooShort("eth", start, ETHERNET_HEADER_LENGTH, end, wireEnd);
  }
  return {
    destination: readMac(bytes, start),
    source: readMac(bytes, start + 6),
    type: getUint16(bytes, start + 12),
  };
}

/** Writes the header at `at`, answers its length: 14. Throws RangeError for a text that is no MAC address. */
export function encodeEthernet(header: EthernetHeader, out: Uint8Array, at: number): number {
  writeMac(out, at, header.destination);
  writeMac(out, at + 6, header.source);
  setUint16(out, at + 12, header.type);
  return ETHERNET_HEADER_LENGTH;
}

export function decodeVlan(
  bytes: Uint8Array,
  start: number,
  end: number,
  wireEnd: number = end,
): VlanTag | WireError {
  if (end - start < VLAN_TAG_LENGTH) return tooShort("vlan", start, VLAN_TAG_LENGTH, end, wireEnd);
  const tci = getUint16(bytes, start);
  return { priority: tci >>> 13, dei: (tci >>> 12) & 1, id: tci & 0xfff, type: getUint16(bytes, start + 2) };
}

/** Writes the tag at `at`, answers its length: 4. */
export function encodeVlan(tag: VlanTag, out: Uint8Array, at: number): number {
  setUint16(out, at, (tag.priority << 13) | (tag.dei << 12) | tag.id);
  setUint16(out, at + 2, tag.type);
  return VLAN_TAG_LENGTH;
}
