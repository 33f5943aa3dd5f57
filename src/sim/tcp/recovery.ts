// What happens between a loss noticed and a loss repaired: NewReno (RFC 6582) with limited transmit (RFC 3042), and going back
// after a timeout (RFC 5681 section 3.1). The window itself is congestion control's; this moves it while recovering.

import type { CongestionControl } from "./congestion/congestion.ts";
import { after, before, distance } from "./seq.ts";

export const RECOVERY = { OPEN: 0, FAST: 1, LOSS: 2 } as const;

const DUPLICATES_MAX = 3;

export class Recovery {
  state: 0 | 1 | 2 = RECOVERY.OPEN;
  dupAcks = 0;
  /** Recovery ends when everything before this is acknowledged. */
  recover = 0;
  /** After a timeout: what lies from here to `recover` counts as lost and is sent again as the window allows. */
  rtxNxt = 0;
  /** The oldest segment is to be sent again now, whatever the window. */
  headDue = false;
  readonly #congestion: CongestionControl;
  #partialAcks = 0;

  constructor(congestion: CongestionControl) {
    this.#congestion = congestion;
  }

  /** Segments that may leave beyond the window because duplicate ACKs say that others have left the network. */
  get limitedTransmit(): number {
    return this.state === RECOVERY.OPEN ? Math.min(this.dupAcks, DUPLICATES_MAX - 1) : 0;
  }

  /** A duplicate ACK: something arrived beyond what is missing. */
  duplicate(sndUna: number, sndNxt: number, mss: number, nowNs: number): void {
    const congestion = this.#congestion;
    if (this.state === RECOVERY.FAST) {
      congestion.cwnd += mss;
      return;
    }
    if (this.state === RECOVERY.LOSS) return;
    this.dupAcks++;
    // RFC 6582 section 3.2: no second reduction for losses the last recovery was about.
    if (this.dupAcks !== DUPLICATES_MAX || !after(sndUna, (this.recover - 1) | 0)) return;
    const flight = distance(sndNxt, sndUna);
    congestion.ssthresh = congestion.ssthreshAfterLoss(flight, mss, nowNs);
    congestion.cwnd = congestion.ssthresh + DUPLICATES_MAX * mss;
    this.state = RECOVERY.FAST;
    this.recover = sndNxt;
    this.headDue = true;
    this.#partialAcks = 0;
  }

  /**
   * `acked` bytes more are acknowledged. `limited`: the window had held the sender back. Answers whether the retransmission
   * timer may restart (in recovery only at the first partial ACK: the impatient variant of RFC 6582).
   */
  advanced(
    acked: number,
    sndUna: number,
    sndNxt: number,
    mss: number,
    nowNs: number,
    srttNs: number,
    limited: boolean,
  ): boolean {
    const congestion = this.#congestion;
    this.dupAcks = 0;
    if (this.state === RECOVERY.OPEN) {
      if (limited) congestion.onAck(acked, mss, nowNs, srttNs);
      return true;
    }
    if (!before(sndUna, this.recover)) {
      if (this.state === RECOVERY.FAST) {
        const flight = distance(sndNxt, sndUna);
        congestion.cwnd = Math.min(congestion.ssthresh, Math.max(flight, mss) + mss);
      } else {
        congestion.onAck(acked, mss, nowNs, srttNs);
      }
      this.state = RECOVERY.OPEN;
      this.headDue = false;
      return true;
    }
    if (this.state === RECOVERY.LOSS) {
      if (before(this.rtxNxt, sndUna)) this.rtxNxt = sndUna;
      congestion.onAck(acked, mss, nowNs, srttNs);
      return true;
    }
    this.headDue = true;
    congestion.cwnd = Math.max(congestion.cwnd - acked + (acked >= mss ? mss : 0), mss);
    return this.#partialAcks++ === 0;
  }

  /** The retransmission timer expired. */
  timedOut(sndUna: number, sndNxt: number, mss: number, nowNs: number): void {
    const congestion = this.#congestion;
    // Further timeouts of the same data do not halve again (RFC 5681 section 3.1).
    if (this.state !== RECOVERY.LOSS || !before(sndUna, this.recover)) {
      congestion.ssthresh = congestion.ssthreshAfterLoss(distance(sndNxt, sndUna), mss, nowNs);
    }
    congestion.cwnd = mss;
    this.state = RECOVERY.LOSS;
    this.recover = sndNxt;
    this.rtxNxt = sndUna;
    this.dupAcks = 0;
    this.headDue = false;
  }

  /** A loss that a tail loss probe repaired (RFC 8985 section 7.4.2) still costs half the window. */
  probeRepaired(flight: number, mss: number, nowNs: number): void {
    const congestion = this.#congestion;
    congestion.ssthresh = congestion.ssthreshAfterLoss(Math.max(flight, congestion.cwnd), mss, nowNs);
    congestion.cwnd = congestion.ssthresh;
  }
}
