// Text that every segment of one direction of a TCP stream has in its line, kept as it goes out: addresses, ports, the stream's number.

import { putWords, SLACK_BYTES, WORD_BYTES } from "./digits.ts";
import type { LineBytes } from "./line-bytes.ts";

/** Directions. Small, as in `packets.ts`. */
const CAPACITY_MIN = 4;
/** More than one text. */
const WORDS_MIN = 64;
/** Longer texts are made anew each time, as are all once so many words are kept. */
export const DIRECTION_TEXT_MAX = 255;
const WORDS_MAX = 1 << 23;

export class DirectionTexts {
  #words = new Float64Array(WORDS_MIN);
  #used = 0;
  /** By direction: where its text begins among the words, and how many bytes it has; 0 where none is kept. */
  #starts = new Uint32Array(CAPACITY_MIN);
  #lengths = new Uint8Array(CAPACITY_MIN);

  /** Puts the text of `direction`, numbered through all streams, at `at`, and answers the place behind it: `at` where it is not kept. */
  put(view: DataView, at: number, direction: number): number {
    if (direction < 0 || direction >= this.#lengths.length) return at;
    return putWords(view, at, this.#words, this.#starts[direction], this.#lengths[direction]);
  }

  /** Keeps what has been written to `out` since `start` as the text of `direction`. */
  keep(direction: number, out: LineBytes, start: number): void {
    const length = out.length - start;
    const end = this.#used + Math.ceil(length / WORD_BYTES);
    if (direction < 0 || length === 0 || length > DIRECTION_TEXT_MAX || end > WORDS_MAX) return;
    if (direction >= this.#lengths.length) this.#growDirections((direction + 1) * 2);
    if (end > this.#words.length) this.#growWords();
    this.#starts[direction] = this.#used;
    this.#lengths[direction] = length;
    // The last word has bytes behind the text, which are to be none that make it "not a number".
    out.reserve(SLACK_BYTES);
    out.view.setFloat64(out.length, 0);
    for (let at = start; this.#used < end; at += WORD_BYTES)
      this.#words[this.#used++] = out.view.getFloat64(at, true);
  }

  #growDirections(size: number): void {
    const [starts, lengths] = [new Uint32Array(size), new Uint8Array(size)];
    starts.set(this.#starts);
    lengths.set(this.#lengths);
    this.#starts = starts;
    this.#lengths = lengths;
  }

  #growWords(): void {
    const larger = new Float64Array(this.#words.length * 2);
    larger.set(this.#words);
    this.#words = larger;
  }
}
