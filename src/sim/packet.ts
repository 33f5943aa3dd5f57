// Packets as the simulator carries them: objects with fixed fields, payloads as slices. They become bytes when something
// looks at them (encode.ts), and links judge them by their lengths alone.

import type { PacketOwner } from "./packet-owner.ts";

/**
 * A TCP segment. One shape for all, so that the hot path stays monomorphic; absent options are marked by value. What nearly all have to be
 * looked at for comes first: it lies in two cache lines.
 */
export interface Segment {
  readonly kind: "tcp";
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** 32 bits as signed integers (`| 0`), and so are timestamps: unsigned ones V8 would box, each in an object of its own. */
  readonly seq: number;
  readonly ack: number;
  /** Bits as in the header: see TCP_FLAGS. */
  readonly flags: number;
  /** As on the wire: already shifted by the window scale. */
  readonly window: number;
  readonly payload: Uint8Array;
  /** Left and right edges in turn; null: no such option. */
  readonly sack: readonly number[] | null;
  /** Whether the timestamps option is there. */
  readonly timestamps: boolean;
  readonly tsVal: number;
  readonly tsEcr: number;
  readonly urgentPointer: number;
  /** 0: no such option. */
  readonly mss: number;
  /** -1: no such option. */
  readonly windowScale: number;
  readonly sackPermitted: boolean;
  /** Null: no such option. */
  readonly fastOpen: FastOpenOption | null;
}

/** A fast open cookie (RFC 7413), empty to ask for one. `experimental`: under kind 254, as before it had a kind of its own. */
export interface FastOpenOption {
  readonly cookie: Uint8Array;
  readonly experimental: boolean;
}

export const TCP_FLAGS = {
  FIN: 0x001,
  SYN: 0x002,
  RST: 0x004,
  PSH: 0x008,
  ACK: 0x010,
  URG: 0x020,
  ECE: 0x040,
  CWR: 0x080,
} as const;

export interface UdpDatagram {
  readonly kind: "udp";
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly payload: Uint8Array;
}

/** ICMP or ICMPv6, an error or an echo; `body` follows the first eight bytes (for errors: the packet that caused it). */
export interface IcmpMessage {
  readonly kind: "icmp";
  readonly type: number;
  readonly code: number;
  /** The second four bytes: identifier and sequence number, or the next-hop MTU. */
  readonly rest: number;
  readonly body: Uint8Array;
}

/** A slice of an IP payload, in bytes already. */
export interface Fragment {
  readonly kind: "fragment";
  readonly protocol: number;
  /** Bytes; a multiple of 8. */
  readonly offset: number;
  readonly more: boolean;
  readonly data: Uint8Array;
}

export type IpPayload = Segment | UdpDatagram | IcmpMessage | Fragment;

/** An IP packet on its way. Addresses are canonical texts. */
export interface IpPacket {
  readonly payload: IpPayload;
  readonly source: string;
  readonly destination: string;
  /** Set by a link that damaged it: offset of the flipped bit in the encoded packet, -1 when sound. */
  readonly flippedBit: number;
  /** Bytes of the whole IP packet. */
  readonly length: number;
  readonly version: 4 | 6;
  /** The ECN field: 0 not capable, 1 and 2 capable, 3 congestion experienced. */
  readonly ecn: number;
  /** TTL or hop limit; routers count it down. */
  readonly ttl: number;
  readonly dontFragment: boolean;
  /** IPv4 identification, or the fragment header's in IPv6. */
  readonly id: number;
  /** The bytes of a packet a real stack made, kept because not everything in them has a field here; null or absent for the simulator's own. */
  readonly wire?: Uint8Array | null;
  /** Whom the first link tells how long it waits; null or absent for what nobody counts. */
  readonly owner?: PacketOwner | null;
}
