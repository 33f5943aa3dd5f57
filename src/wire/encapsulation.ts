// Where packets lie within links and tunnels that carry them: PPP, MPLS, GRE, Geneve, NFLOG. The index pass and the dissectors both ask;
// nothing is allocated, and an answer of -1 says that the bytes end before what is carried begins.

import { getUint16, getUint16Le } from "./bytes.ts";

/** UDP ports of tunnels: VXLAN (RFC 7348) and Geneve (RFC 8926). */
export const TUNNEL_PORT = { vxlan: 4789, geneve: 6081 } as const;

export const VXLAN_HEADER_LENGTH = 8;
export const PPPOE_HEADER_LENGTH = 6;
const GENEVE_HEADER_LENGTH = 8;
const MPLS_LABEL_LENGTH = 4;

/** Labels of a packet and source routes of GRE followed, attributes of NFLOG looked at. */
const ENTRIES_MAX = 32;
const ATTRIBUTES_MAX = 64;

/** Where a PPP frame's protocol field is: behind the address and the control field, which HDLC framing adds (RFC 1662). */
export function pppProtocolAt(bytes: Uint8Array, at: number, end: number): number {
  const isFramed = at + 1 < end && bytes[at] === 0xff && bytes[at + 1] === 3;
  const protocol = isFramed ? at + 2 : at;
  return protocol < end && protocol + pppProtocolLength(bytes, protocol) <= end ? protocol : -1;
}

/** Bytes of the protocol field at `at`: one where it is compressed, which its last bit tells. */
export function pppProtocolLength(bytes: Uint8Array, at: number): 1 | 2 {
  return (bytes[at] & 1) === 1 ? 1 : 2;
}

/** Behind the MPLS label at the bottom of the stack (RFC 3032). */
export function mplsPayload(bytes: Uint8Array, at: number, end: number): number {
  let label = at;
  for (let i = 0; i < ENTRIES_MAX && label + MPLS_LABEL_LENGTH <= end; i++, label += MPLS_LABEL_LENGTH) {
    if ((bytes[label + 2] & 1) === 1) return label + MPLS_LABEL_LENGTH;
  }
  return -1;
}

export const GRE_FLAG = {
  checksum: 0x8000,
  routing: 0x4000,
  key: 0x2000,
  sequence: 0x1000,
  ack: 0x0080,
} as const;

/** Behind a GRE header (RFC 2784, 2890; 1701 for source routes, 2637 for the acknowledgment number). */
export function grePayload(bytes: Uint8Array, at: number, end: number): number {
  if (at + 4 > end) return -1;
  const flags = getUint16(bytes, at);
  let next = at + 4;
  if ((flags & (GRE_FLAG.checksum | GRE_FLAG.routing)) !== 0) next += 4;
  if ((flags & GRE_FLAG.key) !== 0) next += 4;
  if ((flags & GRE_FLAG.sequence) !== 0) next += 4;
  if ((flags & GRE_FLAG.ack) !== 0) next += 4;
  for (let i = 0; (flags & GRE_FLAG.routing) !== 0 && i < ENTRIES_MAX; i++) {
    if (next + 4 > end) return -1;
    const length = bytes[next + 3];
    next += 4 + length;
    if (length === 0) break;
  }
  return next <= end ? next : -1;
}

/** Where a packet lies that a cache redirects to itself: behind a header of its own unless it begins as IPv4 does. */
export function redirectedPacket(bytes: Uint8Array, at: number, end: number): number {
  return at < end && bytes[at] >>> 4 === 4 ? at : at + 4;
}

/** Behind a Geneve header with its options. */
export function genevePayload(bytes: Uint8Array, at: number, end: number): number {
  if (at + GENEVE_HEADER_LENGTH > end) return -1;
  const next = at + GENEVE_HEADER_LENGTH + (bytes[at] & 0x3f) * 4;
  return next <= end ? next : -1;
}

export const NFLOG = {
  headerLength: 4,
  /** Of an attribute: its length, this included, and its type, both in the order of the capturing machine: little-endian, as nearly all are. */
  attributeHead: 4,
  payload: 9,
} as const;

/** Where the attribute behind the one at `at` begins; attributes are padded to words. */
export function nflogNext(bytes: Uint8Array, at: number): number {
  return at + ((getUint16Le(bytes, at) + 3) & ~3);
}

/** Where the attribute is that holds the packet, its head included. */
export function nflogPayloadAttribute(bytes: Uint8Array, at: number, end: number): number {
  let next = at + NFLOG.headerLength;
  for (let i = 0; i < ATTRIBUTES_MAX && next + NFLOG.attributeHead <= end; i++) {
    const length = getUint16Le(bytes, next);
    if (length < NFLOG.attributeHead) return -1;
    if ((getUint16Le(bytes, next + 2) & 0x7fff) === NFLOG.payload) return next;
    next = nflogNext(bytes, next);
  }
  return -1;
}
