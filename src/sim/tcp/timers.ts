// A connection's timers: five deadlines, of which the earliest is the connection's. As in Linux, retransmission, tail loss
// probe, reordering, persist and SYN timers share one, since no two of them ever run together.

import { ZERO_NS } from "../clock.ts";
import type { TcpPersonality } from "./personality.ts";

/** What the shared timer is doing. */
export const XMIT = { NONE: 0, RTO: 1, LOSS_PROBE: 2, PERSIST: 3, REORDERING: 4 } as const;

export type Xmit = (typeof XMIT)[keyof typeof XMIT];

/** Ticks that a wheel's level reaches, and by how much coarser each level is than the one before. */
const LEVEL_TICKS = 63;
const LEVEL_STEP = 8;
const LEVELS = 9;

/**
 * When a timer set at `nowNs` for `delayNs` later fires. Linux keeps timers in a wheel: times are whole ticks, rounded up, and
 * one tick more because the present one has begun; what is far off goes to coarser levels, 63 ticks to steps of 8, 504 to
 * steps of 64 and so on, rounded up too. Hence timeouts of 208 and 432 ms where 200 and 400 are meant. Here the ticks count
 * from virtual time 0.
 */
export function wheelNs(nowNs: number, delayNs: number, tickNs: number): number {
  const ticks = Math.max(Math.ceil(delayNs / tickNs), 0);
  let step = 1;
  for (let level = 1; level < LEVELS && ticks >= LEVEL_TICKS * step; level++) step *= LEVEL_STEP;
  const due = Math.floor(nowNs / tickNs) + ticks;
  return (Math.floor(due / step) + 1) * step * tickNs;
}

export class Timers {
  xmit: Xmit = XMIT.NONE;
  /** Absolute virtual times in ns; Infinity: not running. */
  delayedAckNs = Infinity;
  keepAliveNs = Infinity;
  /** End of TIME_WAIT, of the wait in FIN_WAIT_2, or of lingering before either. */
  closeNs = Infinity;
  /** The next paced burst: to the ns, as it is no timer of the wheel's. */
  pacingNs = Infinity;
  /** The shared timer, as it was set: when it fires is reckoned when somebody asks, for an ACK sets it three times, and nearly always later. */
  #xmitSetNs = Infinity;
  #xmitDelayNs = ZERO_NS;
  /** `#xmitSetNs` is when it fires. */
  #xmitIsReckoned = true;
  readonly #coarse: boolean;
  /** Floating-point from the start, as what is reckoned with it outgrows small integers (clock.ts). */
  readonly #tickNs: number = ZERO_NS;

  constructor(personality: TcpPersonality) {
    this.#coarse = personality.coarseTimers;
    this.#tickNs = personality.tickNs;
  }

  /** When a timer set now fires. */
  #due(nowNs: number, delayNs: number): number {
    const tickNs = this.#tickNs;
    return this.#coarse ? wheelNs(nowNs, delayNs, tickNs) : Math.ceil((nowNs + delayNs) / tickNs) * tickNs;
  }

  setXmit(kind: Xmit, nowNs: number, delayNs: number): void {
    this.xmit = kind;
    this.#xmitIsReckoned = false;
    this.#xmitSetNs = nowNs;
    this.#xmitDelayNs = delayNs;
  }

  /** When the shared timer fires. */
  get xmitNs(): number {
    if (!this.#xmitIsReckoned) {
      this.#xmitSetNs = this.#due(this.#xmitSetNs, this.#xmitDelayNs);
      this.#xmitIsReckoned = true;
    }
    return this.#xmitSetNs;
  }

  /** Unless it is to fire sooner already. */
  setDelayedAck(nowNs: number, delayNs: number): void {
    const dueNs = this.#due(nowNs, delayNs);
    if (dueNs < this.delayedAckNs) this.delayedAckNs = dueNs;
  }

  setKeepAlive(nowNs: number, delayNs: number): void {
    this.keepAliveNs = this.#due(nowNs, delayNs);
  }

  clearXmit(): void {
    this.xmit = XMIT.NONE;
    this.#xmitSetNs = Infinity;
    this.#xmitIsReckoned = true;
  }

  clear(): void {
    this.clearXmit();
    this.delayedAckNs = Infinity;
    this.keepAliveNs = Infinity;
    this.closeNs = Infinity;
    this.pacingNs = Infinity;
  }

  /** The earliest deadline, or Infinity. */
  get earliestNs(): number {
    return this.#earliest(this.xmitNs);
  }

  /** No deadline is before this; Infinity when there is none. */
  get leastNs(): number {
    // Timers fire late rather than early: what was asked for is a bound.
    return this.#earliest(this.#xmitIsReckoned ? this.#xmitSetNs : this.#xmitSetNs + this.#xmitDelayNs);
  }

  #earliest(xmitNs: number): number {
    const a = xmitNs < this.delayedAckNs ? xmitNs : this.delayedAckNs;
    const b = this.keepAliveNs < this.closeNs ? this.keepAliveNs : this.closeNs;
    const c = a < b ? a : b;
    return c < this.pacingNs ? c : this.pacingNs;
  }
}
