// The tail loss probe's memory (RFC 8985 section 7): whether one is to leave, is unanswered, and what its answer means.

import { after, before } from "./seq.ts";

export class LossProbe {
  /** Its timer has expired: the next segment is a probe. */
  due = false;
  /** One has left and is unanswered: no other meanwhile. */
  pending = false;
  /** SND.NXT when it left. */
  #high = 0;
  #retransmitted = false;

  /** A probe leaves: data already sent (`retransmitted`) or new. */
  left(sndNxt: number, retransmitted: boolean): void {
    this.pending = true;
    this.#high = sndNxt;
    this.#retransmitted = retransmitted;
  }

  /** Whether a report of a duplicate that ends at `end` is about the probe. */
  explains(end: number): boolean {
    return this.pending && this.#retransmitted && end === this.#high;
  }

  /**
   * Takes an acknowledgement. Answers whether it shows a loss that the probe repaired (section 7.4.2): it goes beyond the
   * probe, and the peer did not get that twice. `duplicate`: an ACK that says nothing new.
   */
  repaired(ack: number, twice: boolean, duplicate: boolean): boolean {
    if (!this.pending || before(ack, this.#high)) return false;
    if (this.#retransmitted && !twice) {
      if (after(ack, this.#high)) {
        this.pending = false;
        return true;
      }
      if (!duplicate) return false;
    }
    this.pending = false;
    return false;
  }

  /** Loss recovery takes over. */
  cancel(): void {
    this.due = false;
    this.pending = false;
  }
}
