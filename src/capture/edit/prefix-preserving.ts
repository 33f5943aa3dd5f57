// Addresses replaced so that two with a common prefix of n bits have, replaced, a common prefix of n bits, and no more: Crypto-PAn (Xu, Fan,
// Ammar, Moon, "Prefix-preserving IP address anonymization", 2002), for any length of address.
//
// Each bit is turned over or not by a pseudo-random function of the bits before it. Where addresses mean something by themselves (loopback,
// multicast, broadcast) no bit on the way there is turned over, so that they stay what they are and nothing else becomes one of them.

import { createCipheriv, createHash } from "node:crypto";

const BLOCK_BYTES = 16;

/** The first `bits` bits of `bytes`. */
export interface Prefix {
  readonly bytes: readonly number[];
  readonly bits: number;
  /** Only the prefix itself is kept, and what follows it replaced; false by default. */
  readonly isOpen?: boolean;
}

/** The 32 bytes a seed stands for. */
export function keyOfSeed(seed: string): Uint8Array {
  return createHash("sha256").update(seed).digest();
}

export class PrefixPreserving {
  readonly #cipher: ReturnType<typeof createCipheriv>;
  readonly #pad: Uint8Array;
  readonly #kept: readonly Prefix[];
  /** By address as text: captures have few addresses and many packets. */
  readonly #known = new Map<string, Uint8Array>();
  readonly #bits: number;
  readonly #fixedBits: ReadonlySet<number>;

  /**
   * Replaces addresses of `bits` bits (at most 128) by a key of 32 bytes. Addresses that begin with one of `kept` stay as they are;
   * the bits numbered in `fixedBits`, from 0, do in all.
   */
  constructor(
    key: Uint8Array,
    bits: number,
    kept: readonly Prefix[] = [],
    fixedBits: readonly number[] = [],
  ) {
    this.#cipher = createCipheriv("aes-128-ecb", key.subarray(0, BLOCK_BYTES), null).setAutoPadding(false);
    this.#pad = this.#cipher.update(key.subarray(BLOCK_BYTES, 2 * BLOCK_BYTES));
    this.#bits = bits;
    this.#kept = kept;
    this.#fixedBits = new Set(fixedBits);
  }

  /** What stands for the address at `bytes[at]`. The answer must not be changed. */
  replacement(bytes: Uint8Array, at: number): Uint8Array {
    const address = bytes.subarray(at, at + this.#bits / 8);
    const text = Buffer.from(address.buffer, address.byteOffset, address.length).toString("latin1");
    let known = this.#known.get(text);
    if (known === undefined) {
      known = this.#replace(address);
      if (this.#known.size < KNOWN_MAX) this.#known.set(text, known);
    }
    return known;
  }

  #replace(address: Uint8Array): Uint8Array {
    const replaced = address.slice();
    const input = new Uint8Array(BLOCK_BYTES);
    for (let bit = 0; bit < this.#bits; bit++) {
      if (this.#fixedBits.has(bit) || this.#isKept(address, bit)) continue;
      // The bits so far, and the pad's after them.
      input.set(this.#pad);
      const whole = bit >> 3;
      input.set(address.subarray(0, whole));
      const mask = 0xff00 >> (bit & 7);
      input[whole] = (address[whole] & mask) | (this.#pad[whole] & ~mask);
      if ((this.#cipher.update(input)[0] & 0x80) !== 0) replaced[whole] ^= 0x80 >> (bit & 7);
    }
    return replaced;
  }

  /** Whether the first `bits` bits of an address lead to a prefix that is kept, or begin with it. */
  #isKept(address: Uint8Array, bits: number): boolean {
    return this.#kept.some(
      (prefix) =>
        (bits < prefix.bits || prefix.isOpen !== true) &&
        sharesBits(address, prefix.bytes, Math.min(bits, prefix.bits)),
    );
  }
}

/** Addresses remembered at most; more are worked out each time. */
const KNOWN_MAX = 200_000;

function sharesBits(a: Uint8Array, b: readonly number[], bits: number): boolean {
  for (let i = 0; i < bits >> 3; i++) if (a[i] !== b[i]) return false;
  const rest = bits & 7;
  return rest === 0 || ((a[bits >> 3] ^ b[bits >> 3]) & (0xff00 >> rest) & 0xff) === 0;
}
