// CUBIC (RFC 9438), with the constants and the arithmetic of Linux's, whose results it has to resemble: C = 0.4, beta = 717/1024,
// fast convergence, the Reno-friendly region, an update of the target once a tick.

import { NEVER_NS, ZERO_NS } from "../../clock.ts";
import type { CongestionControl } from "./congestion.ts";
import { HyStart } from "./hystart.ts";
import type { CongestionWindow } from "./window.ts";

const SSTHRESH_MIN = 2;
const BETA_1024 = 717;
/** C in 1/1024 of a segment per cubic second. */
const C_1024 = 410;
/** Segments acknowledged for each segment Reno's estimate grows by, over the window, in eighths (RFC 9438 section 4.3). */
const FRIENDLY_EIGHTHS = 15;
const TICK_NS = 4e6;
/** An unchanged window is not looked at again for this long. */
const RECHECK_NS = 28e6;
/** Before the first loss the window grows by at least a twentieth a round. */
const FIRST_GROWTH = 20;
/** Round trips are not believed for this long after a reduction. */
const SETTLING_NS = 1e9;

/** Cube root by Newton's steps: Math.cbrt may differ between engines. */
function cubeRoot(value: number): number {
  if (value <= 0) return 0;
  let root = 1;
  while (root * root * root < value) root *= 2;
  for (let i = 0; i < 8; i++) root = (2 * root + value / (root * root)) / 3;
  return root;
}

export class Cubic implements CongestionControl {
  readonly name = "cubic";
  readonly ownsWindow = false;
  readonly sendBufferWindows = 2;
  readonly #hystart: HyStart;
  /** W_max. */
  #lastMax = 0;
  /** When the present growth began, in ns; NEVER_NS: no growth since the last reduction. */
  #epochNs = NEVER_NS;
  /** The plateau, and how long after `#epochNs` it is reached, in seconds. */
  #origin = 0;
  #kS = ZERO_NS;
  #lastCwnd = 0;
  #lastTick = -1;
  /** Segments to be acknowledged for each the window grows by. */
  #every = 0;
  /** What Reno would have by now, and the ACKs towards its next segment. */
  #reno = 0;
  #renoAcked = 0;
  /** Least round trip, in ns; 0 before any. */
  #delayMinNs = ZERO_NS;

  constructor(sndNxt: number, nowNs: number) {
    this.#hystart = new HyStart(sndNxt, nowNs);
  }

  onStart(): void {
    // Nothing to prepare.
  }

  onSample(): void {
    // Rates tell CUBIC nothing.
  }

  onAck(window: CongestionWindow, acked: number, nowNs: number): void {
    if (!window.limited) return;
    let left = acked;
    if (window.slowStart) {
      left = window.growSlowly(acked);
      if (left === 0) return;
    }
    this.#update(window.cwnd, left, nowNs);
    window.growEvery(this.#every, left);
  }

  #update(cwnd: number, acked: number, nowNs: number): void {
    this.#renoAcked += acked;
    const tick = Math.floor(nowNs / TICK_NS);
    if (this.#lastCwnd === cwnd && (tick - this.#lastTick) * TICK_NS <= RECHECK_NS) return;
    if (this.#epochNs < 0 || tick !== this.#lastTick) {
      this.#lastCwnd = cwnd;
      this.#lastTick = tick;
      if (this.#epochNs < 0) this.#begin(cwnd, acked, nowNs);
      this.#aim(cwnd, nowNs);
    }
    this.#befriend(cwnd);
    this.#every = Math.max(this.#every, 2);
  }

  #begin(cwnd: number, acked: number, nowNs: number): void {
    this.#epochNs = nowNs;
    this.#renoAcked = acked;
    this.#reno = cwnd;
    const gap = this.#lastMax - cwnd;
    this.#origin = gap > 0 ? this.#lastMax : cwnd;
    this.#kS = gap > 0 ? cubeRoot((gap * 1024) / C_1024) : 0;
  }

  /** W_cubic(t + RTT) of RFC 9438 section 4.2, and how fast to go there. */
  #aim(cwnd: number, nowNs: number): void {
    const t = (nowNs - this.#epochNs + this.#delayMinNs) / 1e9 - this.#kS;
    const target = this.#origin + Math.trunc((C_1024 / 1024) * t * t * t);
    this.#every = target > cwnd ? Math.floor(cwnd / (target - cwnd)) : 100 * cwnd;
    if (this.#lastMax === 0 && this.#every > FIRST_GROWTH) this.#every = FIRST_GROWTH;
  }

  /** Never slower than Reno would be. */
  #befriend(cwnd: number): void {
    const step = (cwnd * FRIENDLY_EIGHTHS) >> 3;
    if (this.#renoAcked > step) {
      const steps = Math.ceil(this.#renoAcked / step) - 1;
      this.#renoAcked -= steps * step;
      this.#reno += steps;
    }
    if (this.#reno > cwnd) {
      const most = Math.floor(cwnd / (this.#reno - cwnd));
      if (this.#every > most) this.#every = most;
    }
  }

  onRoundTrip(window: CongestionWindow, rttNs: number, sndUna: number, sndNxt: number, nowNs: number): void {
    if (this.#epochNs >= 0 && nowNs - this.#epochNs < SETTLING_NS) return;
    if (this.#delayMinNs === 0 || rttNs < this.#delayMinNs) this.#delayMinNs = rttNs;
    this.#hystart.onRoundTrip(window, rttNs, this.#delayMinNs, sndUna, sndNxt, nowNs);
  }

  afterLoss(window: CongestionWindow): number {
    this.#epochNs = NEVER_NS;
    const { cwnd } = window;
    // Fast convergence (RFC 9438 section 4.7): a window that did not come back makes room for others.
    this.#lastMax = cwnd < this.#lastMax ? Math.floor((cwnd * (1024 + BETA_1024)) / 2048) : cwnd;
    return Math.max(Math.floor((cwnd * BETA_1024) / 1024), SSTHRESH_MIN);
  }

  onTimeout(sndNxt: number, nowNs: number): void {
    this.#lastMax = 0;
    this.#epochNs = NEVER_NS;
    this.#lastCwnd = 0;
    this.#lastTick = -1;
    this.#every = 0;
    this.#reno = 0;
    this.#renoAcked = 0;
    this.#delayMinNs = 0;
    this.#hystart.restart(sndNxt, nowNs);
  }

  onUndo(window: CongestionWindow): void {
    window.restore();
  }

  onRestart(idleNs: number, nowNs: number): void {
    // Time in which nothing was sent must not count as growth.
    if (this.#epochNs >= 0) this.#epochNs = Math.min(this.#epochNs + idleNs, nowNs);
  }
}
