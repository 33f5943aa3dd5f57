// BBR, version 1 (draft-cardwell-iccrg-bbr-congestion-control-00, with what Linux's added since): the window and the pace follow a model
// of the path, the most it has delivered lately and the least round trip it has had, and not its losses.
//
// Startup doubles the rate each round trip until the bandwidth stops growing; drain lets out the queue that made; then the gain cycles
// through eight phases of a round trip, one of which asks for more and one of which gives it back; and every ten seconds without a
// shorter round trip four segments in flight, for 200 ms, show what the round trip is without a queue of one's own.

import { ZERO_NS } from "../../clock.ts";
import { mix32 } from "../../random.ts";
import { elapsedUs } from "../delivery-rate.ts";
import type { RateSample } from "../delivery-rate.ts";
import { AckAggregation } from "./bbr-aggregation.ts";
import { BANDWIDTH_UNIT, BandwidthFilter } from "./bbr-bandwidth.ts";
import { Policer } from "./bbr-policer.ts";
import type { CongestionControl, Flow } from "./congestion.ts";
import { SSTHRESH_UNSET } from "./window.ts";
import type { CongestionWindow } from "./window.ts";

const MODE = { STARTUP: 0, DRAIN: 1, PROBE_BANDWIDTH: 2, PROBE_RTT: 3 } as const;

/** Gains are in 1/256. 2/ln 2: doubles what is delivered each round trip. */
const HIGH_GAIN = 739 / 256;
const DRAIN_GAIN = 88 / 256;
const WINDOW_GAIN = 2;
const CYCLE: readonly number[] = [5 / 4, 3 / 4, 1, 1, 1, 1, 1, 1];
/** A cycle begins in any phase but the one that gives back. */
const CYCLE_STARTS = 7;
/** The pace stays this far below the bandwidth, for a queue that builds anyway to drain. */
const PACE = 0.99;

/** The pipe is full when three rounds have not brought a quarter more. */
const GROWTH = 5 / 4;
const FULL_ROUNDS = 3;

const WINDOW_MIN = 4;
const INITIAL_WINDOW = 10;
/** Below 1.2 Mbit/s single segments are paced. */
const SINGLES_BYTES_PER_S = 150_000;
const TICK_NS = 4e6;
const LEAST_RTT_TICKS = 2500;
const PROBE_RTT_TICKS = 50;
const US_UNKNOWN = 0xffffffff;

const STATE_RECOVERY = 3;

function ticks(nowNs: number): number {
  return Math.floor(nowNs / TICK_NS);
}

export class Bbr implements CongestionControl {
  readonly name = "bbr";
  readonly ownsWindow = true;
  readonly sendBufferWindows = 3;
  readonly #flow: Flow;
  #mode: (typeof MODE)[keyof typeof MODE] = MODE.STARTUP;
  #paceGain = HIGH_GAIN;
  #windowGain = HIGH_GAIN;
  readonly #bandwidth = new BandwidthFilter();
  readonly #policer = new Policer();
  readonly #aggregation = new AckAggregation();
  #leastRttUs = US_UNKNOWN;
  #leastRttTick = 0;
  /** Round trips, by what had been delivered when they began. */
  #round = 0;
  #roundStarts = false;
  #nextRound = 0;
  /** Startup's: the bandwidth growth is measured against, and rounds without. */
  #fullBandwidth = 0;
  #fullRounds = 0;
  #full = false;
  #phase = 0;
  #phaseNs = ZERO_NS;
  #cycles = 0;
  /** When enough has been seen of the round trip; -1: there is more than the least in flight yet. */
  #probeRttEnd = -1;
  #probeRttRound = false;
  /** The window before recovery or the probe for the round trip. */
  #priorWindow = 0;
  #lastState = 0;
  /** In the first round of recovery as many segments leave as arrive. */
  #conserves = false;
  /** Sending goes on after a pause of the program. */
  #restarts = false;
  #sawRtt = false;

  constructor(flow: Flow) {
    this.#flow = flow;
  }

  onStart(nowNs: number): void {
    const { window, board, rtt, pacer } = this.#flow;
    window.ssthresh = SSTHRESH_UNSET;
    this.#nextRound = board.delivered;
    if (rtt.minNs > 0) this.#leastRttUs = Math.floor(rtt.minNs / 1000);
    this.#leastRttTick = ticks(nowNs);
    this.#policer.reset(this.#flow);
    this.#aggregation.restart(nowNs);
    pacer.on = true;
    this.#firstPace();
  }

