// Looks for the longest segments that a path carries without being told by ICMP (RFC 4821), as Linux does: between a size known to
// arrive and the longest possible one, a single segment of the size half way is tried, and its fate narrows the range.

import { ZERO_NS } from "../clock.ts";
import { after } from "./seq.ts";

/** net.ipv4.tcp_mtu_probing: never, once long segments seem to vanish, from the start. */
export type MtuProbing = 0 | 1 | 2;

export const MTU_PROBING_MODES: readonly MtuProbing[] = [0, 1, 2];

/** net.ipv4.tcp_base_mss: where the search begins. */
const BASE_MSS = 1024;
/** net.ipv4.tcp_probe_threshold: a range narrower than this is not worth a probe. */
const RANGE_MIN = 8;
/** net.ipv4.tcp_probe_interval: then it all begins again, as paths change. */
const INTERVAL_NS = 600e9;
/** A loss of the probe must not cost much: nor is it tried with a small window. */
const WINDOW_MIN = 11;

/** What a sender can try now. */
export const TRIAL = { NONE: 0, WAIT: 1, SEND: 2 } as const;

/** What a trial depends on: the sender. */
export interface TrialRoom {
  readonly unsent: number;
  readonly flight: number;
  readonly mss: number;
  readonly peer: { readonly sndWnd: number };
  readonly window: { readonly cwnd: number };
  readonly board: { readonly inFlight: number; readonly reordering: number };
}

export class MtuSearch {
  /** Whether segments are as short as the search has them. */
  on: boolean;
  /** Payload bytes of the probe on its way; 0: none is. */
  probe = 0;
  #probeStart = 0;
  #probeEnd = 0;
  /** Payload bytes known to arrive, and those that may. */
  #low = BASE_MSS;
  #high: number;
  readonly #most: number;
  /** Bytes of headers and usual options. */
  readonly #headers: number;
  #sinceNs = ZERO_NS;

  /** `most`: payload bytes of a segment as both ends announced it. `on`: from the start, else once a black hole is suspected. */
  constructor(most: number, headers: number, on: boolean, nowNs: number) {
    this.on = on;
    this.#most = most;
    this.#high = most;
    this.#headers = headers;
    this.#sinceNs = nowNs;
  }

  /** Payload bytes of a segment, where the path is thought to take `ceiling`. */
  limit(ceiling: number): number {
    return this.on ? Math.min(ceiling, this.#low) : ceiling;
  }

  /** ICMP has told of a path for no more than `mss`. */
  narrow(mss: number): void {
    if (this.#high > mss) this.#high = mss;
  }

  /** Data was lost again and again: what was known to arrive does not. */
  suspect(nowNs: number): void {
    if (this.on) this.#low = Math.min(BASE_MSS, this.#low >> 1);
    else this.#sinceNs = nowNs;
    this.on = true;
  }

  /** Whether a probe may leave now; with WAIT, nothing else may. `size` is then the probe's. */
  trial(room: TrialRoom, nowNs: number): (typeof TRIAL)[keyof typeof TRIAL] {
    const { sndWnd } = room.peer;
    const { cwnd } = room.window;
    const { inFlight, reordering } = room.board;
    if (this.probe !== 0 || cwnd < WINDOW_MIN) return TRIAL.NONE;
    if (this.#high - this.#low < RANGE_MIN) {
      if (nowNs - this.#sinceNs >= INTERVAL_NS) this.#startAgain(room.mss, nowNs);
      return TRIAL.NONE;
    }
    // Enough behind it for its loss to be noticed by duplicate ACKs.
    const needed = this.size + (reordering + 1) * room.mss;
    if (room.unsent < needed || sndWnd < needed) return TRIAL.NONE;
    if (room.flight + needed > sndWnd) return TRIAL.WAIT;
    // It counts for two, as what is lost of it takes two to send again.
    if (inFlight + 2 > cwnd) return inFlight === 0 ? TRIAL.NONE : TRIAL.WAIT;
    return TRIAL.SEND;
  }

  /** Payload bytes of the next probe. */
  get size(): number {
    return (this.#high + this.#low) >> 1;
  }

  #startAgain(mss: number, nowNs: number): void {
    this.#high = this.#most;
    this.#low = mss;
    this.#sinceNs = nowNs;
  }

  /** The probe leaves as `start` to `end`. */
  left(start: number, end: number): void {
    this.probe = (end - start) | 0;
    this.#probeStart = start;
    this.#probeEnd = end;
  }

  /** Whether it arrived. */
  arrived(sndUna: number): boolean {
    return this.probe !== 0 && !after(this.#probeEnd, sndUna);
  }

  /** It did: the window in segments of the new size, that was `cwnd` of `mss` bytes. */
  succeed(cwnd: number, mss: number): number {
    const scaled = Math.floor((cwnd * (mss + this.#headers)) / (this.probe + this.#headers));
    this.#low = this.probe;
    this.probe = 0;
    return Math.max(scaled, 1);
  }

  /** Whether what is lost first is the probe. */
  isLost(sndUna: number): boolean {
    return this.probe !== 0 && sndUna === this.#probeStart;
  }

  fail(): void {
    this.#high = this.probe - 1;
    this.probe = 0;
  }

  /** Something was sent again for another reason, and nobody can tell any more. */
  forget(): void {
    this.probe = 0;
  }
}
