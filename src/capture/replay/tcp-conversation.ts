// The play of a captured TCP stream.

import { PROTOCOL } from "../../trace/packets.ts";
import type { PacketTable } from "../../trace/packets.ts";
import type { Trace } from "../../trace/trace.ts";
import { TCP_FLAG } from "../../wire/tcp.ts";
import type { DissectContext } from "../dissect/dissect.ts";
import { followStream, segmentBytes } from "../reassembly/follow.ts";
import type { Followed, FollowSegment } from "../reassembly/follow.ts";
import { MISSING_MAX } from "./conversation.ts";
import type { Conversation, ReplayProblem, ReplaySide, ReplayStep, SideIndex } from "./conversation.ts";

const NOTHING = new Uint8Array(0);

/** A side whose largest segment is smaller than what any network carries (RFC 9293 3.7.1) was held up by none. */
const FULL_SEGMENT_MIN = 536;

/** The play of `tcp.stream` number `stream`, or why there is none. */
export function tcpConversation(
  trace: Trace,
  stream: number,
  context: DissectContext,
): Conversation | ReplayProblem {
  const { reassembly } = context;
  const followed = followStream(trace, stream, reassembly === undefined ? {} : { reassembly });
  if (followed.ends === null) return { problem: `no TCP stream ${stream} in the capture` };
  let missing = 0;
  for (const segment of followed.segments) if (segment.kind === "gap") missing += segment.length;
  if (missing > MISSING_MAX) {
    return { problem: `TCP stream ${stream}: ${missing} of its bytes are missing from the capture` };
  }
  const lanes = new Lanes(trace, stream);
  const sides = sidesOf(trace, followed, lanes, context);
  const client = lanes.client;
  const last = lanes.rows[lanes.rows.length - 1];
  return {
    protocol: "tcp",
    stream,
    client: sides[client],
    server: sides[client === 0 ? 1 : 0],
    missing,
    rttNs: lanes.roundTripNs[0] + lanes.roundTripNs[1],
    durationNs: Math.max(0, lanes.sinceStartNs(last)),
    rows: lanes.rows,
  };
}

/** What one direction's packets tell beside their data. */
interface Lane {
  /** Sequence number before the first byte of data. */
  base: number;
  hasBase: boolean;
  finRow: number;
  resetRow: number;
  /** Bytes of a segment that may have been cut off by the network's limit, not by the program: its largest. */
  fullSegment: number;
}

/** The packets of the stream, walked once. */
class Lanes {
  readonly rows: number[] = [];
  readonly lanes: readonly [Lane, Lane] = [newLane(), newLane()];
  /** The part of the handshake's round trip between the capture and a side: sides as numbered by the first packet. */
  readonly roundTripNs: [number, number] = [0, 0];
  /** When the client's answer to the SYN+ACK passed the capture; 0 where that is not in it. */
  handshakeNs = 0;
  client: SideIndex = 0;
  readonly #packets: PacketTable;

  constructor(trace: Trace, stream: number) {
    const { packets } = trace;
    this.#packets = packets;
    const synRow: [number, number] = [-1, -1];
    let synAckRow = -1;
    let isEstablished = false;
    for (let row = 0; row < packets.count; row++) {
      if (packets.stream[row] !== stream || packets.protocol[row] !== PROTOCOL.tcp) continue;
      this.rows.push(row);
      const side = this.sideOf(row);
      const lane = this.lanes[side];
      const flags = packets.tcpFlags[row];
      const isSyn = (flags & TCP_FLAG.syn) !== 0;
      if (!lane.hasBase) {
        lane.base = isSyn ? (packets.tcpSeq[row] + 1) >>> 0 : packets.tcpSeq[row];
        lane.hasBase = true;
      }
      if (isSyn && (flags & TCP_FLAG.ack) === 0 && synRow[side] === -1) {
        if (synRow[0] === -1 && synRow[1] === -1) this.client = side;
        synRow[side] = row;
      }
      if (isSyn && (flags & TCP_FLAG.ack) !== 0) {
        if (synAckRow === -1) {
          synAckRow = row;
          // A capture that begins with the answer still tells who asked.
          if (synRow[0] === -1 && synRow[1] === -1) this.client = side === 0 ? 1 : 0;
          else this.roundTripNs[side] = this.betweenNs(synRow[side === 0 ? 1 : 0], row);
        }
      } else if (synAckRow !== -1 && !isSyn && side === this.client && !isEstablished) {
        isEstablished = true;
        this.roundTripNs[side] = this.betweenNs(synAckRow, row);
        this.handshakeNs = this.sinceStartNs(row);
      }
      if ((flags & TCP_FLAG.fin) !== 0 && lane.finRow === -1) lane.finRow = row;
      if ((flags & TCP_FLAG.rst) !== 0 && lane.resetRow === -1) lane.resetRow = row;
      lane.fullSegment = Math.max(lane.fullSegment, packets.payloadLength[row]);
    }
  }

  /** 0: the sender of the stream's first packet. */
  sideOf(row: number): SideIndex {
    const packets = this.#packets;
    const first = this.rows[0];
    const isSame =
      packets.source[row] === packets.source[first] && packets.sourcePort[row] === packets.sourcePort[first];
    return isSame ? 0 : 1;
  }

  sinceStartNs(row: number): number {
    return this.betweenNs(this.rows[0], row);
  }

  /** 0 where a row is missing or the clock ran backwards. */
  betweenNs(from: number, to: number): number {
    if (from === -1 || to === -1) return 0;
    const { seconds, nanoseconds } = this.#packets;
    return Math.max(0, (seconds[to] - seconds[from]) * 1e9 + nanoseconds[to] - nanoseconds[from]);
  }

