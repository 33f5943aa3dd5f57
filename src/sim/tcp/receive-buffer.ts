// Bytes received in order and not yet read: the payloads as they came, copied at most once, when a program reads them.

import { slabBytes } from "../slab.ts";

/** Parts a buffer has room for at first; more are given up again when it is empty, as most are most of the time. */
const PARTS_MIN = 2;
const PARTS_KEPT = 64;
const NO_PARTS: (Uint8Array | null)[] = [];

export class ReceiveBuffer {
  /** Bytes waiting. */
  length = 0;
  /** A ring, whose size is a power of two. */
  #parts = NO_PARTS;
  #first = 0;
  #count = 0;
  /** Bytes of the first part already read. */
  #offset = 0;

  /** Keeps a reference to `part`, which nobody may change. */
  push(part: Uint8Array): void {
    if (this.#count === this.#parts.length) this.#grow();
    this.#parts[(this.#first + this.#count++) & (this.#parts.length - 1)] = part;
    this.length += part.length;
  }

  /**
   * At most `max` of the first bytes; they stay when `peek`. The program owns them, and may write to them: they are a copy,
   * unless `release` and one payload has them all. Then it is that payload, as nobody will look at those bytes again: what the
   * sender still keeps of them could only be sent once more, and be thrown away.
   */
  read(max: number, peek: boolean, release: boolean): Uint8Array {
    const count = max < this.length ? max : this.length;
    if (release && !peek && count > 0) {
      const part = this.#parts[this.#first] as Uint8Array;
      const left = part.length - this.#offset;
      if (count <= left) return this.#release(part, count, left);
    }
    const out = slabBytes(count);
    const mask = this.#parts.length - 1;
    let read = 0;
    let offset = this.#offset;
    let filled = 0;
    while (filled < count) {
      const part = this.#parts[(this.#first + read) & mask] as Uint8Array;
      const taken = Math.min(part.length - offset, count - filled);
      out.set(taken === part.length ? part : part.subarray(offset, offset + taken), filled);
      filled += taken;
      offset += taken;
      if (offset === part.length) {
        read++;
        offset = 0;
      }
    }
    if (!peek) {
      this.length -= count;
      for (; read > 0; read--) this.#drop();
      this.#offset = offset;
    }
    return out;
  }

  #release(part: Uint8Array, count: number, left: number): Uint8Array {
    const offset = this.#offset;
    this.length -= count;
    if (count < left) this.#offset = offset + count;
    else this.#drop();
    const whole = count === part.length;
    return whole ? part : new Uint8Array(part.buffer, part.byteOffset + offset, count);
  }

  /** Drops the first byte: nobody reads it here. */
  skip(): void {
    this.length--;
    this.#offset++;
    if (this.#offset === (this.#parts[this.#first] as Uint8Array).length) this.#drop();
  }

  /** Forgets everything. */
  clear(): void {
    this.#parts = NO_PARTS;
    this.#first = 0;
    this.#count = 0;
    this.#offset = 0;
    this.length = 0;
  }

  /** Forgets the first part. */
  #drop(): void {
    this.#parts[this.#first] = null;
    this.#first = (this.#first + 1) & (this.#parts.length - 1);
    this.#offset = 0;
    if (--this.#count === 0 && this.#parts.length > PARTS_KEPT) this.clear();
  }

  #grow(): void {
    const parts = this.#parts;
    const size = Math.max(parts.length * 2, PARTS_MIN);
    const larger: (Uint8Array | null)[] = Array.from({ length: size }, () => null);
    for (let i = 0; i < this.#count; i++) larger[i] = parts[(this.#first + i) & (parts.length - 1)];
    this.#parts = larger;
    this.#first = 0;
  }
}
