// Sequence numbers as a ladder shows them: relative to where each direction began, and which segments say again what was said.
//
// Unlike a capture's StreamTable this needs nothing but the finished packet table, and knows repetitions.

import { PROTOCOL } from "./packets.ts";
import type { PacketTable } from "./packets.ts";
import type { Transit } from "./trace.ts";

const FIN = 0x001;
const SYN = 0x002;

/** The first sequence number of each direction of each stream, and which segments repeat earlier ones. */
export class SequenceBases {
  readonly #table: PacketTable;
  /** By stream * 2 + direction; direction 0 is the first packet's. */
  readonly #base = new Map<number, number>();
  readonly #firstSource = new Map<number, number>();
  readonly #transits: readonly Transit[];
  /** By direction and sender: the end of what it has sent. */
  readonly #highest = new Map<string, number>();
  #repeated = new Uint8Array(0);
  /** Rows read. */
  #read = 0;

  /** `transits` tells hops apart, by packet row: what a router hands on it does not repeat. */
  constructor(table: PacketTable, transits: readonly Transit[] = []) {
    this.#table = table;
    this.#transits = transits;
  }

  /** Reads the rows `table` has gained since the last time, at most `most`; answers whether it is up to date. */
  readOn(most: number = Infinity): boolean {
    const table = this.#table;
    const end = Math.min(table.count, this.#read + most);
    if (this.#repeated.length < end) {
      const larger = new Uint8Array(Math.max(end, table.stream.length));
      larger.set(this.#repeated);
      this.#repeated = larger;
    }
    const highest = this.#highest;
    for (let row = this.#read; row < end; row++) {
      if (table.protocol[row] !== PROTOCOL.tcp || table.stream[row] < 0) continue;
      const key = this.#key(row);
      const seq = table.tcpSeq[row];
      const flags = table.tcpFlags[row];
      let base = this.#base.get(key);
      // Without a SYN the first byte seen is byte 1, as in Wireshark.
      if (base === undefined) this.#base.set(key, (base = (flags & SYN) !== 0 ? seq : (seq - 1) >>> 0));
      const span = table.payloadLength[row] + ((flags & SYN) !== 0 ? 1 : 0) + ((flags & FIN) !== 0 ? 1 : 0);
      if (span === 0) continue;
      const reach = (seq + span - base) >>> 0;
      const sender = `${key} ${this.#transits[row]?.from ?? ""}`;
      const known = highest.get(sender);
      // Distances beyond half the space are older than the base: a connection that began before the capture did.
      if (known !== undefined && reach <= known && known - reach < 0x80000000) this.#repeated[row] = 1;
      if (known === undefined || (reach > known && reach < 0x80000000)) highest.set(sender, reach);
    }
    this.#read = end;
    return end === table.count;
  }

  repeats(row: number): boolean {
    return this.#repeated[row] === 1;
  }

  relativeSeq(row: number): number {
    return (this.#table.tcpSeq[row] - (this.#base.get(this.#key(row)) ?? 0)) >>> 0;
  }

  relativeAck(row: number): number {
    return (
      (this.#table.tcpAck[row] - (this.#base.get(this.#key(row) ^ 1) ?? this.#table.tcpAck[row] - 1)) >>> 0
    );
  }

  #key(row: number): number {
    const table = this.#table;
    const stream = table.stream[row];
    const source = table.source[row] * 65_536 + table.sourcePort[row];
    const first = this.#firstSource.get(stream);
    if (first === undefined) this.#firstSource.set(stream, source);
    return stream * 2 + (first === undefined || first === source ? 0 : 1);
  }
}
