// Congestion control: how the window grows outside loss recovery, and how far it falls. An algorithm answers these questions
// and is one file; detecting losses and what to send meanwhile is recovery.ts's business.

import { Cubic } from "./cubic.ts";
import { NewReno } from "./newreno.ts";
import type { CongestionWindow } from "./window.ts";

export interface CongestionControl {
  /** As TCP_CONGESTION names it. */
  readonly name: string;
  /** `acked` segments were delivered outside recovery. */
  onAck(window: CongestionWindow, acked: number, nowNs: number): void;
  /** An ACK up to `sndUna` measured a round trip; `sndNxt` is what has been sent. */
  onRoundTrip(window: CongestionWindow, rttNs: number, sndUna: number, sndNxt: number, nowNs: number): void;
  /** The threshold after a loss, in segments. */
  afterLoss(window: CongestionWindow): number;
  /** The retransmission timer expired. */
  onTimeout(sndNxt: number, nowNs: number): void;
  /** Sending goes on after `idleNs` with nothing on the way. */
  onRestart(idleNs: number, nowNs: number): void;
}

const ALGORITHMS: Readonly<Record<string, (sndNxt: number, nowNs: number) => CongestionControl>> = {
  cubic: (sndNxt, nowNs) => new Cubic(sndNxt, nowNs),
  reno: () => new NewReno(),
};

/** The names TCP_CONGESTION takes. */
export const CONGESTION_NAMES: readonly string[] = Object.keys(ALGORITHMS);

/** The algorithm of that name, which must be one of CONGESTION_NAMES, beginning at `sndNxt`. */
export function congestionControl(name: string, sndNxt: number, nowNs: number): CongestionControl {
  const make = Object.hasOwn(ALGORITHMS, name) ? ALGORITHMS[name] : ALGORITHMS.cubic;
  return make(sndNxt, nowNs);
}
