// Cutting packets to an MTU (RFC 791 3.2, RFC 8200 4.5) and putting the pieces together again.

import type { DropReason } from "../trace/events.ts";
import { decodeTransport, encodePacket, protocolOf } from "./encode.ts";
import {
  IPV4_HEADER_BYTES,
  IPV6_FRAGMENT_HEADER_BYTES,
  IPV6_HEADER_BYTES,
  ipHeaderBytes,
  packetOf,
} from "./packet-build.ts";
import type { Fragment, IpPacket } from "./packet.ts";
import type { Timer } from "./network.ts";

/** Linux: net.ipv4.ipfrag_time and net.ipv6.ip6frag_time. */
const TIMEOUT_NS = { 4: 30e9, 6: 60e9 } as const;
/** Linux: ipfrag_high_thresh. Past it new fragments are dropped. */
const MEMORY_MAX = 4 * 1024 * 1024;
const DATAGRAM_MAX = 65_535;
const DATAGRAMS_MAX = 1024;

/** The fragments of `packet` for a link of `mtu`, in order. Fragments are cut further, as IPv4 routers do. */
export function fragmentsOf(packet: IpPacket, mtu: number): IpPacket[] {
  const header = packet.version === 4 ? IPV4_HEADER_BYTES : IPV6_HEADER_BYTES + IPV6_FRAGMENT_HEADER_BYTES;
  const { payload } = packet;
  const whole = payload.kind === "fragment" ? payload : null;
  // Off the encoded packet, so that damage done to it stays done.
  const data = encodePacket(packet).subarray(ipHeaderBytes(packet.version, payload));
  const base = whole === null ? 0 : whole.offset;
  const protocol = protocolOf(packet.version, payload);
  const step = Math.max(8, (mtu - header) & ~7);
  const pieces: IpPacket[] = [];
  for (let at = 0; at < data.length; at += step) {
    const piece = data.subarray(at, Math.min(at + step, data.length));
    const more = at + step < data.length || (whole !== null && whole.more);
    const fragment: Fragment = { kind: "fragment", protocol, offset: base + at, more, data: piece };
    pieces.push(
      packetOf(
        packet.version,
        packet.source,
        packet.destination,
        packet.ttl,
        packet.ecn,
        false,
        packet.id,
        fragment,
        header + piece.length,
        -1,
        null,
        packet.owner,
      ),
    );
  }
  return pieces;
}

/** A datagram of which pieces have come. */
interface Partial {
  readonly key: string;
  readonly deadline: number;
  readonly pieces: { readonly packet: IpPacket; readonly fragment: Fragment; readonly row: number }[];
  /** Bytes received. */
  bytes: number;
  /** Length of the whole, -1 until the last piece has come. */
  total: number;
}

/** What reassembly needs of its host. */
export interface ReassemblyHost {
  now(): number;
  timer(fire: () => void): Timer;
  /** A piece is lost; `row` is its row in the packet table. */
  lost(row: number, reason: DropReason): void;
  /** A datagram was given up; `first` is its first piece, which an ICMP error can quote. */
  expired(first: IpPacket): void;
}

/**
 * Bounded reassembly of one IP version. Pieces that overlap others end their datagram, as RFC 5722 wants and Linux does for
 * both versions; exact repetitions are ignored.
 */
export class Reassembler {
  readonly #version: 4 | 6;
  readonly #host: ReassemblyHost;
  /** In the order they began, which is that of their deadlines. */
  readonly #partials = new Map<string, Partial>();
  readonly #timer: Timer;
  #memory = 0;

  constructor(version: 4 | 6, host: ReassemblyHost) {
    this.#version = version;
    this.#host = host;
    this.#timer = host.timer(() => this.#expire());
  }

