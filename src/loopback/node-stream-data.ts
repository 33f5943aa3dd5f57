// Bytes read from a Node stream ahead of the program: a queue that gives any number of them, so that a recv is as partial as asked.

export class ReceiveQueue {
  readonly #chunks: Uint8Array[] = [];
  /** Bytes of the first chunk already given. */
  #start = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** The first `max` bytes, or all there are, in memory of their own; with `peek` they stay. */
  take(max: number, peek: boolean): Uint8Array {
    const out = new Uint8Array(Math.min(max, this.#length));
    let at = 0;
    let index = 0;
    let start = this.#start;
    while (at < out.length) {
      const chunk = this.#chunks[index];
      const part = chunk.subarray(start, start + out.length - at);
      out.set(part, at);
      at += part.length;
      start += part.length;
      if (start === chunk.length) {
        index++;
        start = 0;
      }
    }
    if (!peek) {
      this.#chunks.splice(0, index);
      this.#start = start;
      this.#length -= out.length;
    }
    return out;
  }
}