  /** Before anything was delivered: the initial window a round trip, or a millisecond where that is unknown. */
  #firstPace(): void {
    const { rtt, window, pacer } = this.#flow;
    this.#sawRtt = rtt.srttNs > 0;
    const us = this.#sawRtt ? Math.max(Math.floor(rtt.srttNs / 1000), 1) : 1000;
    pacer.rate = this.#paceOf(Math.floor((window.cwnd * BANDWIDTH_UNIT) / us), HIGH_GAIN);
    this.#setBurst();
  }

  #paceOf(bandwidth: number, gain: number): number {
    const { mss, pacer } = this.#flow;
    return Math.min(Math.floor((bandwidth * mss * gain * 1e6 * PACE) / BANDWIDTH_UNIT), pacer.max);
  }

  #setBurst(): void {
    const { pacer } = this.#flow;
    pacer.burstMin = pacer.rate < SINGLES_BYTES_PER_S ? 1 : 2;
  }

  #setPace(bandwidth: number, gain: number): void {
    const { rtt, pacer } = this.#flow;
    if (!this.#sawRtt && rtt.srttNs > 0) this.#firstPace();
    const rate = this.#paceOf(bandwidth, gain);
    if (this.#full || rate > pacer.rate) pacer.rate = rate;
    this.#setBurst();
  }

  /** The bandwidth to go by. */
  get #rate(): number {
    return this.#policer.found ? this.#policer.bandwidth : this.#bandwidth.max;
  }

  onSample(sample: RateSample, nowNs: number): void {
    const { board, window } = this.#flow;
    this.#measureBandwidth(sample);
    if (sample.arrived > 0 && sample.intervalUs > 0) {
      const { deliveredNs } = board.rate;
      this.#aggregation.take(sample.arrived, deliveredNs, this.#rate, window.cwnd, this.#roundStarts);
    }
    if (this.#mode === MODE.PROBE_BANDWIDTH && this.#isPhaseOver(sample, nowNs)) this.#nextPhase();
    this.#checkFull(sample);
    this.#checkDrain(nowNs);
    this.#measureRtt(sample, nowNs);
    this.#setGains();
    this.#setPace(this.#rate, this.#paceGain);
    this.#setWindow(sample);
  }

  #measureBandwidth(sample: RateSample): void {
    const { board } = this.#flow;
    this.#roundStarts = false;
    if (sample.intervalUs <= 0) return;
    if (sample.priorDelivered >= this.#nextRound) {
      this.#nextRound = board.delivered;
      this.#round++;
      this.#roundStarts = true;
      this.#conserves = false;
    }
    this.#lookForPolicer(sample);
    const bandwidth = Math.floor((sample.delivered * BANDWIDTH_UNIT) / sample.intervalUs);
    // A program that sends little says nothing of what the path could take, unless it is more than known.
    if (!sample.appLimited || bandwidth >= this.#bandwidth.max) this.#bandwidth.add(this.#round, bandwidth);
  }

  #lookForPolicer(sample: RateSample): void {
    const policer = this.#policer;
    if (!policer.found) {
      policer.take(this.#flow, sample, this.#roundStarts);
    } else if (this.#mode === MODE.PROBE_BANDWIDTH && this.#roundStarts && policer.believedEnough()) {
      policer.reset(this.#flow);
      this.#startCycling();
    }
  }

  /** Segments in flight that a bandwidth and a gain want, over the least round trip. */
  #product(bandwidth: number, gain: number): number {
    if (this.#leastRttUs === US_UNKNOWN) return INITIAL_WINDOW;
    return Math.ceil(Math.floor(bandwidth * this.#leastRttUs * gain) / BANDWIDTH_UNIT);
  }

  /** And with what is on its way into and out of the machines at both ends, in bursts. */
  #withBursts(segments: number): number {
    const more = segments + 3 * this.#burst;
    const even = more + (more & 1);
    return this.#mode === MODE.PROBE_BANDWIDTH && this.#phase === 0 ? even + 2 : even;
  }

  get #burst(): number {
    const { pacer, mss } = this.#flow;
    return pacer.burst(mss, Infinity);
  }

  #wanted(bandwidth: number, gain: number): number {
    return this.#withBursts(this.#product(bandwidth, gain));
  }

  /** What will be in flight when the next burst leaves. */
  #inFlightThen(inFlight: number, nowNs: number): number {
    const { nextNs } = this.#flow.pacer;
    const waitUs = Math.floor(Math.max(nextNs - nowNs, 0) / 1000);
    const arrives = Math.floor((this.#rate * waitUs) / BANDWIDTH_UNIT);
    const leaves = this.#paceGain > 1 ? this.#burst : 0;
    return Math.max(inFlight + leaves - arrives, 0);
  }

  #isPhaseOver(sample: RateSample, nowNs: number): boolean {
    const longEnough = elapsedUs(this.#phaseNs, this.#flow.board.rate.deliveredNs) > this.#leastRttUs;
    if (this.#paceGain === 1) return longEnough;
    const inFlight = this.#inFlightThen(sample.priorInFlight, nowNs);
    const bandwidth = this.#bandwidth.max;
    // More is asked for until it is in flight, or something is lost; given back until the queue is gone.
    if (this.#paceGain > 1) {
      return longEnough && (sample.lost > 0 || inFlight >= this.#wanted(bandwidth, this.#paceGain));
    }
    return longEnough || inFlight <= this.#wanted(bandwidth, 1);
  }

  #nextPhase(): void {
    this.#phase = (this.#phase + 1) % CYCLE.length;
    this.#phaseNs = this.#flow.board.rate.deliveredNs;
  }

  /** From a phase drawn at random, so that flows do not ask for more all at once. */
  #startCycling(): void {
    this.#mode = MODE.PROBE_BANDWIDTH;
    this.#phase = CYCLE.length - 1 - (mix32(this.#flow.iss, ++this.#cycles) % CYCLE_STARTS);
    this.#nextPhase();
  }

  #checkFull(sample: RateSample): void {
    if (this.#full || !this.#roundStarts || sample.appLimited) return;
    const { max } = this.#bandwidth;
    if (max >= Math.floor(this.#fullBandwidth * GROWTH)) {
      this.#fullBandwidth = max;
      this.#fullRounds = 0;
    } else this.#full = ++this.#fullRounds >= FULL_ROUNDS;
  }

  #checkDrain(nowNs: number): void {
    const { window, board } = this.#flow;
    if (this.#mode === MODE.STARTUP && this.#full) {
      this.#mode = MODE.DRAIN;
      window.ssthresh = this.#wanted(this.#bandwidth.max, 1);
    }
    if (this.#mode !== MODE.DRAIN) return;
    if (this.#inFlightThen(board.inFlight, nowNs) <= this.#wanted(this.#bandwidth.max, 1))
      this.#startCycling();
  }

  #measureRtt(sample: RateSample, nowNs: number): void {
    const { rttUs } = sample;
    const tick = ticks(nowNs);
    const expired = tick > this.#leastRttTick + LEAST_RTT_TICKS;
    const delayed = sample.delayed && sample.delivered === 1;
    if (rttUs >= 0 && (rttUs < this.#leastRttUs || (expired && !delayed))) {
      this.#leastRttUs = rttUs;
      this.#leastRttTick = tick;
    }
    if (expired && !this.#restarts && this.#mode !== MODE.PROBE_RTT) {
      this.#saveWindow();
      this.#mode = MODE.PROBE_RTT;
      this.#probeRttEnd = -1;
    }
    if (this.#mode === MODE.PROBE_RTT) this.#probeRtt(tick);
    if (sample.delivered > 0) this.#restarts = false;
  }

  #probeRtt(tick: number): void {
    const { board } = this.#flow;
    // Samples of so little in flight are none of the bandwidth.
    board.rate.appLimited = board.delivered + board.inFlight || 1;
    if (this.#probeRttEnd < 0) {
      if (board.inFlight > WINDOW_MIN) return;
      this.#probeRttEnd = tick + PROBE_RTT_TICKS;
      this.#probeRttRound = false;
      this.#nextRound = board.delivered;
      return;
    }
    if (this.#roundStarts) this.#probeRttRound = true;
    if (this.#probeRttRound) this.#endProbeRtt(tick);
  }

  #endProbeRtt(tick: number): void {
    if (this.#probeRttEnd < 0 || tick <= this.#probeRttEnd) return;
    const { window } = this.#flow;
    this.#leastRttTick = tick;
    window.cwnd = Math.max(window.cwnd, this.#priorWindow);
    if (this.#full) this.#startCycling();
    else this.#mode = MODE.STARTUP;
  }

  #setGains(): void {
    switch (this.#mode) {
      case MODE.STARTUP:
        this.#paceGain = this.#windowGain = HIGH_GAIN;
        return;
      case MODE.DRAIN:
        this.#paceGain = DRAIN_GAIN;
        this.#windowGain = HIGH_GAIN;
        return;
      case MODE.PROBE_BANDWIDTH:
        this.#paceGain = this.#policer.found ? 1 : CYCLE[this.#phase];
        this.#windowGain = WINDOW_GAIN;
        return;
      default:
        this.#paceGain = this.#windowGain = 1;
    }
  }

  #setWindow(sample: RateSample): void {
    const { window, board } = this.#flow;
    const { arrived } = sample;
    if (arrived > 0) {
      const cwnd = this.#inRecovery(sample);
      if (this.#conserves) window.cwnd = Math.max(cwnd, board.inFlight + arrived);
      else window.cwnd = this.#towardsTarget(cwnd, arrived);
    }
    if (this.#mode === MODE.PROBE_RTT) window.cwnd = Math.min(window.cwnd, WINDOW_MIN);
  }

  /** The window with what is lost taken out; less where recovery begins, and what it was before where it ends. */
  #inRecovery({ lost, arrived }: RateSample): number {
    const { window, board, recovery } = this.#flow;
    const { state } = recovery;
    const last = this.#lastState;
    this.#lastState = state;
    const cwnd = lost > 0 ? Math.max(window.cwnd - lost, 1) : window.cwnd;
    if (state === STATE_RECOVERY && last !== STATE_RECOVERY) {
      this.#conserves = true;
      this.#nextRound = board.delivered;
      return board.inFlight + arrived;
    }
    if (last < STATE_RECOVERY || state >= STATE_RECOVERY) return cwnd;
    this.#conserves = false;
    return Math.max(cwnd, this.#priorWindow);
  }

  #towardsTarget(cwnd: number, arrived: number): number {
    const aggregation = this.#full ? this.#aggregation.allowance(this.#rate) : 0;
    const target = this.#withBursts(this.#product(this.#rate, this.#windowGain) + aggregation);
    let next = cwnd;
    if (this.#full) next = Math.min(cwnd + arrived, target);
    else if (cwnd < target || this.#flow.board.delivered < INITIAL_WINDOW) next = cwnd + arrived;
    return Math.max(next, WINDOW_MIN);
  }

  #saveWindow(): void {
    const { cwnd } = this.#flow.window;
    const undisturbed = this.#lastState < STATE_RECOVERY && this.#mode !== MODE.PROBE_RTT;
    this.#priorWindow = undisturbed ? cwnd : Math.max(this.#priorWindow, cwnd);
  }

  afterLoss(window: CongestionWindow): number {
    this.#saveWindow();
    return window.ssthresh;
  }

  onTimeout(): void {
    this.#lastState = this.#flow.recovery.state;
    this.#fullBandwidth = 0;
    this.#roundStarts = true;
    if (!this.#policer.found) this.#policer.take(this.#flow, TIMEOUT, true);
  }

  onUndo(): void {
    this.#fullBandwidth = 0;
    this.#fullRounds = 0;
    this.#policer.reset(this.#flow);
  }

  onRestart(_idleNs: number, nowNs: number): void {
    const { rate } = this.#flow.board;
    if (rate.appLimited === 0) return;
    this.#restarts = true;
    this.#aggregation.restart(nowNs);
    if (this.#mode === MODE.PROBE_BANDWIDTH) this.#setPace(this.#rate, 1);
    else if (this.#mode === MODE.PROBE_RTT) this.#endProbeRtt(ticks(nowNs));
  }

  onAck(): void {
    // The window is set by samples.
  }

  onRoundTrip(): void {
    // Samples have it.
  }
}

/** What a timeout tells the policer: that something is lost. */
const TIMEOUT: RateSample = {
  delivered: 0,
  intervalUs: 0,
  priorDelivered: 0,
  appLimited: false,
  arrived: 0,
  lost: 1,
  priorInFlight: 0,
  rttUs: -1,
  delayed: false,
};
