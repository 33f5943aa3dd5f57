// Bytes received in order and not yet read: the payloads as they came, copied once when a program reads them.

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

  /** A copy of at most `max` of the first bytes; they stay when `peek`. */
  read(max: number, peek: boolean): Uint8Array {
    const count = Math.min(max, this.length);
    const out = new Uint8Array(count);
    const parts = this.#parts;
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
