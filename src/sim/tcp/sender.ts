// The sending half: what may leave now, and what an acknowledgement changes. SND.* of RFC 9293 section 3.3.1.
//
// `next` decides on one segment and leaves it in `outSeq`, `outLength` and `outFlags`, so that asking allocates nothing.

import { TCP_FLAGS } from "../packet.ts";
import type { Segment } from "../packet.ts";
import type { CongestionControl } from "./congestion/congestion.ts";
import { restartAfterIdle } from "./congestion/idle.ts";
import { LossProbe } from "./loss-probe.ts";
import type { TcpPersonality } from "./personality.ts";
import { RECOVERY, Recovery } from "./recovery.ts";
import { RoundTrip } from "./rtt.ts";
import { SendBuffer } from "./send-buffer.ts";
import { SENT, SentQueue } from "./sent-queue.ts";
import { after, before, distance } from "./seq.ts";
import type { TcpSettings } from "./settings.ts";
import { XMIT } from "./timers.ts";
import type { Timers } from "./timers.ts";

/** Least payload a segment is ever cut to, whatever windows a peer offers. */
const MSS_MIN = 48;
const MSS_HALF_WINDOW_ABOVE = 536;
const LOSS_PROBE_MARGIN_TICKS = 2;

/** What the other side of a connection tells the sender to reckon with. */
export interface PeerLimits {
  readonly mss: number;
  readonly windowScale: number;
  readonly sackPermitted: boolean;
  readonly initialWindow: number;
}

export class Sender {
  iss = 0;
  sndUna = 0;
  sndNxt = 0;
  sndWnd = 0;
  sndWl1 = 0;
  sndWl2 = 0;
  /** Largest window the peer has offered. */
  maxSndWnd = 0;
  windowScale = 0;
  sackPermitted = false;
  /** Payload bytes of a full segment. */
  mss = 536;
  readonly buffer = new SendBuffer();
  readonly sent = new SentQueue();
  readonly rtt: RoundTrip;
  readonly congestion: CongestionControl;
  readonly recovery: Recovery;
  /** The program has nothing more to send. */
  finQueued = false;
  finSent = false;
  /** MSG_MORE: hold a short segment back. */
  more = false;
  /** Timeouts in a row. */
  retransmits = 0;
  /** When the first retransmission since the last progress left; -1: none. */
  retransmitStampNs = -1;
  totalRetransmits = 0;
  /** Zero-window probes sent since the peer last answered, and their back-off. */
  probes = 0;
  persistBackoff = 0;
  bytesAcked = 0;
  segmentsDelivered = 0;
  outSeq = 0;
  outLength = 0;
  outFlags = 0;
  readonly #personality: TcpPersonality;
  readonly #settings: TcpSettings;
  readonly #timers: Timers;
  /** End of the last segment sent shorter than the MSS (Minshall's variant of Nagle's rule). */
  #sndSml = 0;
  /** What was sent when the congestion window last held data back. */
  #limitedUntil = 0;
  #lastSentNs = 0;
  readonly #probe = new LossProbe();
  #persistDue = false;
  #cutMss = 536;

  constructor(
    personality: TcpPersonality,
    settings: TcpSettings,
    timers: Timers,
    congestion: CongestionControl,
  ) {
    this.#personality = personality;
    this.#settings = settings;
    this.#timers = timers;
    this.rtt = new RoundTrip(personality);
    this.congestion = congestion;
    this.recovery = new Recovery(congestion);
  }

  start(iss: number): void {
    this.iss = iss;
    this.sndUna = iss;
    this.sndNxt = iss;
    this.#sndSml = iss;
    this.#limitedUntil = iss;
    this.recovery.recover = iss;
  }

  /** The handshake is over: `sndUna` is past the SYN. */
  establish(peer: PeerLimits, windowScaled: number, seq: number): void {
    this.windowScale = peer.windowScale;
    this.sackPermitted = peer.sackPermitted;
    this.mss = peer.mss;
    this.congestion.cwnd = peer.initialWindow;
    this.#setWindow(windowScaled, seq, this.sndUna);
    this.#sndSml = this.sndUna;
    this.#limitedUntil = this.sndUna;
    this.recovery.recover = this.sndUna;
    this.#updateCut();
  }

  /** The path or the program wants smaller segments. */
  limitMss(mss: number): void {
    this.mss = Math.max(MSS_MIN, Math.min(this.mss, mss));
    this.#updateCut();
  }

