// What a row of the packet table has no column for, since hardly any file has it: packets without a time, and pcapng's flags of packets.
// Allocated only where a file has such packets.

import { grown } from "../trace/columns.ts";

const TIMELESS = 1;
const FLAGGED = 2;

/** Bits of the flags that say which way a packet went. */
const DIRECTION = 3;

export class RowMarks {
  #bits = new Uint8Array(0);
  #flags = new Uint32Array(0);
  #hasTimeless = false;

  /** Marks a row as having no timestamp. */
  setTimeless(row: number): void {
    this.#bits = roomFor(this.#bits, row, Uint8Array);
    this.#bits[row] |= TIMELESS;
    this.#hasTimeless = true;
  }

  /** Gives a row the 32 bits of pcapng's `epb_flags`. */
  setFlags(row: number, flags: number): void {
    this.#bits = roomFor(this.#bits, row, Uint8Array);
    this.#bits[row] |= FLAGGED;
    this.#flags = roomFor(this.#flags, row, Uint32Array);
    this.#flags[row] = flags;
  }

  /** Whether any row is. */
  get hasTimeless(): boolean {
    return this.#hasTimeless;
  }

  timeless(row: number): boolean {
    return row < this.#bits.length && (this.#bits[row] & TIMELESS) !== 0;
  }

  /** `epb_flags`, null where the file does not say. */
  flags(row: number): number | null {
    return row < this.#bits.length && (this.#bits[row] & FLAGGED) !== 0 ? this.#flags[row] : null;
  }

  /** 1 inbound, 2 outbound, 0 where the flags do not say. */
  direction(row: number): 0 | 1 | 2 {
    const way = (this.flags(row) ?? 0) & DIRECTION;
    return way === 1 || way === 2 ? way : 0;
  }
}

function roomFor<T extends Uint8Array | Uint32Array>(
  column: T,
  row: number,
  Column: new (length: number) => T,
): T {
  if (row < column.length) return column;
  return grown(column, new Column(Math.max(1024, (row + 1) * 2)));
}
