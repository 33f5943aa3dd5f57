// The data of a TCP stream's graphs, a direction at a time: sequence numbers, round trips, windows, throughput.
//
// Directions are as `followStream` numbers them: 0 is from the sender of the stream's first packet, 1 to it. Times are nanoseconds since the
// capture's first packet, or since a run began.

import { ANALYSIS } from "../../trace/analysis-flags.ts";
import { PROTOCOL } from "../../trace/packets.ts";
import type { StreamTable } from "../../trace/streams.ts";
import type { Trace } from "../../trace/trace.ts";
import { TCP_FLAG } from "../../wire/tcp.ts";
import type { TcpAnalysis } from "../analysis/tcp.ts";
import { SeenBytes } from "./seen-bytes.ts";

/** What beside the trace is needed: of a capture its own, of a run `streamsOf` and `analysisOf`. */
export interface GraphContext {
  readonly streams: StreamTable;
  readonly analysis: TcpAnalysis;
}

interface Point {
  /** The packet it comes from. */
  readonly row: number;
  readonly timeNs: number;
}

/** One segment of the direction. */
export interface SequencePoint extends Point {
  /** `tcp.seq`: relative. */
  readonly seq: number;
  /** `tcp.len` in bytes. */
  readonly length: number;
  readonly isRetransmission: boolean;
}

/** One acknowledgment that comes back: up to where, and how far the receiver lets the sender go. */
export interface AckPoint extends Point {
  /** `tcp.ack`, in the direction's sequence numbers. */
  readonly ack: number;
  /** `tcp.window_size` in bytes. */
  readonly window: number;
}

/** A segment's round trip, where the capture was made: from it to the ACK of its last byte. */
export interface RttPoint extends Point {
  /** The segment; `row` is the ACK. */
  readonly segment: number;
  /** `tcp.seq` of the segment. */
  readonly seq: number;
  /** `tcp.analysis.ack_rtt`. */
  readonly rttNs: number;
}

/** What limits the sender, and what it has sent: either is null where the packet tells of the other. */
export interface WindowPoint extends Point {
  /** The receiver's window, by a packet that comes back: `tcp.window_size`. */
  readonly window: number | null;
  /** Sent and not acknowledged, by a segment of the direction: `tcp.analysis.bytes_in_flight`. */
  readonly inFlight: number | null;
}

/** What passed in one interval. */
export interface ThroughputPoint {
  /** Of the interval's beginning. */
  readonly timeNs: number;
  /** Bytes of payload, those sent again too. */
  readonly bytes: number;
  /** Bytes of payload that had not been sent before. */
  readonly goodput: number;
}

/** Intervals counted at most; longer streams get longer intervals. */
const INTERVALS_MAX = 100_000;

/** Rows of TCP stream `stream`, in order. */
export function rowsOfStream(trace: Trace, stream: number): number[] {
  const { packets } = trace;
  const rows: number[] = [];
  for (let row = 0; row < packets.count; row++) {
    if (packets.stream[row] === stream && packets.protocol[row] === PROTOCOL.tcp) rows.push(row);
  }
  return rows;
}

/** Time-sequence: the direction's segments. */
export function sequencePoints(
  trace: Trace,
  { streams }: GraphContext,
  rows: readonly number[],
  direction: 0 | 1,
): SequencePoint[] {
  const { packets } = trace;
  return ofDirection(trace, rows, direction).map((row) => ({
    row,
    timeNs: trace.packetNs(row),
    seq: streams.relativeSeq(packets, row),
    length: packets.payloadLength[row],
    isRetransmission: (packets.analysis[row] & ANALYSIS.retransmission) !== 0,
  }));
}

