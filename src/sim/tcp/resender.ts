// Sending again what counts as lost, or what a probe asks with.

import { TCP_FLAGS } from "../packet.ts";
import { outgoing } from "./outgoing.ts";
import type { PeerWindow } from "./peer-window.ts";
import type { Recovery } from "./recovery.ts";
import type { Scoreboard } from "./scoreboard.ts";
import type { SenderTimers } from "./sender-timers.ts";
import { SENT } from "./sent-queue.ts";
import { before, distance } from "./seq.ts";

export class Resender {
  /** Segments sent again so far, probes included. */
  total = 0;
  /** Their payload bytes. */
  bytes = 0;
  readonly #recovery: Recovery;
  readonly #board: Scoreboard;
  readonly #peer: PeerWindow;
  readonly #timers: SenderTimers;
  /** What is lost is looked for from here on. */
  #from = 0;
  /** The retransmission timer has just expired, and been set again. */
  #expired = false;

  constructor(recovery: Recovery, peer: PeerWindow, timers: SenderTimers) {
    this.#recovery = recovery;
    this.#board = recovery.board;
    this.#peer = peer;
    this.#timers = timers;
  }

  /** Looks from `sndUna` on. */
  start(sndUna: number): void {
    this.#from = sndUna;
  }

  acknowledged(sndUna: number): void {
    if (before(this.#from, sndUna)) this.#from = sndUna;
  }

  timedOut(sndUna: number): void {
    this.#from = sndUna;
    this.#expired = true;
  }

  /** Nothing more leaves now. */
  done(): void {
    this.#expired = false;
  }

  /** The next segment that counts as lost and was not sent again since, as far as the window allows. */
  lost(sndUna: number, mss: number, nowNs: number): boolean {
    const board = this.#board;
    if (board.retransOut >= board.lostOut || board.inFlight >= this.#recovery.window.cwnd) return false;
    const { sent } = board;
    // Losses found later may lie before those found first.
    for (let pass = 0; pass < 2; pass++) {
      for (let index = sent.indexOf(this.#from); index < sent.count; index++) {
        const slot = sent.slot(index);
        if ((sent.flags[slot] & (SENT.LOST | SENT.AGAIN)) !== SENT.LOST) continue;
        if (!this.#again(index, sndUna, mss, false, nowNs)) return false;
        this.#from = (outgoing.seq + outgoing.length) | 0;
        if (index === 0 && !this.#expired) this.#timers.resentOldest(nowNs);
        return true;
      }
      this.#from = sndUna;
    }
    return false;
  }

  /** The last segment, as a probe: it does not repair, it asks. */
  last(sndUna: number, mss: number, nowNs: number): boolean {
    return this.#again(this.#board.sent.count - 1, sndUna, mss, true, nowNs);
  }

  /** Sends the segment at `index` again, cut to what a packet and the peer's window take. */
  #again(index: number, sndUna: number, mss: number, probe: boolean, nowNs: number): boolean {
    const board = this.#board;
    const { sent } = board;
    const slot = sent.slot(index);
    const seq = sent.starts[slot];
    const room = distance((sndUna + this.#peer.sndWnd) | 0, seq);
    if (room <= 0) {
      // The peer took its window back. Ask, instead of sending what it would not take.
      if (seq !== sndUna) return false;
      outgoing.isQuestion(sndUna);
      board.resent(slot, nowNs);
      return true;
    }
    const fin = (sent.flags[slot] & SENT.FIN) !== 0;
    const whole = distance(sent.ends[slot], seq) - (fin ? 1 : 0);
    const length = Math.min(whole, mss, room);
    if (length > 0 && (length < whole || (fin && length === room))) board.split(index, (seq + length) | 0);
    const flags = sent.flags[slot];
    outgoing.is(
      seq,
      length,
      ((flags & SENT.FIN) === 0 ? 0 : TCP_FLAGS.FIN) | ((flags & SENT.PUSH) === 0 ? 0 : TCP_FLAGS.PSH),
      false,
    );
    this.#recovery.search?.forget();
    this.total++;
    this.bytes += length;
    if (probe) {
      board.probed(slot, nowNs);
      return true;
    }
    board.resent(slot, nowNs);
    if (this.#recovery.retransmitStampNs < 0) this.#recovery.retransmitStampNs = nowNs;
    this.#timers.resent(nowNs);
    return true;
  }
}
