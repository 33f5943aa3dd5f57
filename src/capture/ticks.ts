// pcapng timestamps: 64-bit ticks of any resolution to seconds and nanoseconds, exactly.

/** Two's limit below which `(rest * 2^16 + 16 bits)` stays exact in a double: ticks a second up to 2^37. */
const EXACT_TICKS_MAX = 2 ** 37;

/** Ticks that are so many in a second, of so many nanoseconds each. */
export interface Ticks {
  readonly perSecond: number;
  readonly nanoseconds: number;
}

/** Microseconds and nanoseconds, which nearly all captures have. */
const USUAL: ReadonlySet<number> = new Set([6, 9]);

/** Converts the ticks of one interface. The result of the last conversion is in `seconds` and `nanoseconds`. */
export class TickClock {
  seconds = 0;
  nanoseconds = 0;
  /** As text: `10^6`. */
  readonly resolution: string;
  readonly #perSecond: number;
  /** The same where a double cannot do it exactly; 0 where it can. */
  readonly #perSecondBig: bigint;
  /** Nanoseconds a tick where that is whole, otherwise 0. */
  readonly #nsPerTick: number;
  readonly #offsetSeconds: number;
  /** Where they are microseconds or nanoseconds since the epoch; null where they are anything else. */
  readonly usual: Ticks | null;

  /** `tsresol` as in if_tsresol: a negative power of 10, or of 2 with the highest bit set. `offset` in seconds. */
  constructor(tsresol: number, offset: number) {
    const exponent = tsresol & 0x7f;
    const base = tsresol >= 0x80 ? 2 : 10;
    this.resolution = `${base}^${exponent}`;
    this.#perSecond = base ** exponent;
    this.#nsPerTick = base === 10 && exponent <= 9 ? 10 ** (9 - exponent) : 0;
    const exact = this.#perSecond <= EXACT_TICKS_MAX && (this.#nsPerTick !== 0 || this.#perSecond <= 2 ** 23);
    this.#perSecondBig = exact ? 0n : BigInt(base) ** BigInt(exponent);
    this.#offsetSeconds = offset;
    const isUsual = base === 10 && USUAL.has(exponent) && offset === 0;
    this.usual = isUsual ? { perSecond: this.#perSecond, nanoseconds: this.#nsPerTick } : null;
  }

  /** Converts `high * 2^32 + low`; nanoseconds round down. */
  convert(high: number, low: number): void {
    if (this.#perSecondBig !== 0n) {
      this.#convertBig(high, low);
      return;
    }
    const unit = this.#perSecond;
    const top = Math.floor(high / unit);
    const middle = (high % unit) * 65_536 + (low >>> 16);
    const bottom = (middle % unit) * 65_536 + (low & 0xffff);
    const rest = bottom % unit;
    this.seconds =
      top * 4_294_967_296 +
      Math.floor(middle / unit) * 65_536 +
      Math.floor(bottom / unit) +
      this.#offsetSeconds;
    this.nanoseconds = this.#nsPerTick === 0 ? Math.floor((rest * 1e9) / unit) : rest * this.#nsPerTick;
  }

  #convertBig(high: number, low: number): void {
    const ticks = (BigInt(high) << 32n) | BigInt(low);
    this.seconds = Number(ticks / this.#perSecondBig) + this.#offsetSeconds;
    this.nanoseconds = Number(((ticks % this.#perSecondBig) * 1_000_000_000n) / this.#perSecondBig);
  }
}
