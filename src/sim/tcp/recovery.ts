// From a loss noticed to a loss repaired: the states of RFC 5681, 6582 and 6675 as Linux keeps them, with RACK to notice (RFC
// 8985), proportional rate reduction meanwhile (RFC 6937), F-RTO after a timeout (RFC 5682). What turns out to have been needless is
// taken back: undo.ts.

import { NEVER_NS, ZERO_NS } from "../clock.ts";
import { news } from "./ack-news.ts";
import type { CongestionControl } from "./congestion/congestion.ts";
import { SSTHRESH_UNSET } from "./congestion/window.ts";
import type { CongestionWindow } from "./congestion/window.ts";
import type { MtuSearch } from "./mtu-search.ts";
import { Rack } from "./rack.ts";
import type { RoundTrip } from "./rtt.ts";
import type { Scoreboard } from "./scoreboard.ts";
import { SENT } from "./sent-queue.ts";
import { after, before } from "./seq.ts";
import { Undo } from "./undo.ts";

/** As Linux names and orders them: CWR is a window reduced for another reason than a loss. */
export const RECOVERY = { OPEN: 0, DISORDER: 1, CWR: 2, FAST: 3, LOSS: 4 } as const;

export type RecoveryState = (typeof RECOVERY)[keyof typeof RECOVERY];

/** What may leave once an ACK has been taken: see `resend`. */
export const RESEND = { NONE: 0, LOST: 1, NEW: 2 } as const;

/** What an ACK did to the sender, for the states to judge. */
export interface Acknowledgement {
  /** SND.UNA moved, from `prior`. */
  readonly advanced: boolean;
  readonly prior: number;
  /** It said nothing new at all. */
  readonly duplicate: boolean;
  /** It echoes a time before the first retransmission, so what arrived was the original (Eifel). */
  readonly original: boolean;
  /** Whether new data could be sent now. */
  readonly canSendNew: boolean;
  /** It tells that a packet was marked on its way (RFC 3168). */
  readonly congested: boolean;
}

export class Recovery {
  state: RecoveryState = RECOVERY.OPEN;
  /** The state ends when everything before this is acknowledged. */
  highSeq = 0;
  /** What the last ACK or timeout asks to be sent again. */
  resend: (typeof RESEND)[keyof typeof RESEND] = RESEND.NONE;
  /** In ns: look again then for segments that are only late; 0: no need. */
  reorderWaitNs = ZERO_NS;
  /** The peer seems to have thrown away what it had reported: to be believed when the timer soon to be set expires. */
  reneged = false;
  /** When the first retransmission since recovery began left; NEVER_NS: none. */
  retransmitStampNs = NEVER_NS;
  /** The window was reduced, and the peer has not been told by CWR (RFC 3168 section 6.1.2). */
  cwrDue = false;
  /** Longer segments are looked for. */
  search: MtuSearch | null = null;
  /** One that was tried is lost: it has to go again in pieces. */
  probeFailed = false;
  readonly rack: Rack;
  readonly window: CongestionWindow;
  readonly board: Scoreboard;
  congestion: CongestionControl;
  readonly #undo: Undo;
  #frto = false;

  constructor(congestion: CongestionControl, window: CongestionWindow, board: Scoreboard, rtt: RoundTrip) {
    this.congestion = congestion;
    this.window = window;
    this.board = board;
    this.rack = new Rack(board, rtt);
    this.#undo = new Undo(board, window, this.rack);
  }

  start(sndUna: number): void {
    this.highSeq = sndUna;
  }

  /** Whether the window is being reduced, by one segment for every so many delivered. */
  get reducing(): boolean {
    return this.state === RECOVERY.CWR || this.state === RECOVERY.FAST;
  }

