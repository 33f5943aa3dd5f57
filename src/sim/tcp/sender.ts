// The sending half: what may leave now. SND.* of RFC 9293 section 3.3.1. What an acknowledgement changes: acknowledgement.ts.
//
// `next` decides on one segment and leaves it in `outgoing`, so that asking allocates nothing.

import { NEVER_NS } from "../clock.ts";
import { TCP_FLAGS } from "../packet.ts";
import { follow, offered } from "./acknowledgement.ts";
import { congestionControl } from "./congestion/congestion.ts";
import type { CongestionControl } from "./congestion/congestion.ts";
import { CongestionWindow } from "./congestion/window.ts";
import { LossProbe } from "./loss-probe.ts";
import { TRIAL } from "./mtu-search.ts";
import type { MtuSearch } from "./mtu-search.ts";
import { Pacer } from "./pacer.ts";
import type { TcpPersonality } from "./personality.ts";
import { outgoing } from "./outgoing.ts";
import { MSS_MIN, PeerWindow } from "./peer-window.ts";
import { lossProbe, persistProbe } from "./probes.ts";
import { RECOVERY, RESEND, Recovery } from "./recovery.ts";
import { Resender } from "./resender.ts";
import { RoundTrip } from "./rtt.ts";
import { Scoreboard } from "./scoreboard.ts";
import { SendBuffer } from "./send-buffer.ts";
import { SENT } from "./sent-queue.ts";
import { after, distance } from "./seq.ts";
import type { SocketSettings } from "./settings.ts";
import { SenderTimers } from "./sender-timers.ts";
import type { Timers } from "./timers.ts";

/** What the other side of a connection tells the sender to reckon with. */
export interface PeerLimits {
  readonly mss: number;
  readonly windowScale: number;
  readonly sackPermitted: boolean;
  /** Segments. */
  readonly initialWindow: number;
}

export class Sender {
  iss = 0;
  sndUna = 0;
  sndNxt = 0;
  readonly buffer = new SendBuffer();
  readonly board = new Scoreboard();
  /** What the peer offers. */
  readonly peer = new PeerWindow();
  readonly pacer = new Pacer();
  readonly rtt: RoundTrip;
  readonly window: CongestionWindow;
  readonly recovery: Recovery;
  readonly resender: Resender;
  readonly timers: SenderTimers;
  readonly probe = new LossProbe();
  /** Payload bytes of a segment by what both ends announced and the path is thought to take. */
  ceiling = 0;
  /** The program has nothing more to send. */
  finQueued = false;
  finSent = false;
  /** MSG_MORE: hold a short segment back. */
  more = false;
  /** SND.UP, the byte after the last urgent one, counts while this holds: until all before it is acknowledged. */
  urgent = false;
  sndUp = 0;
  /** Timeouts in a row. */
  retransmits = 0;
  /** SYNs sent again. */
  synRetransmits = 0;
  /** Zero-window probes sent since the peer last answered, and their back-off. */
  probes = 0;
  persistBackoff = 0;
  /** The next segment is a probe; and whether one has gone before the urgent data. */
  persistDue = false;
  urgentProbed = false;
  bytesAcked = 0;
  /** The ACK about to be taken tells of a mark (RFC 3168 section 6.1.2). */
  congestionEchoed = false;
  /** Segments delivered by ACKs that told so. */
  deliveredMarked = 0;
  readonly #personality: TcpPersonality;
  readonly #settings: SocketSettings;
  /** End of the last segment sent shorter than the MSS (Minshall's variant of Nagle's rule). */
  #sndSml = 0;
  #lastSentNs = NEVER_NS;
  /** What waits leaves in spite of Nagle's rule and the cork. */
  #pushed = false;
  /** Something has left since the timers were last looked after. */
  #left = false;
  constructor(personality: TcpPersonality, settings: SocketSettings, timers: Timers) {
    this.#personality = personality;
    this.#settings = settings;
    this.rtt = new RoundTrip(personality);
    this.window = new CongestionWindow(personality.initialWindowSegments);
    const congestion = congestionControl(settings.current.congestion, this, 0);
    this.recovery = new Recovery(congestion, this.window, this.board, this.rtt);
    this.timers = new SenderTimers(personality, timers, this.rtt, this.recovery, this.probe);
    this.resender = new Resender(this.recovery, this.peer, this.timers);
  }

