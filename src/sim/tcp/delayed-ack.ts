// When to acknowledge: RFC 9293 section 3.8.6.3 as Linux does it.
//
// Data that begins to arrive is acknowledged at once for a while (quick ACKs help the sender's slow start); later ACKs wait,
// up to 40 ms adapted to the gap between segments, for a second full segment, for the program to empty the buffer, or for
// data to ride on. A connection that has answered what it received counts as interactive and always waits; a wait that was
// in vain ends that.

import { ZERO_NS } from "../clock.ts";
import type { TcpPersonality } from "./personality.ts";
import type { Timers } from "./timers.ts";

/** The receiver's guess of the sender's segment size starts here and never falls below `MSS_GUESS_MIN`. */
const MSS_GUESS = 536;
const MSS_GUESS_MIN = 88;

export class DelayedAck {
  /** An ACK is owed. */
  owed = false;
  /** It must leave now. */
  due = false;
  /** Largest segment the peer seems to send. */
  rcvMss = MSS_GUESS;
  /** Delay of the next ACK in ns; 0 until data has come. */
  delayNs = ZERO_NS;
  readonly #personality: TcpPersonality;
  readonly #timers: Timers;
  #quick = 0;
  #pingpong = 0;
  #lastDataNs = -Infinity;
  #lastLength = 0;
  /** Short segments since the last ACK: none, one, more. */
  #pushed = 0;

  constructor(personality: TcpPersonality, timers: Timers) {
    this.#personality = personality;
    this.#timers = timers;
    this.delayNs = 0;
  }

  start(mss: number, window: number): void {
    this.rcvMss = Math.max(Math.min(mss, window >>> 1, MSS_GUESS), MSS_GUESS_MIN);
  }

  #isInteractive(): boolean {
    return this.#pingpong >= this.#personality.pingpongThreshold;
  }

  /** In-order data has come. `mssMax` is the MSS announced to the peer. */
  dataReceived(
    length: number,
    push: boolean,
    mssMax: number,
    rcvWnd: number,
    rtoNs: number,
    nowNs: number,
  ): void {
    if (this.owed && this.#personality.acksEverySecondSegment) this.due = true;
    this.owed = true;
    this.#measure(length, push, mssMax);
    const least = this.#personality.delayedAckMinNs;
    const gapNs = nowNs - this.#lastDataNs;
    if (this.delayNs === 0) {
      this.#addQuick(rcvWnd);
      this.delayNs = least;
    } else if (gapNs <= least / 2) {
      this.delayNs = this.delayNs / 2 + least / 2;
    } else if (gapNs < this.delayNs) {
      this.delayNs = Math.min(this.delayNs / 2 + gapNs, rtoNs);
    } else if (gapNs > rtoNs) {
      // The sender has been idle so long that it starts slowly again.
      this.#addQuick(rcvWnd);
    }
    this.#lastDataNs = nowNs;
  }

  /** Something arrived that the peer must hear of soon: out of order, or once more. */
  enterQuick(rcvWnd: number, most: number = this.#personality.quickAcks): void {
    this.#addQuick(rcvWnd, most);
    this.#pingpong = 0;
    this.delayNs = this.#personality.delayedAckMinNs;
    this.owed = true;
  }

  /** The peer has finished: what is owed waits for our own answer. */
  endHaste(): void {
    this.#pingpong = this.#personality.pingpongThreshold;
  }

  /** TCP_QUICKACK. */
  setQuick(on: boolean): void {
    this.#pingpong = on ? 0 : this.#personality.pingpongThreshold;
    if (on && this.owed) this.due = true;
  }

  get quickAck(): boolean {
    return !this.#isInteractive();
  }

  /** The window is nearly used up: no more haste. */
  endQuick(): void {
    this.#quick = 0;
  }

  /** After a segment: sends the ACK now if two full segments wait for one (`full`) or haste is on, else starts the timer. */
  decide(full: boolean, srttNs: number, nowNs: number): void {
    if (!this.owed || this.due) return;
    if (full || (this.#quick > 0 && !this.#isInteractive())) {
      this.due = true;
      return;
    }
    const personality = this.#personality;
    let delayNs = this.delayNs;
    if (delayNs > personality.delayedAckMinNs) {
      const patient = this.#isInteractive() || this.#pushed > 0;
      let mostNs = patient ? personality.delayedAckMaxNs : 500e6;
      if (srttNs > 0) mostNs = Math.min(mostNs, Math.max(srttNs, personality.delayedAckMinNs));
      delayNs = Math.min(delayNs, mostNs);
    }
    delayNs = Math.min(delayNs, personality.delayedAckMaxNs);
    const timers = this.#timers;
    if (timers.delayedAckNs <= nowNs + delayNs / 4) this.due = true;
    else timers.setDelayedAck(nowNs, delayNs);
  }

  /** After a read. `full`: more than a full segment is unacknowledged. `drained`: nothing is left to read. */
  dataRead(full: boolean, drained: boolean): void {
    if (!this.owed) return;
    if (this.#personality.acksEverySecondSegment) return;
    if (full || (drained && (this.#pushed > 1 || (this.#pushed === 1 && !this.#isInteractive()))))
      this.due = true;
  }

  /** A segment with an ACK has left. */
  ackSent(): void {
    if (this.owed && this.#quick > 0 && --this.#quick === 0) this.delayNs = this.#personality.delayedAckMinNs;
    this.owed = false;
    this.due = false;
    this.#pushed = 0;
    this.#timers.delayedAckNs = Infinity;
  }

  /** Data has left: soon after data came in, it is an answer. */
  dataSent(nowNs: number): void {
    if (nowNs - this.#lastDataNs < this.delayNs && this.#pingpong < 255) this.#pingpong++;
  }

  /** The timer expired: no data came to carry the ACK. */
  expired(rtoNs: number): void {
    this.#timers.delayedAckNs = Infinity;
    if (!this.owed) return;
    if (this.#isInteractive()) {
      this.#pingpong = 0;
      this.delayNs = this.#personality.delayedAckMinNs;
    } else {
      this.delayNs = Math.min(this.delayNs * 2, rtoNs);
    }
    this.due = true;
  }

  #addQuick(rcvWnd: number, most: number = this.#personality.quickAcks): void {
    // Two where the window holds not even one such pair.
    const count = Math.min(Math.floor(rcvWnd / (2 * this.rcvMss)) || 2, most);
    if (count > this.#quick) this.#quick = count;
  }

  #measure(length: number, push: boolean, mssMax: number): void {
    if (length >= this.rcvMss) {
      this.rcvMss = Math.min(length, mssMax);
      if (push && this.#pushed === 0) this.#pushed = 1;
      return;
    }
    // A shorter size is believed when it comes twice in a row and is not plainly the end of a write.
    if (length >= MSS_GUESS || (length >= MSS_GUESS_MIN && !push)) {
      const same = length === this.#lastLength;
      this.#lastLength = length;
      if (same) {
        this.rcvMss = length;
        return;
      }
    }
    this.#pushed = this.#pushed === 0 ? 1 : 2;
  }
}
