// When each TCP stream opened and which side closed it first: what its initial round trip time and its FINs' notes come from.

import { SEPARATE_MEMORY } from "../../trace/columns.ts";
import type { ColumnMemory } from "../../trace/columns.ts";
import type { PacketTable } from "../../trace/packets.ts";
import { TCP_FLAG } from "../../wire/tcp.ts";

/** Words of a stream. */
const STREAM = 3;
/** Row + 1 of the latest SYN before the handshake's end, and of that end. */
const SYN_ROW = 0;
const FIRST_ACK_ROW = 1;
/** Direction + 1 of its first FIN. */
const CLOSER = 2;

/** Streams. Small, as in `packets.ts`. */
const CAPACITY_MIN = 4;
const SYN_ACK = TCP_FLAG.syn | TCP_FLAG.ack;

export class Handshakes {
  readonly #table: PacketTable;
  readonly #memory: ColumnMemory;
  #state: Uint32Array;

  constructor(table: PacketTable, memory: ColumnMemory = SEPARATE_MEMORY) {
    this.#table = table;
    this.#memory = memory;
    this.#state = memory.make(Uint32Array, CAPACITY_MIN * STREAM);
  }

  /** Three words a stream. */
  get state(): Uint32Array {
    return this.#state;
  }

  /** Takes the next segment of `stream`. */
  add(row: number, stream: number, direction: 0 | 1, flags: number): void {
    const at = stream * STREAM;
    if (at >= this.#state.length) this.#state = this.#memory.grown(Uint32Array, this.#state, at * 2);
    const state = this.#state;
    if ((flags & TCP_FLAG.fin) !== 0 && state[at + CLOSER] === 0) state[at + CLOSER] = direction + 1;
    if (state[at + FIRST_ACK_ROW] !== 0) return;
    if ((flags & SYN_ACK) === TCP_FLAG.syn) state[at + SYN_ROW] = row + 1;
    else if ((flags & SYN_ACK) === TCP_FLAG.ack && state[at + SYN_ROW] !== 0)
      state[at + FIRST_ACK_ROW] = row + 1;
  }

  /** Whether `direction` of `stream` sent its first FIN. */
  closesFirst(stream: number, direction: 0 | 1): boolean {
    return this.#state[stream * STREAM + CLOSER] === direction + 1;
  }

  /** Nanoseconds from SYN to the ACK that ends the handshake, as known at `row`; 0 while not known. */
  initialRttNs(stream: number, row: number): number {
    const at = stream * STREAM;
    const first = this.#state[at + FIRST_ACK_ROW];
    return first === 0 || first - 1 > row
      ? 0
      : sinceNs(this.#table, this.#state[at + SYN_ROW] - 1, first - 1);
  }
}

/** Nanoseconds from row `earlier` to `row`; exact up to 104 days. */
export function sinceNs(table: PacketTable, earlier: number, row: number): number {
  const { seconds, nanoseconds } = table;
  return (seconds[row] - seconds[earlier]) * 1e9 + (nanoseconds[row] - nanoseconds[earlier]);
}
