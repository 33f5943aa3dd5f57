// Reno's window: slow start and congestion avoidance of RFC 5681, counting bytes (RFC 3465).

import type { CongestionControl } from "./congestion.ts";

/** RFC 3465 section 2.3: in slow start one ACK opens the window by at most this many segments. */
const SLOW_START_SEGMENTS_MAX = 2;

export class NewReno implements CongestionControl {
  readonly name = "reno";
  cwnd: number;
  ssthresh = Infinity;
  /** Bytes acknowledged towards the next increase in congestion avoidance. */
  #acked = 0;

  constructor(initialWindow: number) {
    this.cwnd = initialWindow;
  }

  onAck(acked: number, mss: number): void {
    let rest = acked;
    if (this.cwnd < this.ssthresh) {
      const step = Math.min(rest, SLOW_START_SEGMENTS_MAX * mss, this.ssthresh - this.cwnd);
      this.cwnd += step;
      rest = this.cwnd < this.ssthresh ? 0 : rest - step;
      if (rest === 0) return;
    }
    this.#acked += rest;
    if (this.#acked >= this.cwnd) {
      this.#acked -= this.cwnd;
      this.cwnd += mss;
    }
  }

  ssthreshAfterLoss(flight: number, mss: number): number {
    this.#acked = 0;
    return Math.max(Math.floor(flight / 2), 2 * mss);
  }
}
