// What a packet's stream was before it: which packet went before, and how much of a whole connection a TCP stream had shown. Five bytes
// a row, kept from when somebody first asks.

import { grown } from "../../trace/columns.ts";
import { NO_STREAM, PROTOCOL } from "../../trace/packets.ts";
import type { PacketTable } from "../../trace/packets.ts";
import { TCP_FLAG } from "../../wire/tcp.ts";
import type { StreamKind } from "../reassembly/stream-rows.ts";

/** Bits of `tcp.completeness`, as Wireshark has them. */
const SEEN = { syn: 1, synAck: 2, ack: 4, data: 8, fin: 16, rst: 32 } as const;

/** Streams. Small, as in `packets.ts`. */
const CAPACITY_MIN = 4;

/** The histories of one kind of stream, read as far as somebody asked. */
export class StreamHistory {
  readonly #table: PacketTable;
  readonly #protocol: number;
  #rows = 0;
  /** By row: the row before it in its stream, plus one; 0 for none. */
  #previous = new Uint32Array(0);
  #completeness = new Uint8Array(0);
  /** By stream: its first and latest rows, plus one, and what has been seen of it. */
  #first = new Uint32Array(CAPACITY_MIN);
  #latest = new Uint32Array(CAPACITY_MIN);
  #seen = new Uint8Array(CAPACITY_MIN);

  constructor(table: PacketTable, kind: StreamKind) {
    this.#table = table;
    this.#protocol = kind === "tcp" ? PROTOCOL.tcp : PROTOCOL.udp;
  }

  /** The first row of the stream that `row` is of; `row` itself where it is of none. */
  first(row: number): number {
    this.approach(row);
    const stream = this.#streamOf(row);
    return stream === NO_STREAM ? row : this.#first[stream] - 1;
  }

  /** The row before `row` in its stream, of datagrams the last that was not empty; -1 for the first. */
  previous(row: number): number {
    this.approach(row);
    return this.#previous[row] - 1;
  }

  /** `tcp.completeness` of TCP packet `row`: what its stream had shown before it. */
  completeness(row: number): number {
    this.approach(row);
    return this.#completeness[row];
  }

  /** Reads on towards packet `row`, over at most `most` packets; answers whether the others have nothing more to read. */
  approach(row: number, most: number = Infinity): boolean {
    const end = Math.min(row + 1, this.#rows + most);
    if (end > this.#rows) this.#extend(end);
    return this.#rows > row;
  }

  #streamOf(row: number): number {
    return this.#table.protocol[row] === this.#protocol ? this.#table.stream[row] : NO_STREAM;
  }

  #extend(count: number): void {
    const table = this.#table;
    if (this.#previous.length < count) {
      this.#previous = grown(this.#previous, new Uint32Array(table.stream.length));
      this.#completeness = grown(this.#completeness, new Uint8Array(table.stream.length));
    }
    for (let row = this.#rows; row < count; row++) {
      const stream = this.#streamOf(row);
      if (stream === NO_STREAM) continue;
      if (stream >= this.#first.length) this.#growStreams(stream);
      const isFirst = this.#first[stream] === 0;
      if (isFirst) this.#first[stream] = row + 1;
      this.#previous[row] = this.#latest[stream];
      const isTcp = this.#protocol === PROTOCOL.tcp;
      // As in Wireshark, empty datagrams are passed over.
      if (isTcp || isFirst || table.payloadLength[row] > 0) this.#latest[stream] = row + 1;
      this.#completeness[row] = this.#seen[stream];
      if (isTcp) this.#seen[stream] |= this.#shows(row, isFirst);
    }
    this.#rows = count;
  }

  /**
   * As in Wireshark 4.0: what a stream begins with counts only where it is the SYN, and a SYN only there; segments without SYN and ACK show
   * nothing but a RST or a FIN.
   */
  #shows(row: number, isFirst: boolean): number {
    const flags = this.#table.tcpFlags[row];
    const data = this.#table.payloadLength[row] > 0 ? SEEN.data : 0;
    const isSyn = (flags & TCP_FLAG.syn) !== 0;
    const isAck = (flags & TCP_FLAG.ack) !== 0;
    if (isFirst) return isSyn && !isAck ? SEEN.syn | data : 0;
    let shown: number = isAck || isSyn ? data : 0;
    if (isAck && isSyn) shown |= SEEN.synAck;
    else if (isAck && data === 0) shown |= SEEN.ack;
    if ((flags & TCP_FLAG.rst) !== 0) return shown | SEEN.rst;
    return (flags & TCP_FLAG.fin) === 0 ? shown : shown | SEEN.fin;
  }

  #growStreams(stream: number): void {
    const size = (stream + 1) * 2;
    this.#first = grown(this.#first, new Uint32Array(size));
    this.#latest = grown(this.#latest, new Uint32Array(size));
    this.#seen = grown(this.#seen, new Uint8Array(size));
  }
}

const WITH_DATA = SEEN.syn | SEEN.synAck | SEEN.ack | SEEN.data;
const NO_DATA = SEEN.syn | SEEN.synAck | SEEN.ack;
const STAGES: ReadonlyMap<number, string> = new Map([
  [SEEN.syn, "Incomplete, SYN_SENT"],
  [SEEN.syn | SEEN.synAck, "Incomplete, CLIENT_ESTABLISHED"],
  [NO_DATA, "Incomplete, ESTABLISHED"],
  [WITH_DATA, "Incomplete, DATA"],
  ...[SEEN.fin, SEEN.rst, SEEN.fin | SEEN.rst].flatMap((end): [number, string][] => [
    [NO_DATA | end, "Complete, NO_DATA"],
    [WITH_DATA | end, "Complete, WITH_DATA"],
  ]),
]);

/** `Incomplete, DATA (15)`, as Wireshark words a value of `tcp.completeness`. */
export function completenessText(completeness: number): string {
  return `${STAGES.get(completeness) ?? "Incomplete"} (${completeness})`;
}
