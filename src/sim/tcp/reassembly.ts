// Segments that arrived ahead of their turn, kept in order and without overlaps. Where two tell the same bytes, the first stays.

import { after, before, distance } from "./seq.ts";

interface Piece {
  readonly seq: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}

/** A peer sending one byte at a time with gaps must not make insertion expensive: beyond this, pieces are not kept. */
const PIECES_MAX = 8192;

/** Of receivers that have missed nothing yet. */
const NO_PIECES: Piece[] = [];

export class Reassembly {
  /** Bytes held. */
  length = 0;
  #pieces = NO_PIECES;
  #first = 0;

  get empty(): boolean {
    return this.#first === this.#pieces.length;
  }

  /** Keeps what is new of `bytes`, which begin at `seq`. Answers whether any of it was. */
  insert(seq: number, bytes: Uint8Array): boolean {
    if (this.#pieces === NO_PIECES) this.#pieces = [];
    const pieces = this.#pieces;
    const end = (seq + bytes.length) | 0;
    if (pieces.length - this.#first >= PIECES_MAX) return false;
    if (this.empty || !after(pieces[pieces.length - 1].end, seq)) {
      pieces.push({ seq, end, bytes });
      this.length += bytes.length;
      return true;
    }
    let index = this.#firstEndingAfter(seq);
    let at = seq;
    let added = false;
    while (before(at, end)) {
      const next = index < pieces.length ? pieces[index] : null;
      if (next !== null && !before(at, next.seq)) {
        at = next.end;
        index++;
        continue;
      }
      const until = next !== null && before(next.seq, end) ? next.seq : end;
      const from = distance(at, seq);
      const part = bytes.subarray(from, from + distance(until, at));
      pieces.splice(index, 0, { seq: at, end: until, bytes: part });
      this.length += part.length;
      added = true;
      index++;
      at = until;
    }
    return added;
  }

  /** Takes out the next bytes if they begin at `seq` or before, without what lies before it; null when there is a gap. */
  take(seq: number): Uint8Array | null {
    const pieces = this.#pieces;
    while (this.#first < pieces.length) {
      const piece = pieces[this.#first];
      if (after(piece.seq, seq)) return null;
      this.#first++;
      this.length -= piece.bytes.length;
      if (this.empty) {
        pieces.length = 0;
        this.#first = 0;
      } else if (this.#first >= 256) {
        pieces.splice(0, this.#first);
        this.#first = 0;
      }
      if (after(piece.end, seq))
        return piece.seq === seq ? piece.bytes : piece.bytes.subarray(distance(seq, piece.seq));
    }
    return null;
  }

  clear(): void {
    this.#pieces.length = 0;
    this.#first = 0;
    this.length = 0;
  }

  #firstEndingAfter(seq: number): number {
    let low = this.#first;
    let high = this.#pieces.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (after(this.#pieces[middle].end, seq)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
