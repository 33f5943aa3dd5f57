// Linux "cooked" capture headers, versions 1 and 2: what a capture on `any` has for a link layer
// (tcpdump.org/linktypes: LINKTYPE_LINUX_SLL, LINKTYPE_LINUX_SLL2).

import { getUint16, getUint32, setUint16, setUint32 } from "./bytes.ts";
import { tooShort } from "./error.ts";
import type { WireError } from "./error.ts";

export const SLL_HEADER_LENGTH = 16;
export const SLL2_HEADER_LENGTH = 20;
const ADDRESS_LENGTH = 8;

export interface SllHeader {
  /** 0 to us, 1 broadcast, 2 multicast, 3 to another host, 4 sent by us. */
  readonly packetType: number;
  /** ARPHRD_ number: 1 Ethernet, 772 loopback. */
  readonly arphrdType: number;
  /** Bytes of the sender's address; above 8 only its first 8 are there. */
  readonly addressLength: number;
  /** The address field, always 8 bytes. */
  readonly address: Uint8Array;
  /** EtherType, or a small number for frames without one. */
  readonly protocol: number;
}

export interface Sll2Header extends SllHeader {
  readonly reserved: number;
  readonly interfaceIndex: number;
}

export function decodeSll(
  bytes: Uint8Array,
  start: number,
  end: number,
  wireEnd: number = end,
): SllHeader | WireError {
  if (end - start < SLL_HEADER_LENGTH) return tooShort("sll", start, SLL_HEADER_LENGTH, end, wireEnd);
  return {
    packetType: getUint16(bytes, start),
    arphrdType: getUint16(bytes, start + 2),
    addressLength: getUint16(bytes, start + 4),
    address: bytes.slice(start + 6, start + 14),
    protocol: getUint16(bytes, start + 14),
  };
}

/** Writes the header at `at`, answers its length: 16. */
export function encodeSll(header: SllHeader, out: Uint8Array, at: number): number {
  setUint16(out, at, header.packetType);
  setUint16(out, at + 2, header.arphrdType);
  setUint16(out, at + 4, header.addressLength);
  setAddress(header.address, out, at + 6);
  setUint16(out, at + 14, header.protocol);
  return SLL_HEADER_LENGTH;
}

export function decodeSll2(
  bytes: Uint8Array,
  start: number,
  end: number,
  wireEnd: number = end,
): Sll2Header | WireError {
  if (end - start < SLL2_HEADER_LENGTH) return tooShort("sll", start, SLL2_HEADER_LENGTH, end, wireEnd);
  return {
    protocol: getUint16(bytes, start),
    reserved: getUint16(bytes, start + 2),
    interfaceIndex: getUint32(bytes, start + 4),
    arphrdType: getUint16(bytes, start + 8),
    packetType: bytes[start + 10],
    addressLength: bytes[start + 11],
    address: bytes.slice(start + 12, start + 20),
  };
}

/** Writes the header at `at`, answers its length: 20. */
export function encodeSll2(header: Sll2Header, out: Uint8Array, at: number): number {
  setUint16(out, at, header.protocol);
  setUint16(out, at + 2, header.reserved);
  setUint32(out, at + 4, header.interfaceIndex);
  setUint16(out, at + 8, header.arphrdType);
  out[at + 10] = header.packetType;
  out[at + 11] = header.addressLength;
  setAddress(header.address, out, at + 12);
  return SLL2_HEADER_LENGTH;
}

function setAddress(address: Uint8Array, out: Uint8Array, at: number): void {
  if (address.length > ADDRESS_LENGTH)
    throw new RangeError(`the address field holds 8 bytes, not ${address.length}`);
  out.set(address, at);
  out.fill(0, at + address.length, at + ADDRESS_LENGTH);
}
