// The congestion window and its threshold, in segments as Linux counts them, and whether the sender has made use of them.

import { before } from "../seq.ts";

/** A threshold that has never been set: slow start goes on until something is lost. */
export const SSTHRESH_UNSET = 0x7fffffff;

export class CongestionWindow {
  cwnd: number;
  ssthresh = SSTHRESH_UNSET;
  /** Segments acknowledged towards the next increase in congestion avoidance. */
  count = 0;
  /** The window when the last reduction began. */
  priorCwnd = 0;
  /** Segments sent, and delivered, since it began. */
  prrOut = 0;
  #prrDelivered = 0;
  /** Whether the window was what held the sender back, in the round that ends when `#roundEnd` is acknowledged (RFC 7661). */
  #limited = false;
  #mostOut = 0;
  #roundEnd = 0;
  /** Most segments out since the window was last full, and when that was. */
  #used = 0;
  #fullNs = -Infinity;

  constructor(initial: number) {
    this.cwnd = initial;
  }

  start(sndUna: number): void {
    this.#roundEnd = sndUna;
  }

  get slowStart(): boolean {
    return this.cwnd < this.ssthresh;
  }

  /** Whether growing is earned: the window was full, or in slow start at least half full. */
  get limited(): boolean {
    return this.#limited || (this.cwnd < this.ssthresh && this.cwnd < 2 * this.#mostOut);
  }

  /** The window is about to come down to a threshold, yet to be set. */
  beginReduction(): void {
    this.count = 0;
    this.priorCwnd = this.cwnd;
    this.#prrDelivered = 0;
    this.prrOut = 0;
  }

  /**
   * Proportional rate reduction (RFC 6937), while one goes on: after an ACK that delivered `delivered` segments and showed `lost`, with
   * `inFlight` in the network now. `advanced`: it acknowledged something in order.
   */
  reduce(inFlight: number, delivered: number, lost: number, advanced: boolean): void {
    this.#prrDelivered += delivered;
    const below = this.ssthresh - inFlight;
    let count: number;
    if (below < 0) {
      count = Math.floor((this.ssthresh * this.#prrDelivered + this.priorCwnd - 1) / this.priorCwnd);
      count -= this.prrOut;
    } else {
      count = Math.max(this.#prrDelivered - this.prrOut, delivered);
      if (advanced && lost === 0) count++;
      count = Math.min(count, below);
    }
    this.cwnd = inFlight + Math.max(count, this.prrOut === 0 ? 1 : 0);
  }

  /**
   * After sending: what was made of the window. `full`: it holds data back. One that stays unused for a timeout of `rtoNs`
   * while nothing is being repaired (`open`) falls half way to what is used (RFC 2861).
   */
  validate(
    full: boolean,
    packetsOut: number,
    sndUna: number,
    sndNxt: number,
    open: boolean,
    initial: number,
    rtoNs: number,
    nowNs: number,
  ): void {
    if (!before(sndUna, this.#roundEnd) || full || (!this.#limited && packetsOut > this.#mostOut)) {
      this.#limited = full;
      this.#mostOut = packetsOut;
      this.#roundEnd = sndNxt;
    }
    if (this.limited) {
      this.#used = 0;
      this.#fullNs = nowNs;
      return;
    }
    if (packetsOut > this.#used) this.#used = packetsOut;
    if (nowNs - this.#fullNs < rtoNs) return;
    if (open) {
      const used = Math.max(this.#used, initial);
      if (used < this.cwnd) {
        this.ssthresh = this.cautious;
        this.cwnd = (this.cwnd + used) >> 1;
      }
      this.#used = 0;
    }
    this.#fullNs = nowNs;
  }

  /** The threshold that remembers this window: three quarters of it, if that is more than the threshold there is. */
  get cautious(): number {
    return Math.max(this.ssthresh, (this.cwnd >> 1) + (this.cwnd >> 2));
  }

  /**
   * RFC 5681 section 4.1: a window that was not used for `idleNs` says nothing of the path any more. Halved for each timeout
   * of `rtoNs` that has passed, down to `initial` (RFC 2861, as Linux does).
   */
  restartAfterIdle(idleNs: number, rtoNs: number, initial: number, nowNs: number): void {
    const least = Math.min(initial, this.cwnd);
    this.ssthresh = this.cautious;
    for (let left = idleNs; left > rtoNs && this.cwnd > least; left -= rtoNs) this.cwnd >>= 1;
    this.cwnd = Math.max(this.cwnd, least);
    this.#used = 0;
    this.#fullNs = nowNs;
  }

  /** The last reduction was needless. */
  restore(): void {
    this.cwnd = Math.max(this.cwnd, this.priorCwnd);
  }

  /** Slow start (RFC 5681 section 3.1, counting all that is acknowledged). Answers what is left of `acked` at the threshold. */
  growSlowly(acked: number): number {
    const cwnd = Math.min(this.cwnd + acked, this.ssthresh);
    const left = acked - (cwnd - this.cwnd);
    this.cwnd = cwnd;
    return left;
  }

  /** One segment more for every `every` acknowledged. */
  growEvery(every: number, acked: number): void {
    if (this.count >= every) {
      this.count = 0;
      this.cwnd++;
    }
    this.count += acked;
    if (this.count >= every) {
      const steps = Math.floor(this.count / every);
      this.count -= steps * every;
      this.cwnd += steps;
    }
  }
}