  /** Whether an ACK needs a closer look than RFC 5681's congestion avoidance. */
  acknowledged(ack: Acknowledgement, sndUna: number, sndNxt: number, nowNs: number): void {
    const { board } = this;
    this.resend = RESEND.NONE;
    this.reorderWaitNs = 0;
    this.reneged = ack.advanced && this.#renegs();
    if (this.reneged) return;
    if (ack.congested) this.#undo.ssthresh = 0;
    if (this.state === RECOVERY.OPEN) this.retransmitStampNs = NEVER_NS;
    else if (!before(sndUna, this.highSeq) && this.#leave(ack, sndUna)) return;
    if (this.#is(RECOVERY.LOSS)) {
      this.#inLoss(ack, sndUna, sndNxt);
      const { retransOut } = board;
      this.#identify(ack, nowNs);
      // Unless the timeout is undone or a retransmission is lost as well, that is all.
      if (!this.#is(RECOVERY.OPEN) && board.retransOut >= retransOut) return;
    } else if (this.#is(RECOVERY.FAST)) {
      this.#inRecovery(ack, sndUna, sndNxt, nowNs);
      return;
    }
    this.#undisturbed(ack, sndUna, sndNxt, nowNs);
  }

  #inRecovery(ack: Acknowledgement, sndUna: number, sndNxt: number, nowNs: number): void {
    const { board } = this;
    if (!ack.advanced) {
      if (ack.duplicate && !board.sackPermitted) board.duplicateAck();
    } else if (this.#undoPartially(ack, sndNxt)) return;
    if (this.#undoDuplicates()) this.#tryToOpen(ack.congested, sndNxt);
    this.#identify(ack, nowNs);
    if (!this.#is(RECOVERY.FAST)) {
      if (board.lostOut === 0) return;
      this.#enter(ack.congested, sndUna, sndNxt);
    }
    this.resend = RESEND.LOST;
  }

  #is(state: RecoveryState): boolean {
    return this.state === state;
  }

  /** Open, Disorder or CWR. */
  #undisturbed(ack: Acknowledgement, sndUna: number, sndNxt: number, nowNs: number): void {
    const { board } = this;
    if (!board.sackPermitted) {
      if (ack.advanced) board.forgetDuplicates();
      else if (ack.duplicate && board.sent.count > 0) board.duplicateAck();
    }
    if (this.state <= RECOVERY.DISORDER) this.#undoDuplicates();
    this.#identify(ack, nowNs);
    if (board.lostOut === 0) this.#tryToOpen(ack.congested, sndNxt);
    else if (this.search !== null && this.state < RECOVERY.CWR && this.search.isLost(sndUna)) {
      // A probe that was too long says nothing of congestion, and the window gets back what the probe took.
      this.search.fail();
      this.window.cwnd++;
      this.probeFailed = true;
    } else {
      this.#enter(ack.congested, sndUna, sndNxt);
      this.resend = RESEND.LOST;
    }
  }

  /** The peer no longer has what it had reported: its first missing segment is one it once had. */
  #renegs(): boolean {
    const { sent } = this.board;
    return sent.count > 0 && (sent.flags[sent.slot(0)] & SENT.SACKED) !== 0;
  }

  /** Everything that was out when the state began is acknowledged. Answers whether there is nothing else to do. */
  #leave(ack: Acknowledgement, sndUna: number): boolean {
    const { board } = this;
    if (this.state === RECOVERY.CWR) {
      if (sndUna !== this.highSeq) {
        this.#endReduction();
        this.#set(RECOVERY.OPEN);
      }
    } else if (this.state === RECOVERY.FAST) {
      board.forgetDuplicates();
      if (this.#undoWhole(ack, sndUna)) return true;
      this.#endReduction();
    }
    return false;
  }

