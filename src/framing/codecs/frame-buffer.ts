// The frame being decoded, when its bytes are not those of the stream: it grows as they come, not as a header announces.

const CAPACITY_MIN = 64;

export class FrameBuffer {
  length = 0;
  #bytes = new Uint8Array(CAPACITY_MIN);

  push(byte: number): void {
    if (this.length === this.#bytes.length) this.reserve(1);
    this.#bytes[this.length++] = byte;
  }

  /** Copies the bytes of `source` from `start` up to `end`. */
  append(source: Uint8Array, start: number, end: number): void {
    this.reserve(end - start);
    this.#bytes.set(source.subarray(start, end), this.length);
    this.length += end - start;
  }

  /** Makes room for `count` more. */
  reserve(count: number): void {
    if (this.length + count <= this.#bytes.length) return;
    let capacity = this.#bytes.length * 2;
    while (capacity < this.length + count) capacity *= 2;
    const bytes = new Uint8Array(capacity);
    bytes.set(this.#bytes.subarray(0, this.length));
    this.#bytes = bytes;
  }

  /** A copy of what there is; the buffer is empty afterwards and gives its memory back if it had much. */
  take(): Uint8Array {
    const frame = this.#bytes.slice(0, this.length);
    this.clear();
    return frame;
  }

  clear(): void {
    this.length = 0;
    if (this.#bytes.length > 1 << 20) this.#bytes = new Uint8Array(CAPACITY_MIN);
  }
}