  /** Takes a piece; answers the whole packet when it was the last one missing, else null. */
  add(packet: IpPacket, fragment: Fragment, row: number): IpPacket | null {
    const end = fragment.offset + fragment.data.length;
    const ragged = fragment.more && (fragment.data.length === 0 || fragment.data.length % 8 !== 0);
    if (ragged || end > DATAGRAM_MAX) {
      this.#host.lost(row, "malformed");
      return null;
    }
    const key = `${packet.id} ${fragment.protocol} ${packet.source} ${packet.destination}`;
    const partial = this.#partials.get(key) ?? this.#begin(key, row);
    if (partial === null) return null;
    for (const piece of partial.pieces) {
      const from = piece.fragment.offset;
      const to = from + piece.fragment.data.length;
      if (from === fragment.offset && to === end) {
        this.#host.lost(row, "malformed");
        return null;
      }
      if (from < end && fragment.offset < to) return this.#refuse(partial, row);
    }
    if (!fragment.more) {
      if (partial.total !== -1 && partial.total !== end) return this.#refuse(partial, row);
      partial.total = end;
    }
    if (partial.total !== -1 && end > partial.total) return this.#refuse(partial, row);
    if (this.#memory + fragment.data.length > MEMORY_MAX) {
      this.#host.lost(row, "receive buffer");
      return null;
    }
    partial.pieces.push({ packet, fragment, row });
    partial.bytes += fragment.data.length;
    this.#memory += fragment.data.length;
    if (partial.bytes !== partial.total) return null;
    this.#forget(partial);
    return this.#join(partial, row);
  }

  #begin(key: string, row: number): Partial | null {
    if (this.#partials.size >= DATAGRAMS_MAX) {
      this.#host.lost(row, "receive buffer");
      return null;
    }
    const deadline = this.#host.now() + TIMEOUT_NS[this.#version];
    const partial: Partial = { key, deadline, pieces: [], bytes: 0, total: -1 };
    if (this.#partials.size === 0) this.#timer.setAt(deadline);
    this.#partials.set(key, partial);
    return partial;
  }

  #refuse(partial: Partial, row: number): null {
    this.#host.lost(row, "malformed");
    for (const piece of partial.pieces) this.#host.lost(piece.row, "malformed");
    this.#forget(partial);
    return null;
  }

  #forget(partial: Partial): void {
    this.#partials.delete(partial.key);
    this.#memory -= partial.bytes;
    if (this.#partials.size === 0) this.#timer.clear();
  }

  #join(partial: Partial, row: number): IpPacket | null {
    const header = this.#version === 4 ? IPV4_HEADER_BYTES : IPV6_HEADER_BYTES;
    const first = partial.pieces.find((piece) => piece.fragment.offset === 0) ?? partial.pieces[0];
    const data = new Uint8Array(partial.total);
    for (const { fragment } of partial.pieces) data.set(fragment.data, fragment.offset);
    const { protocol } = first.fragment;
    // Encoded as one unfragmented packet: the transport's checksum is verified under its addresses.
    const { version, source, destination, ttl, ecn, id } = first.packet;
    const length = header + data.length;
    const fragment: Fragment = { kind: "fragment", protocol, offset: 0, more: false, data };
    const shell = packetOf(
      version,
      source,
      destination,
      ttl,
      ecn,
      false,
      id,
      fragment,
      version === 4 ? length : length + IPV6_FRAGMENT_HEADER_BYTES,
      -1,
    );
    const bytes = encodePacket(shell);
    const payload = decodeTransport(bytes, protocol, bytes.length - data.length, bytes.length);
    if (typeof payload === "string") {
      this.#host.lost(row, payload);
      return null;
    }
    return packetOf(version, source, destination, ttl, ecn, false, id, payload, length, -1);
  }

  #expire(): void {
    const now = this.#host.now();
    for (const partial of this.#partials.values()) {
      if (partial.deadline > now) {
        this.#timer.setAt(partial.deadline);
        return;
      }
      this.#forget(partial);
      for (const piece of partial.pieces) this.#host.lost(piece.row, "reassembly timeout");
      const first = partial.pieces.find((piece) => piece.fragment.offset === 0);
      if (first !== undefined) this.#host.expired(first.packet);
    }
  }
}