  #inLoss(ack: Acknowledgement, sndUna: number, sndNxt: number): void {
    const { board } = this;
    const recovered = !before(sndUna, this.highSeq);
    if (ack.advanced && this.#undoLoss(ack, false)) return;
    if (this.#frto) {
      // RFC 5682 section 3.1: data never sent twice has arrived, so it was not all lost.
      if (news.originalSacked && this.#undoLoss(ack, true)) return;
      if (after(sndNxt, this.highSeq)) {
        if (news.sackedNew || ack.duplicate) this.#frto = false;
      } else if (ack.advanced && !recovered) {
        this.highSeq = sndNxt;
        if (ack.canSendNew) {
          this.resend = RESEND.NEW;
          return;
        }
        this.#frto = false;
      }
    }
    if (recovered) {
      this.#undoWhole(ack, sndUna);
      return;
    }
    if (!board.sackPermitted) {
      if (ack.advanced) board.forgetDuplicates();
      else if (after(sndNxt, this.highSeq) && ack.duplicate) board.duplicateAck();
    }
    this.resend = RESEND.LOST;
  }

  /** F-RTO's new data could not leave: what is lost is sent instead. */
  conventional(): void {
    this.#frto = false;
    this.resend = RESEND.LOST;
  }

  #identify(ack: Acknowledgement, nowNs: number): void {
    const { board } = this;
    if (board.sent.count === 0) return;
    if (board.sackPermitted) {
      this.reorderWaitNs = this.rack.detect(this.state >= RECOVERY.FAST, nowNs);
      return;
    }
    const enough = this.state < RECOVERY.FAST && board.sackedOut >= board.reordering;
    const slot = board.sent.slot(0);
    if (enough || (this.state === RECOVERY.FAST && ack.advanced)) {
      if ((board.sent.flags[slot] & SENT.LOST) === 0) board.markLost(slot);
    }
  }

  /** The time for reordering is over: what has not come is lost. Answers whether anything is. */
  reorderingOver(sndUna: number, sndNxt: number, nowNs: number): boolean {
    const { board } = this;
    const prior = board.inFlight;
    this.rack.begin(nowNs);
    this.reorderWaitNs = this.rack.mark(this.state >= RECOVERY.FAST, nowNs);
    if (prior === board.inFlight) return false;
    if (this.state !== RECOVERY.FAST && this.state !== RECOVERY.LOSS) {
      this.#enter(false, sndUna, sndNxt);
      if (!this.congestion.ownsWindow) this.window.reduce(this.board.inFlight, 1, 0, false);
    }
    this.resend = RESEND.LOST;
    return true;
  }

