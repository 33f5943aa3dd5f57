// Bytes of a stream that wait to be read, in the pieces they were sent in: a piece costs its sender until all of it is read.

interface Piece {
  readonly data: Uint8Array;
  readonly cost: number;
}

export class PieceQueue {
  /** Bytes waiting. */
  bytes = 0;
  /** What the last `take` gave back to the sender. */
  freed = 0;
  #pieces: Piece[] = [];
  /** Bytes of the first piece that have been read. */
  #read = 0;

  /** Keeps `data`. */
  push(data: Uint8Array, cost: number): void {
    this.#pieces.push({ data, cost });
    this.bytes += data.length;
  }

  /** Up to `max` bytes, which nothing else looks at; they stay in the queue. */
  peek(max: number): Uint8Array {
    const whole = new Uint8Array(Math.min(max, this.bytes));
    let skip = this.#read;
    let at = 0;
    for (const { data } of this.#pieces) {
      if (at === whole.length) break;
      const part = data.subarray(skip, skip + whole.length - at);
      whole.set(part, at);
      at += part.length;
      skip = 0;
    }
    return whole;
  }

  /** Up to `max` bytes, taken out. */
  take(max: number): Uint8Array {
    this.freed = 0;
    const length = Math.min(max, this.bytes);
    const first = this.#pieces.at(0);
    // Often one piece is what is asked for: it need not be copied.
    const isWhole = first !== undefined && this.#read === 0 && first.data.length === length;
    const whole = isWhole ? first.data : this.peek(length);
    this.bytes -= length;
    this.#read += length;
    let done = 0;
    while (done < this.#pieces.length && this.#read >= this.#pieces[done].data.length) {
      this.#read -= this.#pieces[done].data.length;
      this.freed += this.#pieces[done].cost;
      done++;
    }
    if (done > 0) this.#pieces = this.#pieces.slice(done);
    return whole;
  }
}
