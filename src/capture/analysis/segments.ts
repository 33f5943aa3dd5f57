// The segments of each direction that nobody has acknowledged yet, oldest first: linked lists in one pool of numbers.
//
// Nearly always a list is in order of its sequence numbers, and an acknowledgement takes segments off its front. A list is
// walked whole only while a segment out of order is in it.

import { SEPARATE_MEMORY } from "../../trace/columns.ts";
import type { ColumnMemory } from "../../trace/columns.ts";

/** No entry. */
const NONE = 0;
/** Words of an entry: first sequence number, the one after its last, row, next entry. */
const ENTRY = 4;
const SEQ = 0;
const END = 1;
const ROW = 2;
const NEXT = 3;
/** Words of entry 0, which stands for none: the first entry that is free again, and how many were ever used. */
const FREE = 0;
const USED = 1;
/** Words of a list: first entry, last entry, how many, whether it is out of order. */
const LIST = 4;
const HEAD = 0;
const TAIL = 1;
const COUNT = 2;
const UNORDERED = 3;

/** Entries, and lists. Small, as in `packets.ts`. */
const CAPACITY_MIN = 8;

/** As in Wireshark: what more is sent unacknowledged is not remembered. */
export const UNACKED_SEGMENTS_MAX = 10_000;

/** No row: nothing was acknowledged exactly. */
export const NO_ROW = 0xffffffff;

export interface UnackedColumns {
  /** Entries that fit are as many as a quarter of its length. */
  readonly entries: Uint32Array;
  readonly lists: Uint32Array;
}

/** Sequence numbers come as 32 bits, of either sign: small integers to the engine, which it need not put into memory. */
export class UnackedSegments {
  #entries: Uint32Array;
  #lists: Uint32Array;
  readonly #memory: ColumnMemory;

  constructor(memory: ColumnMemory = SEPARATE_MEMORY) {
    this.#memory = memory;
    this.#entries = memory.make(Uint32Array, CAPACITY_MIN * ENTRY);
    this.#lists = memory.make(Uint32Array, CAPACITY_MIN * LIST);
    this.#entries[USED] = 1;
  }

  get columns(): UnackedColumns {
    return { entries: this.#entries, lists: this.#lists };
  }

  /** Room for directions 0 to `count` - 1. */
  reserve(count: number): void {
    if (count * LIST <= this.#lists.length) return;
    this.#lists = this.#memory.grown(Uint32Array, this.#lists, count * 2 * LIST);
  }

  isEmpty(direction: number): boolean {
    return this.#lists[direction * LIST + HEAD] === NONE;
  }

  /** Remembers [seq, end) of `row`, unless too many are remembered already. */
  add(direction: number, seq: number, end: number, row: number): void {
    const lists = this.#lists;
    const list = direction * LIST;
    if (lists[list + COUNT] >= UNACKED_SEGMENTS_MAX) return;
    const entry = this.#take();
    const entries = this.#entries;
    const at = entry * ENTRY;
    entries[at + SEQ] = seq;
    entries[at + END] = end;
    entries[at + ROW] = row;
    entries[at + NEXT] = NONE;
    const tail = lists[list + TAIL];
    if (lists[list + HEAD] === NONE) {
      lists[list + HEAD] = entry;
      lists[list + UNORDERED] = 0;
    } else {
      entries[tail * ENTRY + NEXT] = entry;
      if (((seq - entries[tail * ENTRY + END]) | 0) < 0) lists[list + UNORDERED] = 1;
    }
    lists[list + TAIL] = entry;
    lists[list + COUNT]++;
  }

  /** Forgets what `ack` acknowledges and answers the row of the oldest segment that ends right there, or NO_ROW. */
  acknowledge(direction: number, ack: number): number {
    const lists = this.#lists;
    const list = direction * LIST;
    let entry = lists[list + HEAD];
    if (entry === NONE) return NO_ROW;
    const entries = this.#entries;
    const isOrdered = lists[list + UNORDERED] === 0;
    let exact = NO_ROW;
    let before = NONE;
    let isUnordered = 0;
    while (entry !== NONE) {
      const at = entry * ENTRY;
      const next = entries[at + NEXT];
      const left = (entries[at + END] - ack) | 0;
      if (left > 0) {
        if (((ack - entries[at + SEQ]) | 0) > 0) entries[at + SEQ] = ack;
        if (isOrdered) break;
        if (before !== NONE && ((entries[at + SEQ] - entries[before * ENTRY + END]) | 0) < 0) isUnordered = 1;
        before = entry;
      } else {
        if (left === 0 && exact === NO_ROW) exact = entries[at + ROW];
        if (before === NONE) lists[list + HEAD] = next;
        else entries[before * ENTRY + NEXT] = next;
        if (next === NONE) lists[list + TAIL] = before;
        lists[list + COUNT]--;
        entries[at + NEXT] = entries[FREE];
        entries[FREE] = entry;
      }
      entry = next;
    }
    lists[list + UNORDERED] = isUnordered;
    return exact;
  }

  /** Row of the oldest segment, or NO_ROW. */
  oldestRow(direction: number): number {
    const head = this.#lists[direction * LIST + HEAD];
    return head === NONE ? NO_ROW : this.#entries[head * ENTRY + ROW];
  }

  /**
   * Sequence numbers from the lowest unacknowledged one to the highest. Both are taken relative to `base` without a sign, as Wireshark
   * does: what lies before `base` is beyond everything else, and the answer may be nonsense near 2^32.
   */
  span(direction: number, base: number): number {
    const list = direction * LIST;
    const entries = this.#entries;
    const head = this.#lists[list + HEAD];
    if (head === NONE) return 0;
    let low = (entries[head * ENTRY + SEQ] - base) >>> 0;
    if (this.#lists[list + UNORDERED] === 0) {
      const high = (entries[this.#lists[list + TAIL] * ENTRY + END] - base) >>> 0;
      if (low <= high && high - low < 0x80000000) return high - low;
    }
    let high = (entries[head * ENTRY + END] - base) >>> 0;
    for (let entry = head; entry !== NONE; entry = entries[entry * ENTRY + NEXT]) {
      const first = (entries[entry * ENTRY + SEQ] - base) >>> 0;
      const last = (entries[entry * ENTRY + END] - base) >>> 0;
      if (first < low) low = first;
      if (last > high) high = last;
    }
    return (high - low) >>> 0;
  }

  #take(): number {
    const entries = this.#entries;
    const free = entries[FREE];
    if (free !== NONE) {
      entries[FREE] = entries[free * ENTRY + NEXT];
      return free;
    }
    const entry = entries[USED]++;
    if ((entry + 1) * ENTRY > entries.length)
      this.#entries = this.#memory.grown(Uint32Array, entries, entry * 2 * ENTRY);
    return entry;
  }
}
