// Segments sent and not acknowledged, in the order of their numbers and in the order they last left (which RACK needs).
//
// A segment is a slot of parallel typed arrays, so that one sent costs no object; a ring holds the slots in sequence order, and
// links through the slots the order of time. What a slot's flags mean for the counts is the scoreboard's business.

import { after, before } from "./seq.ts";

/**
 * PUSH and FIN are the segment's own. EVER: it has left more than once. SACKED, LOST and AGAIN as RFC 6675 and Linux have
 * them: the peer has it out of order; it counts as lost; and it was sent again since it did. LIMITED: it left while the program
 * set the pace (delivery-rate.ts).
 */
export const SENT = { PUSH: 1, FIN: 2, EVER: 4, SACKED: 8, LOST: 16, AGAIN: 32, LIMITED: 64 } as const;

const CAPACITY_MIN = 16;
const NONE = -1;
/** Columns kept for connections that are about to send: those of connections with nothing on its way. */
const IDLE_MAX = 64;

/** The typed arrays of a queue. They are most of what a connection takes, so one with nothing on its way has none. */
class SentColumns {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly times: Float64Array;
  readonly orders: Int32Array;
  readonly flags: Uint8Array;
  readonly delivered: Int32Array;
  readonly deliveredNs: Float64Array;
  readonly firstSentNs: Float64Array;
  readonly before: Int32Array;
  readonly after: Int32Array;
  readonly linked: Uint8Array;
  readonly ring: Int32Array;
  /** Slots nobody uses, in a ring; all while the queue is empty. */
  readonly free: Int32Array;

  constructor(capacity: number) {
    this.starts = new Int32Array(capacity);
    this.ends = new Int32Array(capacity);
    this.times = new Float64Array(capacity);
    this.orders = new Int32Array(capacity);
    this.flags = new Uint8Array(capacity);
    this.delivered = new Int32Array(capacity);
    this.deliveredNs = new Float64Array(capacity);
    this.firstSentNs = new Float64Array(capacity);
    this.before = new Int32Array(capacity);
    this.after = new Int32Array(capacity);
    this.linked = new Uint8Array(capacity);
    this.ring = new Int32Array(capacity);
    this.free = new Int32Array(capacity);
    for (let slot = 0; slot < capacity; slot++) this.free[slot] = slot;
  }
}

/** What they hold is overwritten before it is read, so it does not matter whose they were. */
const idle: SentColumns[] = [];
const NO_COLUMNS = new SentColumns(0);

export class SentQueue {
  count = 0;
  /** By slot. */
  starts = NO_COLUMNS.starts;
  ends = NO_COLUMNS.ends;
  /** When it last left, in ns; and as the how-manieth of all, since many may leave at one time. */
  times = NO_COLUMNS.times;
  orders = NO_COLUMNS.orders;
  flags = NO_COLUMNS.flags;
  /** Delivery rate's: how many segments had been delivered when it last left, when the last of them was, and when that one had left. */
  delivered = NO_COLUMNS.delivered;
  deliveredNs = NO_COLUMNS.deliveredNs;
  firstSentNs = NO_COLUMNS.firstSentNs;
  /** First and last in the order of time, or -1. */
  oldest = NONE;
  #newest = NONE;
  #order = 0;
  #columns = NO_COLUMNS;
  #before = NO_COLUMNS.before;
  #after = NO_COLUMNS.after;
  #linked = NO_COLUMNS.linked;
  #ring = NO_COLUMNS.ring;
  #head = 0;
  /** The slot longest free is the next: segments on the way then lie side by side in memory, as they were sent. */
  #free = NO_COLUMNS.free;
  #freeHead = 0;
  #freeCount = 0;

  /** Answers the slot. What delivery rate knows of the segment is for it to write. */
  push(start: number, end: number, sentNs: number, flags: number): number {
    const slot = this.#take();
    this.#ring[(this.#head + this.count) & (this.#ring.length - 1)] = slot;
    this.count++;
    this.starts[slot] = start;
    this.ends[slot] = end;
    this.times[slot] = sentNs;
    this.orders[slot] = this.#order = (this.#order + 1) | 0;
    this.flags[slot] = flags;
    this.#link(slot);
    return slot;
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
    this.#free[(this.#freeHead + this.#freeCount++) & (this.#free.length - 1)] = slot;
  }

  #take(): number {
    if (this.#freeCount === 0) this.#extend();
    const free = this.#free;
    const slot = free[this.#freeHead];
    this.#freeHead = (this.#freeHead + 1) & (free.length - 1);
    this.#freeCount--;
    return slot;
  }

  /** Nothing is on its way and no slot is looked at any more: the columns are for others. */
  rest(): void {
    if (this.#columns === NO_COLUMNS) return;
    if (idle.length < IDLE_MAX) idle.push(this.#columns);
    this.#use(NO_COLUMNS);
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
    const second = this.#take();
    const first = this.slot(index);
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
    this.delivered[second] = this.delivered[first];
    this.deliveredNs[second] = this.deliveredNs[first];
    this.firstSentNs[second] = this.firstSentNs[first];
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

  #extend(): void {
    if (this.#columns === NO_COLUMNS) this.#use(idle.pop() ?? new SentColumns(CAPACITY_MIN));
    else this.#grow();
  }

  /** Takes columns whose slots are all free. */
  #use(columns: SentColumns): void {
    this.#point(columns);
    this.#head = 0;
    this.#freeHead = 0;
    this.#freeCount = columns.free.length;
  }

  #point(columns: SentColumns): void {
    this.#columns = columns;
    this.starts = columns.starts;
    this.ends = columns.ends;
    this.times = columns.times;
    this.orders = columns.orders;
    this.flags = columns.flags;
    this.delivered = columns.delivered;
    this.deliveredNs = columns.deliveredNs;
    this.firstSentNs = columns.firstSentNs;
    this.#before = columns.before;
    this.#after = columns.after;
    this.#linked = columns.linked;
    this.#ring = columns.ring;
    this.#free = columns.free;
  }

  #grow(): void {
    const small = this.#columns;
    const old = small.ring.length;
    const columns = new SentColumns(old * 2);
    for (let i = 0; i < this.count; i++) columns.ring[i] = this.slot(i);
    columns.starts.set(small.starts);
    columns.ends.set(small.ends);
    columns.times.set(small.times);
    columns.orders.set(small.orders);
    columns.flags.set(small.flags);
    columns.delivered.set(small.delivered);
    columns.deliveredNs.set(small.deliveredNs);
    columns.firstSentNs.set(small.firstSentNs);
    columns.before.set(small.before);
    columns.after.set(small.after);
    columns.linked.set(small.linked);
    for (let slot = old; slot < old * 2; slot++) columns.free[slot - old] = slot;
    this.#point(columns);
    this.#head = 0;
    this.#freeHead = 0;
    this.#freeCount = old;
  }
}
