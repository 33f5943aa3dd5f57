// The most a path has been seen to deliver in the last ten round trips: BBR's windowed maximum (BBR.BtlBwFilter,
// draft-cardwell-iccrg-bbr-congestion-control-00 section 4.1.1.3). A maximum is kept for each round, so the answer is exact.

/** Bandwidths are segments a microsecond in units of 2^-24, as Linux has them. */
export const BANDWIDTH_UNIT = 2 ** 24;

/** A maximum is believed for this many rounds after its own. */
const ROUNDS = 10;
const SLOTS = ROUNDS + 1;

export class BandwidthFilter {
  readonly #best = new Float64Array(SLOTS);
  #round = 0;
  #max = 0;

  get max(): number {
    return this.#max;
  }

  /** Takes a sample of round `round`, which never goes back. */
  add(round: number, bandwidth: number): void {
    if (round - this.#round >= SLOTS) this.#best.fill(0);
    else for (let at = this.#round + 1; at <= round; at++) this.#best[at % SLOTS] = 0;
    this.#round = round;
    const slot = round % SLOTS;
    if (bandwidth > this.#best[slot]) this.#best[slot] = bandwidth;
    this.#max = 0;
    for (let i = 0; i < SLOTS; i++) if (this.#best[i] > this.#max) this.#max = this.#best[i];
  }
}
