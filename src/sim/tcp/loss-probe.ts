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

  /**
   * Takes an acknowledgement. Answers whether it shows a loss that the probe repaired: everything is acknowledged and the
   * peer does not report that it got something twice (section 7.4.2).
   */
  repaired(ack: number, sack: readonly number[] | null): boolean {
    if (!this.pending || before(ack, this.#high)) return false;
    this.pending = false;
    const twice = sack !== null && !after(sack[0] | 0, ack);
    return this.#retransmitted && !twice;
  }

  /** The retransmission timeout takes over. */
  cancel(): void {
    this.due = false;
    this.pending = false;
  }
}
