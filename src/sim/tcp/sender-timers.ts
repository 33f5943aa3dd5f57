// Which of a sender's timers runs: retransmission (RFC 6298), tail loss probe (RFC 8985 section 7.2), or the time given to
// reordering. They share one, as in Linux.

import { ZERO_NS } from "../clock.ts";
import type { LossProbe } from "./loss-probe.ts";
import type { TcpPersonality } from "./personality.ts";
import { RECOVERY } from "./recovery.ts";
import type { Recovery } from "./recovery.ts";
import type { RoundTrip } from "./rtt.ts";
import type { SentQueue } from "./sent-queue.ts";
import { XMIT } from "./timers.ts";
import type { Timers } from "./timers.ts";

const { CWR, OPEN } = RECOVERY;
const { LOSS_PROBE, NONE, PERSIST, REORDERING, RTO } = XMIT;

/** Added to timers that wait for something about to happen. */
const MARGIN_TICKS = 2;
const RENEGED_WAIT_NS = 10e6;

export class SenderTimers {
  readonly #personality: TcpPersonality;
  readonly #timers: Timers;
  readonly #rtt: RoundTrip;
  readonly #recovery: Recovery;
  readonly #probe: LossProbe;
  readonly #sent: SentQueue;

  constructor(
    personality: TcpPersonality,
    timers: Timers,
    rtt: RoundTrip,
    recovery: Recovery,
    probe: LossProbe,
  ) {
    this.#personality = personality;
    this.#timers = timers;
    this.#rtt = rtt;
    this.#recovery = recovery;
    this.#probe = probe;
    this.#sent = recovery.board.sent;
  }

  /** A segment left, perhaps the only one on the way (`first`). */
  sentOne(first: boolean, nowNs: number): void {
    if (first || this.#timers.xmit === LOSS_PROBE) this.armTimeout(nowNs);
  }

  /** A train of segments has left. */
  sentAll(nowNs: number): void {
    if (!this.#probe.pending || this.#timers.xmit !== RTO) this.#armProbe(nowNs, false);
  }

  /** The oldest segment left again. */
  resentOldest(nowNs: number): void {
    if (this.#timers.xmit !== REORDERING) this.restartTimeout(nowNs);
  }

  /** Something left again. */
  resent(nowNs: number): void {
    if (this.#timers.xmit === NONE) this.restartTimeout(nowNs);
  }

  restartTimeout(nowNs: number): void {
    this.#timers.setXmit(RTO, nowNs, this.#rtt.rtoNs);
  }

  /** An ACK was taken; `advanced`: it acknowledged something in order. */
  acknowledged(advanced: boolean, nowNs: number): void {
    const timers = this.#timers;
    const recovery = this.#recovery;
    if (this.#sent.count === 0) {
      if (timers.xmit !== PERSIST) timers.clearXmit();
    } else if (recovery.reneged) {
      timers.setXmit(RTO, nowNs, Math.max(this.#rtt.srttNs / 2, RENEGED_WAIT_NS));
    } else if (recovery.reorderWaitNs > 0) {
      this.armReordering(nowNs);
    } else if (advanced && !this.#armProbe(nowNs, true)) {
      this.restartTimeout(nowNs);
    }
    recovery.reneged = false;
  }

  armReordering(nowNs: number): void {
    const recovery = this.#recovery;
    const marginNs = MARGIN_TICKS * this.#personality.tickNs;
    this.#timers.setXmit(REORDERING, nowNs, recovery.reorderWaitNs + marginNs);
    recovery.reorderWaitNs = ZERO_NS;
  }

  /** Probes for a lost tail, where that may help, but not later than the timeout. Answers whether it will. */
  #armProbe(nowNs: number, fromNow: boolean): boolean {
    const rtt = this.#rtt;
    const sent = this.#sent;
    const { state, board } = this.#recovery;
    if (!board.sackPermitted || sent.count === 0 || !this.#personality.lossProbes) return false;
    if (state !== OPEN && state !== CWR) return false;
    const personality = this.#personality;
    const marginNs = sent.count === 1 ? personality.rtoMinNs : MARGIN_TICKS * personality.tickNs;
    let waitNs = rtt.srttNs > 0 ? 2 * rtt.srttNs + marginNs : personality.rtoInitialNs;
    const leftNs = fromNow ? rtt.rtoNs : sent.times[sent.slot(0)] + rtt.rtoNs - nowNs;
    if (leftNs > 0 && leftNs < waitNs) waitNs = leftNs;
    this.#timers.setXmit(LOSS_PROBE, nowNs, waitNs);
    return true;
  }

  /** The retransmission timeout. One that a probe or reordering had put off counts from when the oldest segment left. */
  armTimeout(nowNs: number): void {
    const sent = this.#sent;
    const { xmit } = this.#timers;
    const { rtoNs } = this.#rtt;
    const putOff = xmit === LOSS_PROBE || xmit === REORDERING;
    const leftNs = putOff ? sent.times[sent.slot(0)] + rtoNs - nowNs : rtoNs;
    this.#timers.setXmit(RTO, nowNs, Math.max(leftNs, 1));
  }

  /** The persist timer, which `backoff` probes have doubled. */
  armPersist(backoff: number, nowNs: number): void {
    const waitNs = Math.max(this.#rtt.backedOff(backoff), this.#personality.rtoMinNs);
    this.#timers.setXmit(PERSIST, nowNs, waitNs);
  }

  /** Nothing leaves before `atNs`. */
  pace(atNs: number): void {
    this.#timers.pacingNs = atNs;
  }

  /** Answers whether the persist timer ran. */
  endPersist(): boolean {
    if (this.#timers.xmit !== PERSIST) return false;
    this.#timers.clearXmit();
    return true;
  }
}