  #enter(congested: boolean, sndUna: number, sndNxt: number): void {
    this.#undo.ssthresh = 0;
    this.#undo.begin(sndUna);
    if (!this.reducing) {
      // A reduction that a mark called for is not undone.
      if (!congested) this.#undo.ssthresh = this.window.cautious;
      this.beginReduction(sndNxt);
    }
    this.#set(RECOVERY.FAST);
  }

  /** Sets the threshold for a loss, and reduces the window to it in proportion to what is delivered (RFC 6937). */
  beginReduction(sndNxt: number): void {
    const { window } = this;
    this.highSeq = sndNxt;
    window.beginReduction();
    window.ssthresh = this.congestion.afterLoss(window);
    this.cwrDue = true;
  }

  /** After an ACK that delivered `delivered` segments and showed `lost`: the window while it is being reduced. */
  reduce(delivered: number, lost: number, advanced: boolean): void {
    if (delivered <= 0 || this.window.priorCwnd === 0 || this.congestion.ownsWindow) return;
    this.window.reduce(this.board.inFlight, delivered, lost, advanced);
  }

  /** Unless the reduction was undone, the window comes down to the threshold at its end. */
  #endReduction(): void {
    const { window } = this;
    if (this.congestion.ownsWindow) return;
    if (window.ssthresh < SSTHRESH_UNSET && (this.state === RECOVERY.CWR || this.board.undoPossible)) {
      window.cwnd = window.ssthresh;
    }
  }

  /** A loss that a tail loss probe repaired (RFC 8985 section 7.4.2) still costs what a loss costs. */
  probeRepaired(sndNxt: number): void {
    this.beginReduction(sndNxt);
    this.#undo.ssthresh = 0;
    this.state = RECOVERY.CWR;
    this.#endReduction();
    this.#keepOpen(sndNxt);
  }

  /** The retransmission timer expired. `retransmits`: how often in a row before. */
  timedOut(sndNxt: number, nowNs: number, retransmits: number): void {
    const { board, window } = this;
    const { sent } = board;
    const fresh = this.state < RECOVERY.FAST;
    const head = sent.slot(0);
    const sndUna = sent.starts[head];
    const reneged = this.#renegs();
    if (reneged) board.forgetSacked();
    else board.forgetDuplicates();
    for (let index = 0; index < sent.count; index++) {
      const slot = sent.slot(index);
      // What left a moment ago is not lost yet.
      if (index > 0 && !reneged && board.sackPermitted && !this.rack.overdue(sent.times[slot], nowNs))
        continue;
      board.markLost(slot);
    }
    if (
      this.state <= RECOVERY.DISORDER ||
      !after(this.highSeq, sndUna) ||
      (this.state === RECOVERY.LOSS && retransmits === 0)
    ) {
      this.#undo.ssthresh = window.cautious;
      window.priorCwnd = window.cwnd;
      window.ssthresh = this.congestion.afterLoss(window);
      this.#undo.begin(sndUna);
    }
    window.cwnd = board.inFlight + 1;
    window.count = 0;
    this.cwrDue = true;
    this.#set(RECOVERY.LOSS);
    this.congestion.onTimeout(sndNxt, nowNs);
    this.highSeq = sndNxt;
    this.#frto = fresh || retransmits > 0;
    this.resend = RESEND.LOST;
  }

  /** Segments do not fit the path any more: those on the way count as lost, but the window is not to blame. */
  tooLong(sndNxt: number): void {
    if (this.state !== RECOVERY.LOSS) {
      this.highSeq = sndNxt;
      this.window.ssthresh = this.window.cautious;
      this.#undo.ssthresh = 0;
      this.board.undoPossible = false;
      this.#set(RECOVERY.LOSS);
      this.#frto = false;
    }
    this.resend = RESEND.LOST;
  }

  #set(state: RecoveryState): void {
    this.state = state;
  }

  #tryToOpen(congested: boolean, sndNxt: number): void {
    if (!this.#retransmissionsOut()) this.retransmitStampNs = NEVER_NS;
    if (congested) this.#giveWay(sndNxt);
    if (this.state !== RECOVERY.CWR) this.#keepOpen(sndNxt);
  }

  /** A mark costs what a loss does, once a round trip, and nothing is sent again for it (RFC 3168 section 6.1.2). */
  #giveWay(sndNxt: number): void {
    this.#undo.ssthresh = 0;
    if (this.state >= RECOVERY.CWR) return;
    this.board.undoPossible = false;
    this.beginReduction(sndNxt);
    this.#set(RECOVERY.CWR);
  }

  #keepOpen(sndNxt: number): void {
    const { board } = this;
    const orderly = board.sackedOut + board.lostOut === 0 && !this.#retransmissionsOut();
    const state = orderly ? RECOVERY.OPEN : RECOVERY.DISORDER;
    if (state === this.state) return;
    this.#set(state);
    this.highSeq = sndNxt;
  }

  #retransmissionsOut(): boolean {
    const { board } = this;
    if (board.retransOut > 0) return true;
    return board.sent.count > 0 && (board.sent.flags[board.sent.slot(0)] & SENT.EVER) !== 0;
  }

  /** At the end of a recovery. Answers whether the state must stay for a while (RFC 6582 section 4: without SACK, old duplicates). */
  #undoWhole(ack: Acknowledgement, sndUna: number): boolean {
    const { board } = this;
    if (this.#undo.isDue(ack.original)) this.#undo.reduction(this.congestion, false);
    else this.rack.recoveryEnded();
    if (sndUna === this.highSeq && !board.sackPermitted) {
      if (!this.#retransmissionsOut()) this.retransmitStampNs = NEVER_NS;
      return true;
    }
    this.#set(RECOVERY.OPEN);
    return false;
  }

  /** The peer got every retransmission twice. */
  #undoDuplicates(): boolean {
    if (!this.#undo.isDue(false)) return false;
    this.#undo.reduction(this.congestion, false);
    return true;
  }

  #undoPartially(ack: Acknowledgement, sndNxt: number): boolean {
    const { board } = this;
    if (!board.undoPossible || !ack.original) return false;
    board.reorderingSeen = true;
    if (board.retransOut > 0) return true;
    this.#undo.reduction(this.congestion, true);
    this.#keepOpen(sndNxt);
    return false;
  }

  #undoLoss(ack: Acknowledgement, proven: boolean): boolean {
    const { board } = this;
    if (!proven && !this.#undo.isDue(ack.original)) return false;
    this.#undo.reduction(this.congestion, true);
    if (proven || board.sackPermitted) {
      this.#set(RECOVERY.OPEN);
    }
    return true;
  }
}
