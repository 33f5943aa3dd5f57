// Segments sent and not acknowledged, in the order of their numbers and in the order they last left (which RACK needs).
//
// A segment is a slot of parallel typed arrays, so that one sent costs no object; a ring holds the slots in sequence order, and
// links through the slots the order of time. What a slot's flags mean for the counts is the scoreboard's business.

import { after, before } from "./seq.ts";

/**
 * PUSH and FIN are the segment's own. EVER: it has left more than once. SACKED, LOST and AGAIN as RFC 6675 and Linux have
 * them: the peer has it out of order; it counts as lost; and it was sent again since it did.
 */
export const SENT = { PUSH: 1, FIN: 2, EVER: 4, SACKED: 8, LOST: 16, AGAIN: 32 } as const;

const CAPACITY_MIN = 16;
const NONE = -1;

export class SentQueue {
  count = 0;
  /** By slot. */
  starts = new Int32Array(CAPACITY_MIN);
  ends = new Int32Array(CAPACITY_MIN);
  /** When it last left, in ns; and as the how-manieth of all, since many may leave at one time. */
  times = new Float64Array(CAPACITY_MIN);
  orders = new Int32Array(CAPACITY_MIN);
  flags = new Uint8Array(CAPACITY_MIN);
  /** First and last in the order of time, or -1. */
  oldest = NONE;
  #newest = NONE;
  #order = 0;
  #before = new Int32Array(CAPACITY_MIN).fill(NONE);
  #after = new Int32Array(CAPACITY_MIN).fill(NONE);
  #linked = new Uint8Array(CAPACITY_MIN);
  #ring = new Int32Array(CAPACITY_MIN);
  #head = 0;
  /** Slots nobody uses: the first `#freeCount` of these. */
  #free = Int32Array.from({ length: CAPACITY_MIN }, (_, slot) => slot);
  #freeCount = CAPACITY_MIN;

  push(start: number, end: number, sentNs: number, flags: number): void {
    if (this.#freeCount === 0) this.#grow();
    const slot = this.#free[--this.#freeCount];
    this.#ring[(this.#head + this.count) & (this.#ring.length - 1)] = slot;
    this.count++;
    this.starts[slot] = start;
    this.ends[slot] = end;
    this.times[slot] = sentNs;
    this.orders[slot] = this.#order = (this.#order + 1) | 0;
    this.flags[slot] = flags;
    this.#link(slot);
  }

  /** The slot of the segment at `index`, 0 being the oldest number. */
  slot(index: number): number {
    return this.#ring[(this.#head + index) & (this.#ring.length - 1)];
  }

  /** Drops the segment with the oldest numbers. */
  shift(): void {
    const slot = this.#ring[this.#head];
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.count--;
    if (this.#linked[slot] === 1) this.unlink(slot);
    this.#free[this.#freeCount++] = slot;
  }

  /** Index of the segment holding `seq`, or of the first after it; `count` when there is none. */
  indexOf(seq: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (after(this.ends[this.slot(middle)], seq)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** The segment leaves once more: it is now the latest. */
  resent(slot: number, nowNs: number): void {
    this.times[slot] = nowNs;
    this.orders[slot] = this.#order = (this.#order + 1) | 0;
    this.flags[slot] |= SENT.EVER;
    if (this.#linked[slot] === 1) this.unlink(slot);
    this.#link(slot);
  }

  /** The next in the order of time, or -1. */
  nextInTime(slot: number): number {
    return this.#after[slot];
  }

  /** Takes a segment out of the order of time, for what it tells is known. */
  unlink(slot: number): void {
    if (this.#linked[slot] === 0) return;
    const earlier = this.#before[slot];
    const later = this.#after[slot];
    if (earlier === NONE) this.oldest = later;
    else this.#after[earlier] = later;
    if (later === NONE) this.#newest = earlier;
    else this.#before[later] = earlier;
    this.#linked[slot] = 0;
  }

  #link(slot: number): void {
    this.#before[slot] = this.#newest;
    this.#after[slot] = NONE;
    if (this.#newest === NONE) this.oldest = slot;
    else this.#after[this.#newest] = slot;
    this.#newest = slot;
    this.#linked[slot] = 1;
  }

  /** Cuts the segment at `index` in two before `seq`, which lies inside it. Both parts keep its history. */
  split(index: number, seq: number): void {
    if (this.#freeCount === 0) this.#grow();
    const first = this.slot(index);
    const second = this.#free[--this.#freeCount];
    const mask = this.#ring.length - 1;
    for (let i = this.count; i > index + 1; i--) {
      this.#ring[(this.#head + i) & mask] = this.#ring[(this.#head + i - 1) & mask];
    }
    this.#ring[(this.#head + index + 1) & mask] = second;
    this.count++;
    const flags = this.flags[first];
    this.starts[second] = seq;
    this.ends[second] = this.ends[first];
    this.ends[first] = seq;
    this.times[second] = this.times[first];
    this.orders[second] = this.orders[first];
    this.flags[second] = flags;
    this.flags[first] = flags & ~(SENT.PUSH | SENT.FIN);
    this.#linked[second] = 0;
    if (this.#linked[first] === 0) return;
    const later = this.#after[first];
    this.#linked[second] = 1;
    this.#before[second] = first;
    this.#after[second] = later;
    this.#after[first] = second;
    if (later === NONE) this.#newest = second;
    else this.#before[later] = second;
  }

  /** Forgets what lies before `una` of the first segment, when only a part of it was acknowledged. */
  trim(una: number): void {
    if (this.count === 0) return;
    const slot = this.slot(0);
    if (before(this.starts[slot], una)) this.starts[slot] = una;
  }

  #grow(): void {
    const old = this.#ring.length;
    const size = old * 2;
    const ring = new Int32Array(size);
    for (let i = 0; i < this.count; i++) ring[i] = this.slot(i);
    this.#ring = ring;
    this.#head = 0;
    this.starts = longer(this.starts, new Int32Array(size));
    this.ends = longer(this.ends, new Int32Array(size));
    this.flags = longer(this.flags, new Uint8Array(size));
    this.times = longer(this.times, new Float64Array(size));
    this.orders = longer(this.orders, new Int32Array(size));
    this.#before = longer(this.#before, new Int32Array(size));
    this.#after = longer(this.#after, new Int32Array(size));
    this.#linked = longer(this.#linked, new Uint8Array(size));
    this.#free = new Int32Array(size);
    for (let slot = old; slot < size; slot++) this.#free[slot - old] = slot;
    this.#freeCount = old;
  }
}

function longer<T extends Int32Array | Uint8Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
