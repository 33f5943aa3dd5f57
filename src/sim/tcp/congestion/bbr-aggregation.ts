// ACKs that come in bunches, as over Wi-Fi, would leave a sender of two windows' worth idle in between: what arrived beyond what the
// bandwidth accounts for is measured, and its maximum of the last five to ten round trips is allowed in flight on top (as Linux's BBR).

import { ZERO_NS } from "../../clock.ts";
import { elapsedUs } from "../delivery-rate.ts";
import { BANDWIDTH_UNIT } from "./bbr-bandwidth.ts";

const WINDOW_ROUNDS = 5;
const COUNT_MAX = 0xfffff;
/** What is allowed for bunches at most: so much time of the bandwidth. */
const MOST_US = 100_000;

export class AckAggregation {
  /** The maximum of the present window of rounds, and of the one before. */
  #present = 0;
  #before = 0;
  #rounds = 0;
  #epochNs = ZERO_NS;
  #arrived = 0;

  restart(nowNs: number): void {
    this.#epochNs = nowNs;
    this.#arrived = 0;
  }

  /** `arrived` segments did, with the last at `deliveredNs`. */
  take(arrived: number, deliveredNs: number, bandwidth: number, cwnd: number, roundStarts: boolean): void {
    if (roundStarts && ++this.#rounds >= WINDOW_ROUNDS) {
      this.#rounds = 0;
      this.#before = this.#present;
      this.#present = 0;
    }
    let expected = Math.floor((bandwidth * elapsedUs(this.#epochNs, deliveredNs)) / BANDWIDTH_UNIT);
    if (this.#arrived <= expected || this.#arrived + arrived > COUNT_MAX) {
      this.restart(deliveredNs);
      expected = 0;
    }
    this.#arrived = Math.min(this.#arrived + arrived, COUNT_MAX);
    this.#present = Math.max(this.#present, Math.min(this.#arrived - expected, cwnd));
  }

  /** Segments to allow in flight for it. */
  allowance(bandwidth: number): number {
    const most = Math.floor((bandwidth * MOST_US) / BANDWIDTH_UNIT);
    return Math.min(Math.max(this.#present, this.#before), most);
  }
}
