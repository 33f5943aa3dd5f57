// Bytes of a stream that wait to be read, in the pieces they were sent in: a piece costs its sender until all of it is read.
//
// The last byte sent with MSG_OOB is a piece of its own. A read stops before it; one that begins there passes over it, or with
// SO_OOBINLINE reads on from it. Read by MSG_OOB, it leaves an empty piece behind that marks the place (Linux's manage_oob).

interface Piece {
  readonly data: Uint8Array;
  readonly cost: number;
  /** Its byte was read by MSG_OOB: only the place is left. */
  taken: boolean;
}

export class PieceQueue {
  /** Bytes waiting. */
  bytes = 0;
  /** What the last `take` or `takeUrgent` gave back to the sender. */
  freed = 0;
  #pieces: Piece[] = [];
  /** Bytes of the first piece that have been read. */
  #read = 0;
  #urgent: Piece | null = null;
  /** Pieces that only mark a place. */
  #marks = 0;

  /** Whether nothing waits, not even a mark. */
  get isEmpty(): boolean {
    return this.#pieces.length === 0;
  }

  get hasUrgent(): boolean {
    return this.#urgent !== null;
  }

  /** Keeps `data`. */
  push(data: Uint8Array, cost: number): void {
    this.#pieces.push({ data, cost, taken: false });
    this.bytes += data.length;
  }

  /** Keeps one byte as the urgent one; what was that before is data like any other. */
  pushUrgent(data: Uint8Array, cost: number): void {
    this.push(data, cost);
    this.#urgent = this.#pieces[this.#pieces.length - 1];
  }

  /** SIOCATMARK: whether the next byte to read is the urgent one, or what was before it is read and it was taken. */
  get atMark(): boolean {
    const first = this.#pieces.at(0);
    if (first === undefined) return false;
    if (first === this.#urgent) return true;
    return first.taken && (this.#urgent === null || this.#pieces[1] === this.#urgent);
  }

  /** Up to `max` bytes, which nothing else looks at; they stay in the queue. Null where there is nothing to read. */
  peek(max: number, inline: boolean): Uint8Array | null {
    if (this.isEmpty) return null;
    if (this.#plain) return this.#copy(this.#pieces, max);
    return max === 0 && this.#endsInMark(inline) ? null : this.#walk(max, inline).data;
  }

  /** Up to `max` bytes, taken out, or null. */
  take(max: number, inline: boolean): Uint8Array | null {
    this.freed = 0;
    if (this.isEmpty) return null;
    if (!this.#plain) return this.#takeAround(max, inline);
    const length = Math.min(max, this.bytes);
    const first = this.#pieces.at(0);
    // Often one piece is what is asked for: it need not be copied.
    const isWhole = first !== undefined && this.#read === 0 && first.data.length === length;
    const whole = isWhole ? first.data : this.#copy(this.#pieces, length);
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

  /** MSG_OOB: the urgent byte, or null. */
  takeUrgent(peek: boolean): Uint8Array | null {
    this.freed = 0;
    const piece = this.#urgent;
    if (piece === null || peek) return piece?.data ?? null;
    this.#urgent = null;
    this.bytes--;
    piece.taken = true;
    this.#marks++;
    const before = this.#pieces.indexOf(piece) - 1;
    // One mark is enough.
    if (before >= 0 && this.#pieces[before].taken) this.#drop(before, before + 1);
    return piece.data;
  }

  /** Forgets everything, which `freed` then tells the cost of. */
  clear(): void {
    this.freed = 0;
    this.#urgent = null;
    this.#drop(0, this.#pieces.length);
    this.#read = 0;
    this.bytes = 0;
  }

  get #plain(): boolean {
    return this.#urgent === null && this.#marks === 0;
  }

  #copy(pieces: readonly Piece[], max: number): Uint8Array {
    const whole = new Uint8Array(Math.min(max, this.bytes));
    let skip = this.#read;
    let at = 0;
    for (const { data } of pieces) {
      if (at === whole.length) break;
      const part = data.subarray(skip, skip + whole.length - at);
      whole.set(part, at);
      at += part.length;
      skip = 0;
    }
    return whole;
  }

  /** Linux looks for no bytes at all in every piece, and finds nothing if the last is not for reading. */
  #endsInMark(inline: boolean): boolean {
    const last = this.#pieces[this.#pieces.length - 1];
    return last.taken || (last === this.#urgent && !inline);
  }

  /** Where a read goes on that has come to `index`, having got something if `some`; -1: it stops. */
  #next(index: number, some: boolean, inline: boolean): number {
    const pieces = this.#pieces;
    let at = index;
    if (at < pieces.length && pieces[at].taken) {
      if (some && this.#urgent === null) return -1;
      at++;
    }
    if (at < pieces.length && pieces[at] === this.#urgent) {
      if (some) return -1;
      if (!inline) at++;
    }
    return at < pieces.length ? at : -1;
  }

  /** What a read of `max` bytes gets, and the index and offset it leaves off at. */
  #walk(max: number, inline: boolean): { data: Uint8Array | null; end: number; read: number } {
    const parts: Uint8Array[] = [];
    let left = max;
    let index = this.#next(0, false, inline);
    // A mark or an urgent byte that nothing follows is passed over all the same.
    if (index < 0) return { data: null, end: this.#pieces.length, read: 0 };
    let end = index;
    let read = index === 0 ? this.#read : 0;
    while (left > 0 && index >= 0) {
      const part = this.#pieces[index].data.subarray(read, read + left);
      parts.push(part);
      left -= part.length;
      read += part.length;
      end = index;
      if (read < this.#pieces[index].data.length) break;
      end++;
      read = 0;
      index = this.#next(end, true, inline);
    }
    const data = new Uint8Array(max - left);
    let at = 0;
    for (const part of parts) {
      data.set(part, at);
      at += part.length;
    }
    return { data, end, read };
  }

  #takeAround(max: number, inline: boolean): Uint8Array | null {
    const { data, end, read } = this.#walk(max, inline);
    const passed = this.#urgent === null ? -1 : this.#pieces.indexOf(this.#urgent);
    if (passed >= 0 && passed < end) {
      if (!inline) this.bytes--;
      this.#urgent = null;
    }
    this.bytes -= data?.length ?? 0;
    this.#drop(0, end);
    this.#read = read;
    return data;
  }

  #drop(from: number, to: number): void {
    for (const { cost, taken } of this.#pieces.splice(from, to - from)) {
      this.freed += cost;
      if (taken) this.#marks--;
    }
  }
}
