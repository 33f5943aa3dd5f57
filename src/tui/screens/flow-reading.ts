// One TCP stream read out of a trace, both directions, a slice of packets at a time: its segments by the bytes they carry, what acknowledged
// them, and what a capture's analysis says of round trips and bytes in flight.
//
// Offsets count the bytes of a direction from its first, as the programs do; sequence numbers are unwrapped on the way.

import type { TcpAnalysis } from "../../capture/analysis/tcp.ts";
import { NO_OFFSET, PROTOCOL } from "../../trace/packets.ts";
import type { StreamTable } from "../../trace/streams.ts";
import type { Trace } from "../../trace/trace.ts";
import { decodeTcpOptions } from "../../wire/tcp-options.ts";
import { TCP_FLAG, TCP_HEADER_LENGTH_MIN } from "../../wire/tcp.ts";
import { FlowSide } from "./flow-side.ts";
import { FlowTurns } from "./flow-turns.ts";
import type { FlowContents } from "./flow-turns.ts";

/** Options of this length or less are timestamps alone, on a segment with data and on an ACK that acknowledges more. */
const PLAIN_OPTIONS = 12;

export class FlowReading implements FlowContents {
  readonly stream: number;
  readonly sides: readonly [FlowSide, FlowSide];
  readonly turns = new FlowTurns();
  /** Packets of the trace read so far. */
  read = 0;
  /** The stream's first packet, -1 before it is read; times of its first and last. */
  first = -1;
  startNs = 0;
  endNs = 0;
  readonly #trace: Trace;
  readonly #streams: StreamTable;
  readonly #analysis: TcpAnalysis | null;
  readonly #drawn: boolean;

  /**
   * `analysis` is asked where the ends did not tell of themselves: null leaves round trips and bytes in flight out. Without `drawn` all that
   * only graphs want is left out, which of a long stream is most of it.
   */
  constructor(
    trace: Trace,
    stream: number,
    streams: StreamTable,
    analysis: TcpAnalysis | null,
    drawn: boolean = true,
  ) {
    this.sides = [new FlowSide(trace, drawn), new FlowSide(trace, drawn)];
    this.#drawn = drawn;
    this.#trace = trace;
    this.#streams = streams;
    this.#analysis = analysis;
    this.stream = stream;
  }

  /** Reads the next `count` packets of the trace. */
  readOn(count: number): void {
    const { packets } = this.#trace;
    const end = Math.min(packets.count, this.read + count);
    for (let row = this.read; row < end; row++) {
      if (packets.stream[row] === this.stream && packets.protocol[row] === PROTOCOL.tcp) this.#packet(row);
    }
    this.read = end;
  }

  /** The last packet read that carries data, -1 for none. */
  get lastWithData(): number {
    return Math.max(...this.sides.map(({ rows, count }) => (count === 0 ? -1 : rows[count - 1])));
  }

  /** Which way a packet of the stream goes. */
  directionOf(row: number): 0 | 1 {
    const { source, sourcePort } = this.#trace.packets;
    return source[row] === source[this.first] && sourcePort[row] === sourcePort[this.first] ? 0 : 1;
  }

  #packet(row: number): void {
    const { packets } = this.#trace;
    const timeNs = this.#trace.packetNs(row);
    if (this.first === -1) {
      this.first = row;
      this.startNs = timeNs;
      this.endNs = timeNs;
    }
    this.startNs = Math.min(this.startNs, timeNs);
    this.endNs = Math.max(this.endNs, timeNs);
    const direction = this.directionOf(row);
    const own = this.sides[direction];
    const other = this.sides[1 - direction];
    const flags = packets.tcpFlags[row];
    const length = packets.payloadLength[row];
    if (length > 0) {
      const syn = (flags & TCP_FLAG.syn) === 0 ? 0 : 1;
      const seq = packets.tcpSeq[row] + syn;
      const before = own.length;
      const hop = this.#trace.transits[row]?.from ?? "";
      own.segment(row, this.#streams.relativeSeq(packets, row) + syn, seq >>> 0, length, hop);
      if (own.length > before) this.turns.add(direction, before, own.length, other.length);
      const inFlight = this.#analysis?.bytesInFlight(row) ?? 0;
      if (inFlight > 0) own.inFlight.push(timeNs, inFlight);
    }
    if (!this.#drawn || (flags & TCP_FLAG.ack) === 0 || (flags & TCP_FLAG.rst) !== 0) return;
    const advanced = other.acknowledged(
      timeNs,
      this.#streams.relativeAck(packets, row),
      this.#streams.scaledWindow(packets, row),
    );
    this.#sack(row, timeNs, other, advanced || length > 0 ? PLAIN_OPTIONS : 0);
    const segment = this.#analysis?.acksRow(row) ?? -1;
    if (segment === -1 || this.#analysis === null) return;
    const rttNs = Number(this.#analysis.betweenNs(segment, row));
    if (rttNs > 0) other.roundTrips.push(timeNs, rttNs);
  }

  /** Takes note of SACK blocks in options of more than `plain` bytes. */
  #sack(row: number, timeNs: number, acknowledged: FlowSide, plain: number): void {
    const { packets } = this.#trace;
    const start = packets.transportOffset[row];
    const end = packets.payloadOffset[row];
    if (start === NO_OFFSET || end === NO_OFFSET || end - start <= TCP_HEADER_LENGTH_MIN + plain) return;
    const bytes = this.#trace.bytes(row);
    if (end > bytes.length) return;
    const base = (packets.tcpAck[row] - this.#streams.relativeAck(packets, row)) >>> 0;
    for (const option of decodeTcpOptions(bytes, start, end).options) {
      if (option.kind !== "sack") continue;
      for (let i = 0; i + 1 < option.edges.length; i += 2) {
        acknowledged.selective(timeNs, (option.edges[i] - base) >>> 0);
      }
    }
  }
}
