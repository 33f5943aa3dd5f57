// Following a stream: the bytes each side sent, in the order the other could read them, as Wireshark's Follow shows
// them. Segments point into packets; nothing is copied until it is shown.
//
// A byte that comes twice counts as it came first. Bytes missing from the capture are a gap once the receiver has
// acknowledged what lies behind them; until then what lies behind is held back, and stays so at the end of the capture.

import { NO_OFFSET, PROTOCOL } from "../../trace/packets.ts";
import type { PacketTable } from "../../trace/packets.ts";
import type { Trace } from "../../trace/trace.ts";
import { TCP_FLAG } from "../../wire/tcp.ts";
import { UDP_HEADER_LENGTH } from "../../wire/udp.ts";
import { payloadOf } from "./fragments.ts";
import type { Reassembly } from "./fragments.ts";
import { SideReader } from "./side.ts";

/** 0: from the sender of the stream's first packet in the capture; 1: to it. */
export type Direction = 0 | 1;

/** Bytes [start, start + length) of packet `row`, or of the datagram it completes. */
export interface DataSegment {
  readonly kind: "data";
  readonly direction: Direction;
  readonly row: number;
  readonly start: number;
  readonly length: number;
  /** The offsets count in the reassembled datagram's payload. */
  readonly inDatagram: boolean;
}

/** Bytes the stream had and the capture has not. */
export interface GapSegment {
  readonly kind: "gap";
  readonly direction: Direction;
  /** The packet that tells: it acknowledges more than was seen, or was cut by the snap length. */
  readonly row: number;
  readonly length: number;
  readonly reason: "missing packets" | "cut by snap length";
}

export type FollowSegment = DataSegment | GapSegment;

export interface FollowEnd {
  readonly address: string;
  readonly port: number;
}

export interface Followed {
  /** Senders of direction 0 and 1; null when the stream has no packets. */
  readonly ends: readonly [FollowEnd, FollowEnd] | null;
  /** Both directions, interleaved as their bytes became readable. */
  readonly segments: readonly FollowSegment[];
  /** Bytes of data a direction, without gaps. */
  readonly bytes: readonly [number, number];
  /** By sequence number: data behind a gap nobody has acknowledged, which the receiver may never have read. */
  readonly held: readonly DataSegment[];
}

export interface FollowOptions {
  /** `tcp` by default. For `udp` every datagram with a payload is a segment. */
  readonly protocol?: "tcp" | "udp";
  /** For streams some of whose packets came in fragments. */
  readonly reassembly?: Reassembly;
}

/** Follows `tcp.stream` (or `udp.stream`) number `stream`; empty when there is none. */
export function followStream(trace: Trace, stream: number, options: FollowOptions = {}): Followed {
  const { packets } = trace;
  const tcp = options.protocol !== "udp";
  const protocol = tcp ? PROTOCOL.tcp : PROTOCOL.udp;
  const segments: FollowSegment[] = [];
  const sides = [new SideReader(0, segments), new SideReader(1, segments)];
  let first = -1;
  for (let row = 0; row < packets.count; row++) {
    if (packets.stream[row] !== stream || packets.protocol[row] !== protocol) continue;
    if (first === -1) first = row;
    const direction = directionOf(packets, first, row);
    const payload = payloadIn(trace, row, options.reassembly);
    if (tcp) {
      const flags = packets.tcpFlags[row];
      if ((flags & TCP_FLAG.ack) !== 0) sides[1 - direction].acknowledged(packets.tcpAck[row], row);
      const syn = (flags & TCP_FLAG.syn) !== 0;
      const seq = syn ? (packets.tcpSeq[row] + 1) >>> 0 : packets.tcpSeq[row];
      sides[direction].segment(seq, packets.payloadLength[row], payload);
    } else if (payload.length > 0) {
      sides[direction].datagram(payload);
    }
  }
  return {
    ends: first === -1 ? null : endsOf(packets, first),
    segments,
    bytes: [sides[0].bytes, sides[1].bytes],
    held: [...sides[0].held(), ...sides[1].held()],
  };
}

/** The bytes of a segment; pass the `reassembly` the stream was followed with. Shorter when they are gone. */
export function segmentBytes(trace: Trace, segment: DataSegment, reassembly?: Reassembly): Uint8Array {
  const { row, start, length, inDatagram } = segment;
  const datagram = inDatagram ? reassembly?.completedBy(row) : null;
  const bytes = datagram === null || datagram === undefined ? trace.bytes(row) : payloadOf(trace, datagram);
  return bytes.subarray(start, start + length);
}

/** Where the captured part of a row's payload is. */
export interface PayloadPlace {
  readonly row: number;
  readonly start: number;
  readonly length: number;
  readonly inDatagram: boolean;
}

/** Where `row`, a TCP or UDP packet, has its payload. */
export function payloadIn(trace: Trace, row: number, reassembly: Reassembly | undefined): PayloadPlace {
  const { packets } = trace;
  const length = packets.payloadLength[row];
  const start = packets.payloadOffset[row];
  if (start !== NO_OFFSET) {
    const captured = Math.max(0, Math.min(length, packets.capturedLength[row] - start));
    return { row, start, length: captured, inDatagram: false };
  }
  const datagram = reassembly?.completedBy(row) ?? null;
  if (datagram === null || length > datagram.length) return { row, start: 0, length: 0, inDatagram: false };
  // A datagram may be longer than its UDP header says.
  const isUdp = packets.protocol[row] === PROTOCOL.udp;
  const from = isUdp ? UDP_HEADER_LENGTH : datagram.length - length;
  if (from + length > datagram.length) return { row, start: 0, length: 0, inDatagram: false };
  return { row, start: from, length, inDatagram: true };
}

/** The captured payload of `row`, a TCP or UDP packet, for a look at once as of `Trace.glance`. */
export function glanceAtPayload(trace: Trace, row: number, reassembly: Reassembly | undefined): Uint8Array {
  const { packets } = trace;
  const start = packets.payloadOffset[row];
  // What nearly all packets are: not in fragments.
  if (start !== NO_OFFSET) return trace.glance(row, start, packets.payloadLength[row]);
  const place = payloadIn(trace, row, reassembly);
  return segmentBytes(trace, { kind: "data", direction: 0, ...place }, reassembly);
}

function directionOf(packets: PacketTable, first: number, row: number): Direction {
  const same =
    packets.source[row] === packets.source[first] && packets.sourcePort[row] === packets.sourcePort[first];
  return same ? 0 : 1;
}

function endsOf(packets: PacketTable, row: number): [FollowEnd, FollowEnd] {
  const { addresses } = packets;
  return [
    { address: addresses.text(packets.source[row]), port: packets.sourcePort[row] },
    { address: addresses.text(packets.destination[row]), port: packets.destinationPort[row] },
  ];
}
