// Pacing as Linux's TCP does it by itself: what may leave leaves in bursts of about a millisecond of the rate, and the next burst waits
// until the last would have gone out at that rate. Off unless BBR or SO_MAX_PACING_RATE asks for it; the rate is TCP_INFO's in any case.

import { ZERO_NS } from "../clock.ts";
import type { CongestionWindow } from "./congestion/window.ts";

/** Segments that leave before pacing begins. */
const UNPACED = 10;
/** A burst is what leaves in 2^-10 s. */
const BURSTS_PER_S = 1024;
/** Largest super-segment that Linux hands its network cards. */
const BURST_BYTES_MAX = 65_536;
/** Short paths have longer bursts: by that many bytes, halved for every 512 us of round trip. */
const RTT_STEP_US = 512;
const BURST_SEGMENTS_MIN = 2;

export class Pacer {
  /** Bytes a second; Infinity: not known. */
  rate = Infinity;
  /** SO_MAX_PACING_RATE, in bytes a second. */
  max = Infinity;
  on = false;
  /** Least segments of a burst. */
  burstMin = BURST_SEGMENTS_MIN;
  /** When the next burst may leave. */
  nextNs = ZERO_NS;
  #sent = 0;
  /** Segments the present burst still has room for. */
  #left = 0;
  /** Time by which that burst is late, up to half of which it may make up for. */
  #credit = ZERO_NS;

  /** Whether everything has to wait for `nextNs`. */
  waits(nowNs: number): boolean {
    return this.#left === 0 && this.nextNs > nowNs;
  }

  /** Segments of a burst, with segments of `mss` bytes and a least round trip of `minRttUs`. */
  burst(mss: number, minRttUs: number): number {
    const steps = Math.floor(minRttUs / RTT_STEP_US);
    const extra = steps < 32 ? BURST_BYTES_MAX / 2 ** steps : 0;
    const bytes = Math.min(Math.floor(this.rate / BURSTS_PER_S) + Math.floor(extra), BURST_BYTES_MAX);
    return Math.max(Math.floor(bytes / mss), this.burstMin);
  }

  /** A segment of `bytes` leaves, which `waits` has let pass. One that is sent again is a burst of its own. */
  left(bytes: number, fresh: boolean, burst: number, nowNs: number): void {
    if (this.#left === 0) {
      this.#credit = Math.max(nowNs - this.nextNs, 0);
      this.nextNs = Math.max(nowNs, this.nextNs);
      this.#left = burst;
    }
    this.#left = fresh ? this.#left - 1 : 0;
    if (++this.#sent < UNPACED || this.rate === Infinity || this.rate === 0) return;
    const tookNs = Math.floor((bytes * 1e9) / this.rate);
    const creditNs = Math.min(tookNs / 2, this.#credit);
    this.#credit -= creditNs;
    this.nextNs += tookNs - creditNs;
  }

  /** SO_MAX_PACING_RATE, as a program gives it: unsigned, and -1 for none. */
  limit(bytesPerS: number): void {
    this.max = bytesPerS === -1 ? Infinity : bytesPerS >>> 0;
    if (this.max !== Infinity) this.on = true;
    this.rate = Math.min(this.rate, this.max);
  }

  /** Nothing more leaves now: what comes later is another burst. */
  pause(): void {
    this.#left = 0;
  }

  /** The rate of an algorithm that reckons in windows: somewhat more than the window a round trip, twice that in slow start. */
  follow(window: CongestionWindow, packetsOut: number, mss: number, srttNs: number): void {
    const { cwnd, ssthresh } = window;
    const percent = cwnd < ssthresh >> 1 ? 200 : 120;
    const eighths = Math.floor(srttNs / 125);
    const bytes = mss * 80_000 * percent * Math.max(cwnd, packetsOut);
    this.rate = Math.min(eighths > 0 ? Math.floor(bytes / eighths) : bytes, this.max);
  }
}
