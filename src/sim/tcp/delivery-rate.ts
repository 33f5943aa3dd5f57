// How fast the network delivers (draft-cheng-iccrg-delivery-rate-estimation-02, in the places Linux has it): every ACK samples how
// many segments arrived since the one it acknowledges left, and in what time. TCP_INFO tells the last sample, BBR lives on them.

import { NEVER_NS, ZERO_NS } from "../clock.ts";
import { SENT } from "./sent-queue.ts";
import type { SentQueue } from "./sent-queue.ts";
import { after } from "./seq.ts";

const { LIMITED } = SENT;

/** What the ACK being taken tells of the rate. */
export interface RateSample {
  /** Segments delivered in `intervalUs`; both -1 where the ACK says nothing of it. */
  delivered: number;
  intervalUs: number;
  /** Segments delivered when the segment left that was sent last among those now delivered. */
  priorDelivered: number;
  /** It left while the program, not the network, set the pace. */
  appLimited: boolean;
  /** Segments this ACK delivered, and those it showed to be lost. */
  arrived: number;
  lost: number;
  /** Segments in flight before it. */
  priorInFlight: number;
  /** The least round trip it measured; -1: none. */
  rttUs: number;
  /** It is for a single short segment, so the peer may have waited before it answered. */
  delayed: boolean;
}

/** Of the ACK being taken: read at once, so one does for all connections. */
export const sample: RateSample = {
  delivered: -1,
  intervalUs: -1,
  priorDelivered: 0,
  appLimited: false,
  arrived: 0,
  lost: 0,
  priorInFlight: 0,
  rttUs: -1,
  delayed: false,
};

/** Whole microseconds from one time in ns to another, on a clock of microseconds. */
export function elapsedUs(fromNs: number, toNs: number): number {
  return Math.floor(toNs / 1000) - Math.floor(fromNs / 1000);
}

/** Of the sample being made: when the connection's last delivery before it was, how long its segments took to leave, and where they end. */
let priorNs = NEVER_NS;
let sendUs = 0;
let lastEnd = 0;

export class DeliveryRate {
  /** Segments delivered once what the program has given so far is; 0: it has kept up with the network. */
  appLimited = 0;
  /** When something was last delivered. */
  deliveredNs = ZERO_NS;
  /** The last sample that was the network's, or the best of the program's: segments, and in how many microseconds. */
  segments = 0;
  intervalUs = 0;
  limited = true;
  /** When the segment left that was sent last among those delivered. */
  #firstSentNs = ZERO_NS;

  /** A program is about to give data: whether it keeps the network waiting. */
  checkAppLimited(unsent: number, mss: number, inFlight: number, cwnd: number, delivered: number): void {
    if (unsent < mss && inFlight < cwnd) this.appLimited = delivered + inFlight || 1;
  }

  /** The segment in `slot` leaves (again), with nothing else on the way if `first`. */
  sent(queue: SentQueue, slot: number, delivered: number, first: boolean, nowNs: number): void {
    if (first) this.#firstSentNs = this.deliveredNs = nowNs;
    queue.firstSentNs[slot] = this.#firstSentNs;
    queue.deliveredNs[slot] = this.deliveredNs;
    queue.delivered[slot] = delivered;
    if (this.appLimited === 0) queue.flags[slot] &= ~LIMITED;
    else queue.flags[slot] |= LIMITED;
  }

  /** An ACK is about to be taken. */
  begin(inFlight: number): void {
    priorNs = NEVER_NS;
    sample.priorDelivered = 0;
    sample.priorInFlight = inFlight;
    sample.appLimited = false;
    sample.rttUs = -1;
  }

  /** The segment in `slot` has arrived. */
  take(queue: SentQueue, slot: number): void {
    if (queue.deliveredNs[slot] === NEVER_NS) return;
    const sentNs = queue.times[slot];
    const end = queue.ends[slot];
    const latest = sentNs > this.#firstSentNs || (sentNs === this.#firstSentNs && after(end, lastEnd));
    if (priorNs !== NEVER_NS && !latest) return;
    priorNs = queue.deliveredNs[slot];
    sample.priorDelivered = queue.delivered[slot];
    sample.appLimited = (queue.flags[slot] & LIMITED) !== 0;
    sendUs = elapsedUs(queue.firstSentNs[slot], sentNs);
    lastEnd = end;
    this.#firstSentNs = sentNs;
  }

  /** The ACK has been taken: `arrived` and `lost` by it, `delivered` in all. `minRttUs`: the least round trip, 0 if unknown. */
  finish(
    arrived: number,
    lost: number,
    delivered: number,
    minRttUs: number,
    reneged: boolean,
    nowNs: number,
  ): void {
    if (this.appLimited !== 0 && delivered > this.appLimited) this.appLimited = 0;
    if (arrived > 0) this.deliveredNs = nowNs;
    sample.arrived = arrived;
    sample.lost = lost;
    sample.delivered = -1;
    sample.intervalUs = -1;
    if (priorNs === NEVER_NS || reneged) return;
    sample.delivered = delivered - sample.priorDelivered;
    // What came faster than it was sent, or than it was acknowledged, came in a bunch: the slower of the two is the rate.
    const intervalUs = Math.max(sendUs, elapsedUs(priorNs, nowNs));
    if (intervalUs < minRttUs) return;
    sample.intervalUs = intervalUs;
    if (sample.appLimited && sample.delivered * this.intervalUs < this.segments * intervalUs) return;
    this.segments = sample.delivered;
    this.intervalUs = intervalUs;
    this.limited = sample.appLimited;
  }

  /** TCP_INFO's delivery_rate: bytes a second. */
  bytesPerS(mss: number): number {
    return this.intervalUs === 0 ? 0 : Math.floor((this.segments * mss * 1e6) / this.intervalUs);
  }
}
