// Segments sent and not acknowledged, oldest first: a ring of parallel typed arrays, so that a segment sent costs no object.
// Round-trip times are measured from it (Karn: never over what was retransmitted); a SACK scoreboard has its place here.

import { after, before } from "./seq.ts";

export const SENT = { RETRANSMITTED: 1, PUSH: 2, FIN: 4 } as const;

const CAPACITY_MIN = 16;

export class SentQueue {
  count = 0;
  /** By the last `acknowledge`: segments that left, when the oldest of them was sent, whether any had been retransmitted. */
  ackedSegments = 0;
  ackedSentNs = 0;
  ackedRetransmitted = false;
  #start = new Int32Array(CAPACITY_MIN);
  #end = new Int32Array(CAPACITY_MIN);
  #sentNs = new Float64Array(CAPACITY_MIN);
  #flags = new Uint8Array(CAPACITY_MIN);
  #head = 0;

  push(start: number, end: number, sentNs: number, flags: number): void {
    if (this.count === this.#start.length) this.#grow();
    const at = (this.#head + this.count) & (this.#start.length - 1);
    this.#start[at] = start;
    this.#end[at] = end;
    this.#sentNs[at] = sentNs;
    this.#flags[at] = flags;
    this.count++;
  }

  /** Drops the segments that `una` acknowledges in full. */
  acknowledge(una: number): void {
    const mask = this.#start.length - 1;
    this.ackedSegments = 0;
    this.ackedRetransmitted = false;
    while (this.count > 0 && !after(this.#end[this.#head], una)) {
      if (this.ackedSegments === 0) this.ackedSentNs = this.#sentNs[this.#head];
      if ((this.#flags[this.#head] & SENT.RETRANSMITTED) !== 0) this.ackedRetransmitted = true;
      this.ackedSegments++;
      this.#head = (this.#head + 1) & mask;
      this.count--;
    }
  }

  /** Index (0 is the oldest) of the segment holding `seq`, or -1. */
  find(seq: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (after(this.end(middle), seq)) high = middle;
      else low = middle + 1;
    }
    return low < this.count && !before(seq, this.start(low)) ? low : -1;
  }

  start(index: number): number {
    return this.#start[(this.#head + index) & (this.#start.length - 1)];
  }

  end(index: number): number {
    return this.#end[(this.#head + index) & (this.#start.length - 1)];
  }

  flags(index: number): number {
    return this.#flags[(this.#head + index) & (this.#start.length - 1)];
  }

  /** When the segment last left. */
  sentNs(index: number): number {
    return this.#sentNs[(this.#head + index) & (this.#start.length - 1)];
  }

  /** The segment leaves once more. */
  retransmitted(index: number, nowNs: number): void {
    const at = (this.#head + index) & (this.#start.length - 1);
    this.#flags[at] |= SENT.RETRANSMITTED;
    this.#sentNs[at] = nowNs;
  }

  #grow(): void {
    const old = this.#start.length;
    const starts = new Int32Array(old * 2);
    const ends = new Int32Array(old * 2);
    const times = new Float64Array(old * 2);
    const flags = new Uint8Array(old * 2);
    for (let i = 0; i < this.count; i++) {
      starts[i] = this.start(i);
      ends[i] = this.end(i);
      times[i] = this.sentNs(i);
      flags[i] = this.flags(i);
    }
    this.#start = starts;
    this.#end = ends;
    this.#sentNs = times;
    this.#flags = flags;
    this.#head = 0;
  }
}
