// HyStart as Linux has it: leaves slow start before the queue overflows, when ACKs in a train span half the least round trip,
// or when the round trips of a round have grown by an eighth.

import { after } from "../seq.ts";
import type { CongestionWindow } from "./window.ts";

const WINDOW_MIN = 16;
const ACK_GAP_NS = 2e6;
const SAMPLES = 8;
const GROWTH_MIN_NS = 4e6;
const GROWTH_MAX_NS = 16e6;

export class HyStart {
  /** Slow start has been left. */
  #found = false;
  #roundNs: number;
  #lastAckNs: number;
  #roundEnd: number;
  /** Least round trip of this round, and how many were seen. */
  #leastNs = Infinity;
  #samples = 0;

  constructor(sndNxt: number, nowNs: number) {
    this.#roundNs = nowNs;
    this.#lastAckNs = nowNs;
    this.#roundEnd = sndNxt;
  }

  restart(sndNxt: number, nowNs: number): void {
    this.#found = false;
    this.#round(sndNxt, nowNs);
  }

  #round(sndNxt: number, nowNs: number): void {
    this.#roundNs = nowNs;
    this.#lastAckNs = nowNs;
    this.#roundEnd = sndNxt;
    this.#leastNs = Infinity;
    this.#samples = 0;
  }

  onRoundTrip(
    window: CongestionWindow,
    rttNs: number,
    leastNs: number,
    sndUna: number,
    sndNxt: number,
    nowNs: number,
  ): void {
    if (this.#found || !window.slowStart || window.cwnd < WINDOW_MIN) return;
    if (after(sndUna, this.#roundEnd)) this.#round(sndNxt, nowNs);
    if (nowNs - this.#lastAckNs <= ACK_GAP_NS) {
      this.#lastAckNs = nowNs;
      if (nowNs - this.#roundNs > leastNs / 2) this.#found = true;
    }
    if (rttNs < this.#leastNs) this.#leastNs = rttNs;
    if (this.#samples < SAMPLES) this.#samples++;
    else if (this.#leastNs > leastNs + Math.min(Math.max(leastNs / 8, GROWTH_MIN_NS), GROWTH_MAX_NS))
      this.#found = true;
    if (this.#found) window.ssthresh = window.cwnd;
  }
}