  start(iss: number): void {
    this.iss = iss;
    this.sndUna = iss;
    this.sndNxt = iss;
    this.#sndSml = iss;
  }

  /** The handshake is over: `sndUna` is past the SYN. */
  establish(peer: PeerLimits, windowScaled: number, seq: number, nowNs: number): void {
    this.peer.scale = peer.windowScale;
    this.board.sackPermitted = peer.sackPermitted;
    this.syncMss(peer.mss);
    this.window.cwnd = peer.initialWindow;
    offered(this, windowScaled, seq);
    this.#sndSml = this.sndUna;
    this.resender.start(this.sndUna);
    this.board.start(this.sndUna);
    this.window.start(this.sndUna);
    this.recovery.start(this.sndUna);
    this.control(this.#settings.current.congestion, nowNs);
    follow(this);
  }

  /** The handshake is over, and data has been on its way meanwhile: the window is known to scale from now on. */
  handshakeOver(windowScaled: number, seq: number): void {
    offered(this, windowScaled, seq);
  }

  /** What is on the way, all of it, is known not to have been taken: it goes again. */
  resendRest(): void {
    const { sent } = this.board;
    if (sent.count === 0) return;
    for (let index = 0; index < sent.count; index++) this.board.markLost(sent.slot(index));
    this.resender.start(this.sndUna);
    this.recovery.tooLong(this.sndNxt);
  }

  get congestion(): CongestionControl {
    return this.recovery.congestion;
  }

  /** TCP_CONGESTION: from now on that algorithm. */
  control(name: string, nowNs: number): void {
    this.recovery.congestion = congestionControl(name, this, nowNs);
    this.congestion.onStart(nowNs);
  }

  /** Segments are no longer than `ceiling` from now on, nor than the search for what the path carries allows. */
  syncMss(ceiling: number): void {
    this.ceiling = ceiling;
    this.peer.limitMss(Math.max(MSS_MIN, this.recovery.search?.limit(ceiling) ?? ceiling));
  }

  /** The path has refused what is on the way: what is too long for it is sent again in pieces. */
  resendTooLong(): void {
    const { sent } = this.board;
    for (let index = 0; index < sent.count; index++) {
      const slot = sent.slot(index);
      if (distance(sent.ends[slot], sent.starts[slot]) > this.mss) this.board.markLost(slot);
    }
    if (this.board.lostOut === 0) return;
    this.resender.start(this.sndUna);
    this.recovery.tooLong(this.sndNxt);
  }

  /** Payload bytes of a full segment. */
  get mss(): number {
    return this.peer.mss;
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

  /** Nothing waits to leave, and nothing that has left to be acknowledged: `next` would say no, and change nothing. */
  get idle(): boolean {
    if (this.buffer.length > 0 || this.board.sent.count > 0 || this.finQueued || this.#left) return false;
    if (this.persistDue || this.probe.due || this.pacer.on) return false;
    const { resend, search } = this.recovery;
    return resend === RESEND.NONE && search === null && this.window.cwnd > 0;
  }

  /**
   * Decides on the next segment to leave at `nowNs`: answers whether there is one. `reserved` bytes of every segment are
   * taken by options beyond the usual.
   */
  next(nowNs: number, reserved: number): boolean {
    const probes = this.persistDue;
    const mss = this.peer.cutMss - reserved;
    if (this.#choose(nowNs, mss)) {
      if (this.pacer.on && outgoing.length > 0) this.#pace(mss, nowNs);
      // A probe that fills what is left of a window says nothing of how the congestion window is used.
      if (!probes) this.#left = true;
      if (this.recovery.reducing) this.window.prrOut++;
      return true;
    }
    this.#afterSending(nowNs);
    return false;
  }

  #pace(mss: number, nowNs: number): void {
    const { pacer, rtt } = this;
    pacer.left(outgoing.length, outgoing.fresh, pacer.burst(mss, rtt.minNs / 1000), nowNs);
  }

  /** What is lost, or never sent, has to wait for the pace. */
  #pauses(nowNs: number): boolean {
    const { board, finQueued, finSent } = this;
    if (!this.pacer.waits(nowNs)) return false;
    if (this.unsent > 0 || (finQueued && !finSent) || board.lostOut > board.retransOut)
      this.timers.pace(this.pacer.nextNs);
    return true;
  }

  /** The time of the next burst has come. */
  paced(): void {
    const { board, recovery } = this;
    if (board.lostOut > board.retransOut && recovery.resend === RESEND.NONE) recovery.resend = RESEND.LOST;
  }

  #choose(nowNs: number, mss: number): boolean {
    if (this.probe.due) {
      this.probe.due = false;
      if (lossProbe(this, mss, nowNs)) return true;
    }
    if (this.persistDue) {
      this.persistDue = false;
      return persistProbe(this, mss, nowNs);
    }
    if (this.pacer.on && this.#pauses(nowNs)) return false;
    const recovery = this.recovery;
    if (recovery.resend !== RESEND.NONE) {
      if (recovery.resend === RESEND.NEW) {
        if (this.#fresh(mss, nowNs)) return true;
        if (after(this.sndNxt, recovery.highSeq)) return false;
        recovery.conventional();
      }
      if (this.resender.lost(this.sndUna, mss, nowNs)) return true;
    }
    const { search } = recovery;
    if (search !== null && search.on && !this.#left && mss === this.peer.cutMss) {
      if (recovery.state === RECOVERY.OPEN) {
        const trial = search.trial(this, nowNs);
        if (trial === TRIAL.WAIT) return false;
        if (trial === TRIAL.SEND) {
          this.#probeMtu(search, nowNs);
          return true;
        }
      }
    }
    return this.#fresh(mss, nowNs);
  }

  /** RFC 4821 section 7: one segment longer than any that is known to arrive. */
  #probeMtu(search: MtuSearch, nowNs: number): void {
    const { size } = search;
    this.commit(size, false, size === this.unsent, this.mss, nowNs);
    search.left((this.sndNxt - size) | 0, this.sndNxt);
    this.window.cwnd--;
  }

  /** Data or FIN never sent before. */
  #fresh(mss: number, nowNs: number): boolean {
    if (this.finSent) return false;
    const flight = (this.sndNxt - this.sndUna) | 0;
    const unsent = this.buffer.length - flight;
    if (unsent === 0 && !this.finQueued) return false;
    const length = unsent < mss ? unsent : mss;
    const room = this.peer.sndWnd - flight;
    // A segment leaves whole or not at all: what the window cuts short waits for the window or the persist timer
    // (sender's silly window avoidance, RFC 9293 section 3.8.6.2.1).
    if (length > room || room <= 0) return false;
    const last = length === unsent;
    if (length > 0) {
      if (this.board.inFlight >= this.window.cwnd) return false;
      if (length < mss && !(last && this.finQueued) && !this.urgent) {
        const { cork, noDelay } = this.#settings.current;
        if ((cork || this.more) && !this.#pushed) return false;
        if (!noDelay && !this.#pushed && flight > 0 && after(this.#sndSml, this.sndUna)) return false;
      }
    }
    this.commit(length, last && this.finQueued && length < room, last, mss, nowNs);
    return true;
  }

  /** A program is about to give more to send. */
  checkAppLimited(): void {
    const { board, window } = this;
    if (board.lostOut > board.retransOut) return;
    board.rate.checkAppLimited(this.unsent, this.mss, board.inFlight, window.cwnd, board.delivered);
  }

  /** A program sends after a pause: a window grown before it says little of the path now (RFC 5681 section 4.1). */
  resume(nowNs: number): void {
    if (this.congestion.ownsWindow) return;
    const idleNs = nowNs - this.#lastSentNs;
    if (this.#lastSentNs < 0 || idleNs <= this.rtt.baseNs) return;
    this.window.restartAfterIdle(idleNs, this.rtt.baseNs, this.#personality.initialWindowSegments, nowNs);
  }

  /** Something never sent before leaves next. */
  commit(length: number, fin: boolean, push: boolean, mss: number, nowNs: number): void {
    const start = this.sndNxt;
    const end = (start + length + (fin ? 1 : 0)) | 0;
    outgoing.is(start, length, (fin ? TCP_FLAGS.FIN : 0) | (push && length > 0 ? TCP_FLAGS.PSH : 0), true);
    this.sndNxt = end;
    if (fin) this.finSent = true;
    if (length < mss) this.#sndSml = end;
    const { sent } = this.board;
    const first = sent.count === 0;
    if (first && this.#lastSentNs >= 0) this.congestion.onRestart(nowNs - this.#lastSentNs, nowNs);
    this.board.push(start, end, (push && length > 0 ? SENT.PUSH : 0) | (fin ? SENT.FIN : 0), nowNs);
    this.#lastSentNs = nowNs;
    this.persistBackoff = 0;
    this.timers.sentOne(first, nowNs);
  }

  /** Nothing more leaves now: looks after the window's use and the loss probe. */
  #afterSending(nowNs: number): void {
    const { board, window } = this;
    const full = board.inFlight >= window.cwnd;
    this.resender.done();
    this.pacer.pause();
    if (!this.#left && !full) return;
    const open = this.recovery.state === RECOVERY.OPEN && !this.congestion.ownsWindow;
    const initial = this.#personality.initialWindowSegments;
    window.validate(full, board.sent.count, this.sndUna, this.sndNxt, open, initial, this.rtt.baseNs, nowNs);
    if (!this.#left) return;
    this.#left = false;
    this.timers.sentAll(nowNs);
  }

  /** Starts the persist timer when nothing else would ever send what waits. */
  armPersist(nowNs: number): void {
    this.timers.armPersist(this.persistBackoff, nowNs);
  }

  /** What the program has given so far ends with an urgent byte. */
  markUrgent(): void {
    this.urgent = true;
    this.sndUp = (this.sndUna + this.buffer.length) | 0;
  }

  /** What waits leaves now, short or not: Nagle's rule or the cork has just been lifted. */
  push(): void {
    this.more = false;
    this.#sndSml = this.sndUna;
    this.#pushed = true;
  }

  /** More has been queued, with MSG_MORE or without. */
  queued(more: boolean): void {
    this.more = more;
    this.#pushed = false;
  }

  /** The persist timer expired: the next segment is a probe. */
  persist(): void {
    this.persistDue = true;
    this.probes++;
    this.persistBackoff++;
  }

  /** The tail loss probe's timer expired. */
  lossProbe(): void {
    this.probe.due = true;
  }

  /** The time given to reordering is over. */
  reorderingOver(nowNs: number): void {
    const { recovery } = this;
    if (this.board.sent.count === 0) return;
    if (recovery.reorderingOver(this.sndUna, this.sndNxt, nowNs)) this.probe.cancel();
    if (recovery.reorderWaitNs > 0) this.timers.armReordering(nowNs);
    else this.timers.armTimeout(nowNs);
  }

  /** The retransmission timer expired. */
  timedOut(nowNs: number): void {
    this.probe.cancel();
    this.recovery.timedOut(this.sndNxt, nowNs, this.retransmits);
    this.resender.timedOut(this.sndUna);
    this.retransmits++;
    this.rtt.backOff();
  }
}