  /** Bytes of the other side's data that `row`'s acknowledgment covers; null where it has none. */
  acknowledged(row: number): number | null {
    const packets = this.#packets;
    if ((packets.tcpFlags[row] & TCP_FLAG.ack) === 0) return null;
    const { base, hasBase } = this.lanes[this.sideOf(row) === 0 ? 1 : 0];
    return hasBase ? Math.max(0, (packets.tcpAck[row] - base) | 0) : null;
  }
}

function newLane(): Lane {
  return { base: 0, hasBase: false, finRow: -1, resetRow: -1, fullSegment: FULL_SEGMENT_MIN };
}

/** What is known of a side while its steps are made. */
interface Making {
  readonly steps: ReplayStep[];
  bytes: number;
  /** When each of its bytes passed the capture: running totals and times, both ascending. */
  readonly passed: { readonly bytes: number; readonly atNs: number }[];
  /** The first entry of the other's `passed` that brings what it has. */
  cause: number;
  /** How much of the other's data it has been seen to have. */
  received: number;
  /** When it did its last thing, and whether the network may have held the next one up. */
  lastNs: number;
  lastWasFull: boolean;
}

function sidesOf(
  trace: Trace,
  followed: Followed,
  lanes: Lanes,
  context: DissectContext,
): [ReplaySide, ReplaySide] {
  const making: [Making, Making] = [newMaking(), newMaking()];
  for (const segment of followed.segments) addData(trace, segment, lanes, making, context);
  for (const side of [0, 1] as const) {
    const { finRow, resetRow } = lanes.lanes[side];
    // A reset after a FIN is how the system answers what comes too late, and no deed of the program.
    if (finRow !== -1) addEnd("end", finRow, side, lanes, making);
    else if (resetRow !== -1) addEnd("reset", resetRow, side, lanes, making);
  }
  const ends = followed.ends ?? [
    { address: "", port: 0 },
    { address: "", port: 0 },
  ];
  const sideOf = (side: SideIndex): ReplaySide => ({
    end: ends[side],
    steps: making[side].steps,
    bytes: making[side].bytes,
    ends: lanes.lanes[side].finRow !== -1,
  });
  return [sideOf(0), sideOf(1)];
}

function newMaking(): Making {
  return { steps: [], bytes: 0, passed: [], cause: 0, received: 0, lastNs: 0, lastWasFull: false };
}

function addData(
  trace: Trace,
  segment: FollowSegment,
  lanes: Lanes,
  making: readonly [Making, Making],
  context: DissectContext,
): void {
  const { direction: side } = segment;
  const isGap = segment.kind === "gap";
  const bytes = isGap
    ? new Uint8Array(segment.length)
    : segmentBytes(trace, segment, context.reassembly).slice();
  const own = making[side];
  const other = making[side === 0 ? 1 : 0];
  // The packet that tells of a gap is the receiver's.
  const isOwn = lanes.sideOf(segment.row) === side;
  const acked = isOwn ? lanes.acknowledged(segment.row) : null;
  const after = Math.max(own.received, Math.min(acked ?? own.received, other.bytes));
  const atNs = Math.max(own.lastNs, lanes.sinceStartNs(segment.row));
  const thinkNs = thinkingBefore(atNs, after, side, lanes, making);
  own.steps.push({ kind: "data", bytes, isMissing: isGap, after, afterEnd: false, thinkNs, atNs });
  own.bytes += bytes.length;
  own.received = after;
  own.lastNs = atNs;
  own.lastWasFull = isGap || bytes.length >= lanes.lanes[side].fullSegment;
  own.passed.push({ bytes: own.bytes, atNs });
}

function addEnd(
  kind: "end" | "reset",
  row: number,
  side: SideIndex,
  lanes: Lanes,
  making: readonly [Making, Making],
): void {
  const own = making[side];
  const otherSide: SideIndex = side === 0 ? 1 : 0;
  const other = making[otherSide];
  const acked = lanes.acknowledged(row) ?? own.received;
  const after = Math.max(own.received, Math.min(acked, other.bytes));
  const afterEnd = lanes.lanes[otherSide].finRow !== -1 && acked > other.bytes;
  const atNs = Math.max(own.lastNs, lanes.sinceStartNs(row));
  const thinkNs = afterEnd
    ? Math.max(0, lanes.betweenNs(lanes.lanes[otherSide].finRow, row) - lanes.roundTripNs[side])
    : thinkingBefore(atNs, after, side, lanes, making);
  own.steps.push({ kind, bytes: NOTHING, after, afterEnd, thinkNs, atNs });
}

function thinkingBefore(
  atNs: number,
  after: number,
  side: SideIndex,
  lanes: Lanes,
  making: readonly [Making, Making],
): number {
  const own = making[side];
  const other = making[side === 0 ? 1 : 0];
  const isFirst = own.steps.length === 0;
  if (after > own.received || isFirst) {
    while (own.cause < other.passed.length - 1 && other.passed[own.cause].bytes < after) own.cause++;
    const hasCause = after > 0;
    const causeNs = hasCause ? other.passed[own.cause].atNs : lanes.handshakeNs;
    if (causeNs >= own.lastNs || isFirst) {
      // The handshake's last word is the client's own: only the server waits for it to come.
      const wayNs = hasCause || side !== lanes.client ? lanes.roundTripNs[side] : 0;
      return Math.max(0, atNs - causeNs - wayNs);
    }
  }
  return own.lastWasFull ? 0 : atNs - own.lastNs;
}