/** The acknowledgments of the direction's segments, for the lines tcptrace draws around them. */
export function ackPoints(
  trace: Trace,
  { streams }: GraphContext,
  rows: readonly number[],
  direction: 0 | 1,
): AckPoint[] {
  const { packets } = trace;
  const back = ofDirection(trace, rows, direction === 0 ? 1 : 0);
  return back
    .filter((row) => (packets.tcpFlags[row] & TCP_FLAG.ack) !== 0)
    .map((row) => ({
      row,
      timeNs: trace.packetNs(row),
      ack: streams.relativeAck(packets, row),
      window: streams.scaledWindow(packets, row),
    }));
}

/** Round trips of the direction's segments. */
export function rttPoints(
  trace: Trace,
  { streams, analysis }: GraphContext,
  rows: readonly number[],
  direction: 0 | 1,
): RttPoint[] {
  const { packets } = trace;
  const points: RttPoint[] = [];
  for (const row of ofDirection(trace, rows, direction === 0 ? 1 : 0)) {
    const segment = analysis.acksRow(row);
    if (segment === -1) continue;
    const rttNs = Number(analysis.betweenNs(segment, row));
    // Two packets of one time: tshark knows no round trip either.
    if (rttNs === 0) continue;
    const seq = streams.relativeSeq(packets, segment);
    points.push({ row, timeNs: trace.packetNs(row), segment, seq, rttNs });
  }
  return points;
}

/** The window of the direction's receiver, and what its sender has in flight. */
export function windowPoints(
  trace: Trace,
  { streams, analysis }: GraphContext,
  rows: readonly number[],
  direction: 0 | 1,
): WindowPoint[] {
  const { packets } = trace;
  const isOwn = directionOf(trace, rows);
  const points: WindowPoint[] = [];
  for (const row of rows) {
    const timeNs = trace.packetNs(row);
    if (isOwn(row) !== direction) {
      points.push({ row, timeNs, window: streams.scaledWindow(packets, row), inFlight: null });
      continue;
    }
    const inFlight = analysis.bytesInFlight(row);
    if (inFlight > 0) points.push({ row, timeNs, window: null, inFlight });
  }
  return points;
}

/**
 * The direction's payload by intervals of `intervalNs`, from the stream's first packet to its last, empty ones too; of more than 100,000
 * the length is doubled until they are fewer.
 */
export function throughputPoints(
  trace: Trace,
  rows: readonly number[],
  direction: 0 | 1,
  intervalNs: number,
): ThroughputPoint[] {
  if (rows.length === 0) return [];
  const { packets } = trace;
  let startNs = Infinity;
  let endNs = -Infinity;
  for (const row of rows) {
    startNs = Math.min(startNs, trace.packetNs(row));
    endNs = Math.max(endNs, trace.packetNs(row));
  }
  let stepNs = intervalNs;
  while ((endNs - startNs) / stepNs >= INTERVALS_MAX) stepNs *= 2;
  const count = Math.floor((endNs - startNs) / stepNs) + 1;
  const points = Array.from({ length: count }, (_, i) => ({
    timeNs: startNs + i * stepNs,
    bytes: 0,
    goodput: 0,
  }));
  const seen = new SeenBytes();
  for (const row of ofDirection(trace, rows, direction)) {
    const length = packets.payloadLength[row];
    if (length === 0) continue;
    const point = points[Math.floor((trace.packetNs(row) - startNs) / stepNs)];
    point.bytes += length;
    point.goodput += seen.add(packets.tcpSeq[row], length);
  }
  return points;
}

/** Bits a second of `bytes` in `intervalNs`. */
export function bitsPerSecond(bytes: number, intervalNs: number): number {
  return intervalNs === 0 ? 0 : (bytes * 8e9) / intervalNs;
}

function directionOf(trace: Trace, rows: readonly number[]): (row: number) => 0 | 1 {
  const { source, sourcePort } = trace.packets;
  const first = rows[0];
  return (row) => (source[row] === source[first] && sourcePort[row] === sourcePort[first] ? 0 : 1);
}

function ofDirection(trace: Trace, rows: readonly number[], direction: 0 | 1): number[] {
  const isOwn = directionOf(trace, rows);
  return rows.filter((row) => isOwn(row) === direction);
}
