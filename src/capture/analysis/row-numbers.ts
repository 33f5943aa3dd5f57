// The numbers that the analysis keeps of each row, beside the flags in the packet table: 24 bytes a row.

import { SEPARATE_MEMORY } from "../../trace/columns.ts";
import type { ColumnMemory } from "../../trace/columns.ts";
import type { UnackedColumns } from "./segments.ts";

/** Small, as in `packets.ts`. */
const CAPACITY_MIN = 32;

/** Of a row. */
const NUMBERS = 6;
const CACHE_LINE_WORDS = 16;

export class RowNumbers {
  /** Row + 1 of the segment acknowledged; 0 is none. */
  acks: Uint32Array;
  /** Row + 1 of the ACK repeated, or of the segment the timeout counts from; 0 is none. */
  related: Uint32Array;
  /** Bytes in flight of a segment with data, the number of a duplicate ACK. */
  inFlight: Uint32Array;
  pushed: Uint32Array;
  /** The timestamps option of segments that have no other. */
  tsVal: Uint32Array;
  tsEcr: Uint32Array;

  readonly #memory: ColumnMemory;
  /** All columns' memory, once it has grown. */
  #piece: Uint32Array | null = null;

  constructor(memory: ColumnMemory = SEPARATE_MEMORY) {
    this.#memory = memory;
    this.acks = memory.make(Uint32Array, CAPACITY_MIN);
    this.related = memory.make(Uint32Array, CAPACITY_MIN);
    this.inFlight = memory.make(Uint32Array, CAPACITY_MIN);
    this.pushed = memory.make(Uint32Array, CAPACITY_MIN);
    this.tsVal = memory.make(Uint32Array, CAPACITY_MIN);
    this.tsEcr = memory.make(Uint32Array, CAPACITY_MIN);
  }

  /** Makes room for a table that has room for `rows`. */
  reserve(rows: number): void {
    if (rows > this.acks.length) this.#grow(rows);
  }

  #grow(size: number): void {
    // One piece of memory for all, a cache line between them, as in `packets.ts`.
    const piece = this.#memory.make(Uint32Array, (size + CACHE_LINE_WORDS) * NUMBERS);
    let end = 0;
    const moved = (old: Uint32Array): Uint32Array => {
      const larger = piece.subarray(end, end + size);
      larger.set(old);
      end += size + CACHE_LINE_WORDS;
      return larger;
    };
    this.acks = moved(this.acks);
    this.related = moved(this.related);
    this.inFlight = moved(this.inFlight);
    this.pushed = moved(this.pushed);
    this.tsVal = moved(this.tsVal);
    this.tsEcr = moved(this.tsEcr);
    if (this.#piece !== null) this.#memory.drop(this.#piece);
    this.#piece = piece;
  }
}

/** What is known of directions, streams and rows: as many words each as is said where they are made. */
export interface AnalysisColumns {
  readonly states: Uint32Array;
  readonly handshakes: Uint32Array;
  readonly unacked: UnackedColumns;
  readonly rows: RowNumbers;
}
