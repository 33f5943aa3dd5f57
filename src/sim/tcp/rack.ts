// RACK (RFC 8985): a segment is lost when one sent later has arrived and time enough for reordering has passed. Time tells, not
// the number of duplicate ACKs, so retransmissions that are lost are found out too.

import { ZERO_NS } from "../clock.ts";
import type { RoundTrip } from "./rtt.ts";
import type { DeliveryListener, Scoreboard } from "./scoreboard.ts";
import { SENT } from "./sent-queue.ts";
import { after } from "./seq.ts";

const { AGAIN, LOST } = SENT;

const STEPS_MAX = 255;
/** Recoveries for which a window widened by D-SACKs stays so. */
const PERSIST = 16;

/** When the ACK being taken came, in ns: one does for all connections. */
let now = ZERO_NS;

export class Rack implements DeliveryListener {
  /** The segment sent last among those that have arrived, and the round trip of the one that arrived last. */
  #order = 0;
  #rttNs = ZERO_NS;
  #advanced = false;
  /** Quarters of the least round trip that reordering is given. */
  #steps = 1;
  #persist = 0;
  #widenedNs = -Infinity;
  readonly #board: Scoreboard;
  readonly #rtt: RoundTrip;

  constructor(board: Scoreboard, rtt: RoundTrip) {
    this.#board = board;
    this.#rtt = rtt;
  }

  begin(nowNs: number): void {
    now = nowNs;
  }

  /** Section 6.2 step 2. An ACK sooner than any round trip is that of the original, not of the retransmission. */
  delivered(sentNs: number, order: number, resent: boolean): void {
    const rttNs = now - sentNs;
    if (resent && rttNs < this.#rtt.minNs) return;
    this.#advanced = true;
    this.#rttNs = rttNs;
    if (after(order, this.#order)) this.#order = order;
  }

  /** Section 6.2 step 4: every round trip with a D-SACK widens the window, sixteen recoveries without narrow it again. */
  duplicateSeen(): void {
    if (now - this.#widenedNs < this.#rtt.srttNs) return;
    this.#widenedNs = now;
    this.#steps = Math.min(this.#steps + 1, STEPS_MAX);
    this.#persist = PERSIST;
  }

  recoveryEnded(): void {
    if (this.#persist > 0 && --this.#persist === 0) this.#steps = 1;
  }

  /** Something else has changed: look again. */
  advance(): void {
    this.#advanced = true;
  }

  /** After an ACK: marks what is lost. Answers in how many ns to look again, or 0. */
  detect(recovering: boolean, nowNs: number): number {
    if (!this.#advanced) return 0;
    this.#advanced = false;
    return this.mark(recovering, nowNs);
  }

  mark(recovering: boolean, nowNs: number): number {
    const board = this.#board;
    const { sent } = board;
    const limitNs = this.#rttNs + this.#windowNs(recovering);
    let waitNs = 0;
    for (let slot = sent.oldest; slot !== -1;) {
      const next = sent.nextInTime(slot);
      const flags = sent.flags[slot];
      if ((flags & (LOST | AGAIN)) !== LOST) {
        if (!after(this.#order, sent.orders[slot])) break;
        const leftNs = sent.times[slot] + limitNs - nowNs;
        if (leftNs <= 0) {
          board.markLost(slot);
          sent.unlink(slot);
        } else if (leftNs > waitNs) waitNs = leftNs;
      }
      slot = next;
    }
    return waitNs;
  }

  /** Whether a segment sent at `sentNs` is overdue, without a margin for reordering. */
  overdue(sentNs: number, nowNs: number): boolean {
    return sentNs + this.#rttNs <= nowNs;
  }

  /** How much later than others a packet may come: nothing once losses are evident and nothing has been seen out of order. */
  #windowNs(recovering: boolean): number {
    const board = this.#board;
    if (!board.reorderingSeen && (recovering || board.sackedOut >= board.reordering)) return 0;
    return Math.min((this.#rtt.minNs / 4) * this.#steps, this.#rtt.srttNs);
  }
}
