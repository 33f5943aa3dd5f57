// Which rows a stream has: a chain through the packet table, four bytes a row, so that showing one packet reads its stream
// and not the file.

import { NO_STREAM, PROTOCOL } from "../../trace/packets.ts";
import type { PacketTable } from "../../trace/packets.ts";

export type StreamKind = "tcp" | "udp";

/** The chains of one kind of stream. It follows the table as that grows. */
export class StreamRows {
  readonly #table: PacketTable;
  readonly #protocol: number;
  #seen = 0;
  /** By row: the next row of its stream, 0 for none (no chain leads to row 0). */
  #next = new Uint32Array(0);
  /** By stream: first and last row, plus one; 0 for none yet. */
  #first = new Uint32Array(64);
  #last = new Uint32Array(64);

  constructor(table: PacketTable, kind: StreamKind) {
    this.#table = table;
    this.#protocol = kind === "tcp" ? PROTOCOL.tcp : PROTOCOL.udp;
  }

  /** The stream's first row, -1 when it has none. */
  first(stream: number): number {
    this.#extend();
    return stream < this.#first.length ? this.#first[stream] - 1 : -1;
  }

  /** The row after `row` in its stream, -1 when it is the last so far. */
  next(row: number): number {
    this.#extend();
    const next = this.#next[row];
    return next === 0 ? -1 : next;
  }

  #extend(): void {
    const table = this.#table;
    const { count } = table;
    if (this.#seen === count) return;
    if (this.#next.length < count) {
      const larger = new Uint32Array(Math.max(1024, table.stream.length));
      larger.set(this.#next);
      this.#next = larger;
    }
    for (let row = this.#seen; row < count; row++) {
      const stream = table.stream[row];
      if (stream === NO_STREAM || table.protocol[row] !== this.#protocol) continue;
      if (stream >= this.#first.length) this.#growStreams(stream);
      const last = this.#last[stream];
      if (last === 0) this.#first[stream] = row + 1;
      else this.#next[last - 1] = row;
      this.#last[stream] = row + 1;
    }
    this.#seen = count;
  }

  #growStreams(stream: number): void {
    const size = (stream + 1) * 2;
    const [first, last] = [new Uint32Array(size), new Uint32Array(size)];
    first.set(this.#first);
    last.set(this.#last);
    this.#first = first;
    this.#last = last;
  }
}
