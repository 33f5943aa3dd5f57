// Which rows of a stream say something of its messages: a chain through the packet table, four bytes a row, so that showing one packet
// reads its stream and not the file.
//
// Acknowledgements alone are left out, nearly half of a capture's segments, but for the first of each direction: it says where sequence
// numbers begin.

import { NO_STREAM, PROTOCOL } from "../../trace/packets.ts";
import type { PacketTable } from "../../trace/packets.ts";
import { TCP_FLAG } from "../../wire/tcp.ts";

const CONTROL = TCP_FLAG.syn | TCP_FLAG.fin;

/** Streams. Small, as in `packets.ts`. */
const CAPACITY_MIN = 4;

export type StreamKind = "tcp" | "udp";

/** The chains of one kind of stream. It follows the table as that grows. */
export class StreamRows {
  readonly #table: PacketTable;
  readonly #protocol: number;
  #seen = 0;
  /** By row: the next row of its stream, 0 for none (no chain leads to row 0). */
  #next: Uint32Array;
  /** By stream: first and last row, plus one; 0 for none yet. */
  #first = new Uint32Array(CAPACITY_MIN);
  #last = new Uint32Array(CAPACITY_MIN);
  /** By stream: a bit for each direction that has sent something. */
  #senders = new Uint8Array(CAPACITY_MIN);

  constructor(table: PacketTable, kind: StreamKind) {
    this.#table = table;
    this.#next = table.memory.make(Uint32Array, 0);
    this.#protocol = kind === "tcp" ? PROTOCOL.tcp : PROTOCOL.udp;
  }

  /** The stream's first row, -1 when it has none. */
  first(stream: number): number {
    this.#extend();
    return stream < this.#first.length ? this.#first[stream] - 1 : -1;
  }

  /** More than the number of any stream that was met. */
  get streamsMax(): number {
    return this.#first.length;
  }

  /** By row, as far as the chains were followed: the next row of its stream, 0 for none. */
  get column(): Uint32Array {
    return this.#next;
  }

  /** The row after `row` in its chain, -1 when it is the last so far. */
  next(row: number): number {
    this.#extend();
    const next = this.#next[row];
    return next === 0 ? -1 : next;
  }

  /** Follows the table over at most `most` rows more; answers whether it is up to it. */
  extendSome(most: number): boolean {
    this.#extend(most);
    return this.#seen === this.#table.count;
  }

  #extend(most: number = Infinity): void {
    const table = this.#table;
    if (this.#seen === table.count) return;
    const count = Math.min(table.count, this.#seen + most);
    if (this.#next.length < count) {
      this.#next = table.memory.grown(Uint32Array, this.#next, table.stream.length);
    }
    const isTcp = this.#protocol === PROTOCOL.tcp;
    for (let row = this.#seen; row < count; row++) {
      const stream = table.stream[row];
      if (stream === NO_STREAM || table.protocol[row] !== this.#protocol) continue;
      if (stream >= this.#first.length) this.#growStreams(stream);
      if (isTcp && !this.#says(row, stream)) continue;
      const last = this.#last[stream];
      if (last === 0) this.#first[stream] = row + 1;
      else this.#next[last - 1] = row;
      this.#last[stream] = row + 1;
    }
    this.#seen = count;
  }

  #says(row: number, stream: number): boolean {
    const table = this.#table;
    const isHigh =
      table.source[row] > table.destination[row] ||
      (table.source[row] === table.destination[row] && table.sourcePort[row] > table.destinationPort[row]);
    const sender = isHigh ? 2 : 1;
    const isFirst = (this.#senders[stream] & sender) === 0;
    this.#senders[stream] |= sender;
    return isFirst || table.payloadLength[row] > 0 || (table.tcpFlags[row] & CONTROL) !== 0;
  }

  #growStreams(stream: number): void {
    const size = (stream + 1) * 2;
    const senders = new Uint8Array(size);
    senders.set(this.#senders);
    this.#senders = senders;
    const [first, last] = [new Uint32Array(size), new Uint32Array(size)];
    first.set(this.#first);
    last.set(this.#last);
    this.#first = first;
    this.#last = last;
  }
}
