// Finds out whether somebody on the path polices a flow: two stretches of at least four round trips, each with a fifth of the segments
// lost and both delivering at the same rate, are a token bucket. BBR then goes by that rate for 48 round trips and pushes no more
// (Linux's long-term bandwidth sampling; draft-cardwell-iccrg-bbr-congestion-control-00 leaves it to an appendix never written).

import { ZERO_NS } from "../../clock.ts";
import type { RateSample } from "../delivery-rate.ts";
import { BANDWIDTH_UNIT } from "./bbr-bandwidth.ts";
import type { Flow } from "./congestion.ts";

const ROUNDS_MIN = 4;
const ROUNDS_MAX = 4 * ROUNDS_MIN;
/** Lost per delivered, from which a stretch is one of a policer's. */
const LOSS = 50 / 256;
/** Two rates are one if they differ by no more than an eighth, or by 4 kbit/s. */
const RATIO = 1 / 8;
const DIFFERENCE_BYTES_PER_S = 500;
const BELIEVED_ROUNDS = 48;
/** A stretch too long for Linux's clock of microseconds. */
const STRETCH_MS_MAX = 4_294_967;

function wholeMs(ns: number): number {
  return Math.floor(ns / 1e6);
}

export class Policer {
  /** The rate policed at, in bandwidth units; 0: none is known. */
  bandwidth = 0;
  /** It is to be gone by. */
  found = false;
  #sampling = false;
  /** Of the present stretch, or of believing. */
  #rounds = 0;
  #startMs = ZERO_NS;
  #delivered = 0;
  #lost = 0;

  reset(flow: Flow): void {
    this.bandwidth = 0;
    this.found = false;
    this.#sampling = false;
    this.#begin(flow);
  }

  #begin({ board }: Flow): void {
    this.#startMs = wholeMs(board.rate.deliveredNs);
    this.#delivered = board.delivered;
    this.#lost = board.lost;
    this.#rounds = 0;
  }

  /** Another round trip has begun while the rate is believed. Answers whether it has been for long enough. */
  believedEnough(): boolean {
    return ++this.#rounds >= BELIEVED_ROUNDS;
  }

  /** Takes a sample while none is believed; `roundStarts`: the first of a round trip. */
  take(flow: Flow, sample: RateSample, roundStarts: boolean): void {
    if (!this.#sampling) {
      // A stretch begins with a loss, and so with the bucket empty.
      if (sample.lost <= 0) return;
      this.#begin(flow);
      this.#sampling = true;
    }
    if (sample.appLimited) {
      this.reset(flow);
      return;
    }
    if (roundStarts) this.#rounds++;
    if (this.#rounds < ROUNDS_MIN) return;
    if (this.#rounds > ROUNDS_MAX) {
      this.reset(flow);
      return;
    }
    // And it ends with one, when the bucket is empty again.
    if (sample.lost > 0) this.#judge(flow);
  }

  #judge(flow: Flow): void {
    const { board } = flow;
    const delivered = board.delivered - this.#delivered;
    const lost = board.lost - this.#lost;
    if (delivered <= 0 || lost < LOSS * delivered) return;
    const ms = wholeMs(board.rate.deliveredNs) - this.#startMs;
    if (ms < 1) return;
    if (ms >= STRETCH_MS_MAX) this.reset(flow);
    else this.#compare(flow, Math.floor((delivered * BANDWIDTH_UNIT) / (ms * 1000)));
  }

  #compare(flow: Flow, bandwidth: number): void {
    const before = this.bandwidth;
    const difference = Math.abs(bandwidth - before);
    const bytesPerS = (difference * flow.mss * 1e6) / BANDWIDTH_UNIT;
    if (before > 0 && (difference <= RATIO * before || bytesPerS <= DIFFERENCE_BYTES_PER_S)) {
      this.bandwidth = Math.floor((bandwidth + before) / 2);
      this.found = true;
      this.#rounds = 0;
      return;
    }
    this.bandwidth = bandwidth;
    this.#begin(flow);
  }
}
