// Bytes received in order and not yet read: the payloads as they came, copied at most once, when a program reads them.

import { slabBytes } from "../slab.ts";

const COMPACT_AT = 256;

export class ReceiveBuffer {
  /** Bytes waiting. */
  length = 0;
  readonly #parts: Uint8Array[] = [];
  #first = 0;
  /** Bytes of the first part already read. */
  #offset = 0;

  /** Keeps a reference to `part`, which nobody may change. */
  push(part: Uint8Array): void {
    this.#parts.push(part);
    this.length += part.length;
  }

  /**
   * At most `max` of the first bytes; they stay when `peek`. The program owns them, and may write to them: they are a copy,
   * unless `release` and one payload has them all. Then it is that payload, as nobody will look at those bytes again: what the
   * sender still keeps of them could only be sent once more, and be thrown away.
   */
  read(max: number, peek: boolean, release: boolean): Uint8Array {
    const parts = this.#parts;
    const count = max < this.length ? max : this.length;
    if (release && !peek && count > 0) {
      const part = parts[this.#first];
      const left = part.length - this.#offset;
      if (count <= left) return this.#release(part, count, left);
    }
    const out = slabBytes(count);
    let index = this.#first;
    let offset = this.#offset;
    let filled = 0;
    while (filled < count) {
      const part = parts[index];
      const taken = Math.min(part.length - offset, count - filled);
      out.set(taken === part.length ? part : part.subarray(offset, offset + taken), filled);
      filled += taken;
      offset += taken;
      if (offset === part.length) {
        index++;
        offset = 0;
      }
    }
    if (!peek) {
      this.length -= count;
      this.#first = index;
      this.#offset = offset;
      this.#compact();
    }
    return out;
  }

  #release(part: Uint8Array, count: number, left: number): Uint8Array {
    const offset = this.#offset;
    this.length -= count;
    if (count < left) {
      this.#offset = offset + count;
      return new Uint8Array(part.buffer, part.byteOffset + offset, count);
    }
    this.#first++;
    this.#offset = 0;
    this.#compact();
    return offset === 0 ? part : new Uint8Array(part.buffer, part.byteOffset + offset, count);
  }

  /** Drops the first byte: nobody reads it here. */
  skip(): void {
    this.length--;
    this.#offset++;
    if (this.#offset < this.#parts[this.#first].length) return;
    this.#first++;
    this.#offset = 0;
    this.#compact();
  }

  /** Forgets everything. */
  clear(): void {
    this.#parts.length = 0;
    this.#first = 0;
    this.#offset = 0;
    this.length = 0;
  }

  /** What has been read must not be kept alive by the list: all of it goes when empty, else in steps that pay for themselves. */
  #compact(): void {
    if (this.#first === this.#parts.length) {
      this.#parts.length = 0;
      this.#first = 0;
    } else if (this.#first >= COMPACT_AT && this.#first * 2 >= this.#parts.length) {
      this.#parts.splice(0, this.#first);
      this.#first = 0;
    }
  }
}
