// Round-trip time and the retransmission timeout made of it (RFC 6298, with Linux's constants).

import { ZERO_NS } from "../clock.ts";
import type { TcpPersonality } from "./personality.ts";

/** Back-off is an exponent; the timeout has reached its maximum long before. */
const BACKOFF_MAX = 30;

export class RoundTrip {
  /** Smoothed round-trip time in ns; 0 before the first measurement. */
  srttNs = ZERO_NS;
  rttvarNs = ZERO_NS;
  /** Least round trip measured, in ns; 0 before the first. */
  minNs = ZERO_NS;
  /** Doublings of the timeout since the last measurement. */
  backoff = 0;
  readonly #personality: TcpPersonality;
  #baseNs: number;

  constructor(personality: TcpPersonality) {
    this.#personality = personality;
    this.#baseNs = personality.rtoInitialNs;
    this.srttNs = 0;
    this.rttvarNs = 0;
    this.minNs = 0;
  }

  /**
   * A segment that was sent once took `rttNs` to be acknowledged. Ends the back-off (RFC 6298 section 5). `leastNs`: the least
   * time any segment took, without the wait of a delayed ACK; -1: unknown.
   */
  measured(rttNs: number, leastNs: number): void {
    const rtt = Math.max(rttNs, 1);
    if (leastNs >= 0 && (this.minNs === 0 || leastNs < this.minNs)) this.minNs = Math.max(leastNs, 1);
    if (this.srttNs === 0) {
      this.srttNs = rtt;
      this.rttvarNs = rtt / 2;
    } else {
      this.rttvarNs += (Math.abs(this.srttNs - rtt) - this.rttvarNs) / 4;
      this.srttNs += (rtt - this.srttNs) / 8;
    }
    const { rtoMinNs, rtoVarianceMinNs, rtoSlopNs, tickNs } = this.#personality;
    const wantedNs = this.srttNs + Math.max(rtoVarianceMinNs, 4 * this.rttvarNs) + rtoSlopNs;
    // Kept in ticks: what is doubled is the rounded time.
    this.#baseNs = Math.ceil(Math.max(rtoMinNs, wantedNs) / tickNs) * tickNs;
    this.backoff = 0;
  }

  /** The timeout without back-off, in ns. */
  get baseNs(): number {
    return this.#baseNs;
  }

  /** The timeout in ns, doubled as often as it has expired. */
  get rtoNs(): number {
    return this.backoff === 0
      ? Math.min(this.#baseNs, this.#personality.rtoMaxNs)
      : this.backedOff(this.backoff);
  }

  backedOff(doublings: number): number {
    return Math.min(this.#baseNs * 2 ** doublings, this.#personality.rtoMaxNs);
  }

  backOff(): void {
    if (this.backoff < BACKOFF_MAX) this.backoff++;
  }

  /** How long `retries` back-offs from `baseNs` last together, in ns: how long a system goes on trying. */
  patienceNs(retries: number, baseNs: number): number {
    const max = this.#personality.rtoMaxNs;
    const doublings = Math.min(retries, Math.floor(Math.log2(max / baseNs)));
    return (2 ** (doublings + 1) - 1) * baseNs + (retries - doublings) * max;
  }
}