  /** Bytes (and a FIN) sent and not acknowledged. */
  get flight(): number {
    return (this.sndNxt - this.sndUna) | 0;
  }

  get unsent(): number {
    return this.finSent ? 0 : this.buffer.length - ((this.sndNxt - this.sndUna) | 0);
  }

  /** Whether there is something to send that nothing in flight will call forth. */
  get stuck(): boolean {
    return this.sndNxt === this.sndUna && (this.buffer.length > 0 || (this.finQueued && !this.finSent));
  }

  /**
   * Decides on the next segment to leave at `nowNs`: answers whether there is one. `reserved` bytes of every segment are
   * taken by options beyond the usual.
   */
  next(nowNs: number, reserved: number): boolean {
    const mss = this.#cutMss - reserved;
    const recovery = this.recovery;
    if (recovery.headDue) {
      recovery.headDue = false;
      if (this.sndNxt !== this.sndUna && this.#again(this.sndUna, mss, nowNs)) return true;
    }
    if (this.#probe.due) {
      this.#probe.due = false;
      if (this.#lossProbe(mss, nowNs)) return true;
    }
    if (this.#persistDue) {
      this.#persistDue = false;
      return this.#persistProbe(mss, nowNs);
    }
    if (recovery.state === RECOVERY.LOSS && before(recovery.rtxNxt, recovery.recover)) {
      const outstanding = distance(recovery.rtxNxt, this.sndUna);
      if (outstanding > 0 && outstanding + mss > this.congestion.cwnd) return false;
      if (!this.#again(recovery.rtxNxt, mss, nowNs)) return false;
      recovery.rtxNxt = (this.outSeq + this.outLength + (this.outFlags & TCP_FLAGS.FIN)) | 0;
      return true;
    }
    return this.#fresh(mss, nowNs);
  }

  /** Data or FIN never sent before. */
  #fresh(mss: number, nowNs: number): boolean {
    if (this.finSent) return false;
    const flight = (this.sndNxt - this.sndUna) | 0;
    const unsent = this.buffer.length - flight;
    if (unsent === 0 && !this.finQueued) return false;
    if (flight === 0 && this.#lastSentNs > 0 && nowNs - this.#lastSentNs > this.rtt.baseNs) {
      const restart = this.#personality.initialWindowSegments * this.mss;
      restartAfterIdle(this.congestion, nowNs - this.#lastSentNs, this.rtt.baseNs, restart);
      this.#lastSentNs = nowNs;
    }
    const length = unsent < mss ? unsent : mss;
    const room = this.sndWnd - flight;
    // A segment leaves whole or not at all: what the window cuts short waits for the window or the persist timer
    // (sender's silly window avoidance, RFC 9293 section 3.8.6.2.1).
    if (length > room || room <= 0) return false;
    const last = length === unsent;
    if (length > 0) {
      if (flight > 0 && flight + length > this.congestion.cwnd + this.recovery.limitedTransmit * mss) {
        this.#limitedUntil = this.sndNxt;
        return false;
      }
      if (length < mss && !(last && this.finQueued)) {
        if (this.#settings.cork || this.more) return false;
        if (!this.#settings.noDelay && flight > 0 && after(this.#sndSml, this.sndUna)) return false;
      }
    }
    this.#commit(length, last && this.finQueued && length < room, last, mss, nowNs);
    return true;
  }

  #commit(length: number, fin: boolean, push: boolean, mss: number, nowNs: number): void {
    const start = this.sndNxt;
    const end = (start + length + (fin ? 1 : 0)) | 0;
    this.outSeq = start;
    this.outLength = length;
    this.outFlags = (fin ? TCP_FLAGS.FIN : 0) | (push && length > 0 ? TCP_FLAGS.PSH : 0);
    this.sndNxt = end;
    if (fin) this.finSent = true;
    if (length < mss) this.#sndSml = end;
    this.sent.push(start, end, nowNs, (push && length > 0 ? SENT.PUSH : 0) | (fin ? SENT.FIN : 0));
    this.#lastSentNs = nowNs;
    this.persistBackoff = 0;
    const timers = this.#timers;
    if (timers.xmit !== XMIT.RTO) this.#arm(nowNs, false);
  }

  /** Sends again what begins at `seq`, no further than the segment it was part of, nor than the peer's window. */
  #again(seq: number, mss: number, nowNs: number): boolean {
    const index = this.sent.find(seq);
    if (index < 0) return false;
    const flags = this.sent.flags(index);
    const fin = (flags & SENT.FIN) !== 0;
    const whole = distance(this.sent.end(index), seq) - (fin ? 1 : 0);
    const room = distance((this.sndUna + this.sndWnd) | 0, seq);
    if (room <= 0) {
      // The peer took its window back. Ask, instead of sending what it would not take.
      if (seq === this.sndUna) this.#zeroLengthProbe();
      return seq === this.sndUna;
    }
    const length = Math.min(whole, mss, room);
    const complete = length === whole;
    this.outSeq = seq;
    this.outLength = length;
    this.outFlags =
      (complete && fin && length < room ? TCP_FLAGS.FIN : 0) |
      (complete && (flags & SENT.PUSH) !== 0 ? TCP_FLAGS.PSH : 0);
    this.sent.retransmitted(index, nowNs);
    this.totalRetransmits++;
    if (this.retransmitStampNs < 0) this.retransmitStampNs = nowNs;
    if (this.#timers.xmit === XMIT.NONE) this.#timers.setXmit(XMIT.RTO, nowNs + this.rtt.rtoNs);
    return true;
  }

  /** RFC 8985 section 7.3: a new segment if the window has room for one, else the last one again. */
  #lossProbe(mss: number, nowNs: number): boolean {
    const flight = this.flight;
    if (flight === 0) return false;
    const unsent = this.unsent;
    const length = Math.min(unsent, mss);
    const fresh = length > 0 && length <= this.sndWnd - flight;
    if (fresh) this.#commit(length, false, length === unsent, mss, nowNs);
    else if (!this.#again(this.sent.start(this.sent.count - 1), mss, nowNs)) return false;
    this.#probe.left(this.sndNxt, !fresh);
    this.#timers.setXmit(XMIT.RTO, Math.max(this.sent.sentNs(0) + this.rtt.rtoNs, nowNs + 1));
    return true;
  }

  /** The persist timer: what the window has room for, else a segment before the window that calls forth an ACK. */
  #persistProbe(mss: number, nowNs: number): boolean {
    const room = this.sndWnd;
    const unsent = this.unsent;
    if (unsent > 0 && room > 0) {
      const length = Math.min(unsent, mss, room);
      this.#commit(length, false, length === unsent, mss, nowNs);
      return true;
    }
    if (unsent === 0 && room > 0) return false;
    this.#zeroLengthProbe();
    return true;
  }

  #zeroLengthProbe(): void {
    this.outSeq = (this.sndUna - 1) | 0;
    this.outLength = 0;
    this.outFlags = 0;
  }

  /**
   * Takes the acknowledgement and the window of a segment that was found acceptable; `ack` is not beyond SND.NXT.
   * `rttFromEchoNs` is what its timestamp measured, or -1. Answers whether something new was acknowledged.
   */
  acknowledge(
    segment: Segment,
    ack: number,
    hasLength: boolean,
    rttFromEchoNs: number,
    nowNs: number,
  ): boolean {
    const acked = (ack - this.sndUna) | 0;
    if (acked < 0) return false;
    const window = segment.window << this.windowScale;
    const seq = segment.seq | 0;
    if (acked === 0) {
      const changed = window !== this.sndWnd;
      this.#updateWindow(window, seq, ack);
      if (this.sndNxt !== this.sndUna && !hasLength && this.#isDuplicate(segment, ack, changed)) {
        this.recovery.duplicate(this.sndUna, this.sndNxt, this.#cutMss, nowNs);
        if (this.recovery.headDue) this.#timers.setXmit(XMIT.RTO, nowNs + this.rtt.rtoNs);
      }
      return false;
    }
    const congestion = this.congestion;
    const limited =
      after(this.#limitedUntil, this.sndUna) ||
      (congestion.cwnd < congestion.ssthresh && congestion.cwnd < 2 * this.flight);
    this.sndUna = ack;
    const buffer = this.buffer;
    const bytes = acked < buffer.length ? acked : buffer.length;
    buffer.discard(bytes);
    this.bytesAcked += bytes;
    const sent = this.sent;
    sent.acknowledge(ack);
    this.segmentsDelivered += sent.ackedSegments;
    if (sent.ackedSegments > 0 && !sent.ackedRetransmitted) this.rtt.measured(nowNs - sent.ackedSentNs);
    else if (rttFromEchoNs >= 0) this.rtt.measured(rttFromEchoNs);
    this.retransmits = 0;
    this.retransmitStampNs = -1;
    this.probes = 0;
    if (this.#probe.repaired(ack, segment.sack) && this.recovery.state === RECOVERY.OPEN) {
      this.recovery.probeRepaired(acked, this.#cutMss, nowNs);
    }
    const restart = this.recovery.advanced(
      acked,
      ack,
      this.sndNxt,
      this.#cutMss,
      nowNs,
      this.rtt.srttNs,
      limited,
    );
    this.#setWindow(window, seq, ack);
    if (this.sndNxt === ack) this.#timers.clearXmit();
    else if (restart) this.#arm(nowNs, true);
    return true;
  }

  /** With SACK, a duplicate ACK is one that reports something out of order (RFC 6675 section 2), else RFC 5681's definition. */
  #isDuplicate(segment: Segment, ack: number, windowChanged: boolean): boolean {
    if (!this.sackPermitted) return !windowChanged;
    const sack = segment.sack;
    if (sack === null) return false;
    for (let i = 0; i < sack.length; i += 2) {
      if (after(sack[i] | 0, ack) && !after(sack[i + 1] | 0, this.sndNxt)) return true;
    }
    return false;
  }

  /**
   * The window of a segment that acknowledges nothing new: taken from newer segments, or when it is larger. One that does
   * acknowledge always brings its window, even when its own number is old (a retransmission), since SND.WND counts from
   * SND.UNA and would otherwise reach further than was offered.
   */
  #updateWindow(window: number, seq: number, ack: number): void {
    if (after(seq, this.sndWl1) || (seq === this.sndWl1 && window > this.sndWnd))
      this.#setWindow(window, seq, ack);
  }

  #setWindow(window: number, seq: number, ack: number): void {
    this.sndWl1 = seq;
    this.sndWl2 = ack;
    if (window === this.sndWnd) return;
    this.sndWnd = window;
    if (window > 0 && this.#timers.xmit === XMIT.PERSIST) {
      this.#timers.clearXmit();
      this.persistBackoff = 0;
    }
    if (window > this.maxSndWnd) {
      this.maxSndWnd = window;
      this.#updateCut();
    }
  }

  /** Against a peer of tiny buffers, segments are at most half its window, so that two can be on the way. */
  #updateCut(): void {
    const window = this.maxSndWnd;
    const limit = window > MSS_HALF_WINDOW_ABOVE ? window >>> 1 : Math.max(window, MSS_MIN);
    this.#cutMss = Math.max(MSS_MIN, Math.min(this.mss, limit));
  }

  /** Sets the shared timer for what is in flight: a tail loss probe where one may help, else the retransmission timeout. */
  #arm(nowNs: number, fromNow: boolean): void {
    const rtt = this.rtt;
    const rtoNs = rtt.rtoNs;
    if (
      this.sackPermitted &&
      !this.#probe.pending &&
      rtt.srttNs > 0 &&
      rtt.backoff === 0 &&
      this.recovery.state === RECOVERY.OPEN &&
      this.recovery.dupAcks === 0
    ) {
      const margin =
        this.sent.count === 1
          ? this.#personality.rtoMinNs
          : LOSS_PROBE_MARGIN_TICKS * this.#personality.tickNs;
      const probeNs = 2 * rtt.srttNs + margin;
      const leftNs = fromNow ? rtoNs : this.sent.sentNs(0) + rtoNs - nowNs;
      const waitNs = leftNs > 0 && leftNs < probeNs ? leftNs : probeNs;
      this.#timers.setXmit(XMIT.LOSS_PROBE, Math.round(nowNs + waitNs));
      return;
    }
    this.#timers.setXmit(XMIT.RTO, nowNs + rtoNs);
  }

  /** Starts the persist timer when nothing else would ever send what waits. */
  armPersist(nowNs: number): void {
    const waitNs = Math.max(this.rtt.backedOff(this.persistBackoff), this.#personality.rtoMinNs);
    this.#timers.setXmit(XMIT.PERSIST, nowNs + waitNs);
  }

  /** What waits leaves now, short or not: Nagle's rule or the cork has just been lifted. */
  push(): void {
    this.more = false;
    this.#sndSml = this.sndUna;
  }

  /** The persist timer expired: the next segment is a probe. */
  persist(): void {
    this.#persistDue = true;
    this.probes++;
    this.persistBackoff++;
  }

  /** The tail loss probe's timer expired. */
  lossProbe(): void {
    this.#probe.due = true;
  }

  /** The retransmission timer expired. */
  timedOut(nowNs: number): void {
    this.#probe.cancel();
    this.retransmits++;
    this.rtt.backOff();
    this.recovery.timedOut(this.sndUna, this.sndNxt, this.#cutMss, nowNs);
  }
}
