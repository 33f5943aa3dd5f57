// Congestion control: how the window grows outside loss recovery, and how far it falls. An algorithm answers these questions
// and is one file; detecting losses and what to send meanwhile is recovery.ts's business.

import type { RateSample } from "../delivery-rate.ts";
import type { Pacer } from "../pacer.ts";
import type { Scoreboard } from "../scoreboard.ts";
import type { RoundTrip } from "../rtt.ts";
import { Bbr } from "./bbr.ts";
import { Cubic } from "./cubic.ts";
import { NewReno } from "./newreno.ts";
import type { CongestionWindow } from "./window.ts";

/** What an algorithm can look at besides what it is told: the sender it works for. */
export interface Flow {
  readonly iss: number;
  readonly sndNxt: number;
  /** Payload bytes of a full segment. */
  readonly mss: number;
  readonly window: CongestionWindow;
  readonly board: Scoreboard;
  readonly rtt: RoundTrip;
  readonly pacer: Pacer;
  readonly recovery: { readonly state: number };
}

export interface CongestionControl {
  /** As TCP_CONGESTION names it. */
  readonly name: string;
  /** Whether it sets the window itself at every ACK (`onSample`), in recovery too, where others are told `onAck` and reduce in proportion. */
  readonly ownsWindow: boolean;
  /** How many windows a send buffer is to hold. */
  readonly sendBufferWindows: number;
  /** It is in charge from now on. */
  onStart(nowNs: number): void;
  /** An ACK has been taken, whatever it said. */
  onSample(sample: RateSample, nowNs: number): void;
  /** `acked` segments were delivered outside recovery. */
  onAck(window: CongestionWindow, acked: number, nowNs: number): void;
  /** An ACK up to `sndUna` measured a round trip; `sndNxt` is what has been sent. */
  onRoundTrip(window: CongestionWindow, rttNs: number, sndUna: number, sndNxt: number, nowNs: number): void;
  /** The threshold after a loss, in segments. */
  afterLoss(window: CongestionWindow): number;
  /** The retransmission timer expired. */
  onTimeout(sndNxt: number, nowNs: number): void;
  /** The last reduction turned out to be needless. */
  onUndo(window: CongestionWindow): void;
  /** Sending goes on after `idleNs` with nothing on the way. */
  onRestart(idleNs: number, nowNs: number): void;
}

const ALGORITHMS: Readonly<Record<string, (flow: Flow, nowNs: number) => CongestionControl>> = {
  bbr: (flow) => new Bbr(flow),
  cubic: (flow, nowNs) => new Cubic(flow.sndNxt, nowNs),
  reno: () => new NewReno(),
};

/** The names TCP_CONGESTION takes. */
export const CONGESTION_NAMES: readonly string[] = Object.keys(ALGORITHMS);

/** The algorithm of that name, which must be one of CONGESTION_NAMES, for `flow`. It changes nothing before `onStart`. */
export function congestionControl(name: string, flow: Flow, nowNs: number): CongestionControl {
  const make = Object.hasOwn(ALGORITHMS, name) ? ALGORITHMS[name] : ALGORITHMS.cubic;
  return make(flow, nowNs);
}
