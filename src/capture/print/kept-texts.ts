// Texts that lines have again and again, kept as they go out: a direction's addresses, ports and stream number, the names of flags.

import type { ColumnMemory } from "../../trace/columns.ts";
import { putWords, SLACK_BYTES, WORD_BYTES } from "./digits.ts";
import type { LineBytes } from "./line-bytes.ts";

/** Texts. Small, as in `packets.ts`. */
const CAPACITY_MIN = 4;
/** More than one text. */
const WORDS_MIN = 64;
/** Longer texts are made anew each time, as are all once so many words are kept. */
export const KEPT_TEXT_MAX = 255;
const WORDS_MAX = 1 << 23;

export interface TextColumns {
  readonly words: Float64Array;
  readonly starts: Uint32Array;
  readonly lengths: Uint8Array;
}

export class KeptTexts {
  readonly #memory: ColumnMemory;
  #words: Float64Array;
  #used = 0;
  /** By number: where a text begins among the words, and how many bytes it has; 0 where none is kept. */
  #starts: Uint32Array;
  #lengths: Uint8Array;

  constructor(memory: ColumnMemory) {
    this.#memory = memory;
    this.#words = memory.make(Float64Array, WORDS_MIN);
    this.#starts = memory.make(Uint32Array, CAPACITY_MIN);
    this.#lengths = memory.make(Uint8Array, CAPACITY_MIN);
  }

  get columns(): TextColumns {
    return { words: this.#words, starts: this.#starts, lengths: this.#lengths };
  }

  /** Whether text number `index` is kept. */
  has(index: number): boolean {
    return index < this.#lengths.length && this.#lengths[index] !== 0;
  }

  /** Puts text number `index` at `at`, and answers the place behind it: `at` where it is not kept. */
  put(view: DataView, at: number, index: number): number {
    if (index < 0 || index >= this.#lengths.length) return at;
    return putWords(view, at, this.#words, this.#starts[index], this.#lengths[index]);
  }

  /** Keeps what has been written to `out` since `start` as text number `index`. */
  keep(index: number, out: LineBytes, start: number): void {
    const length = out.length - start;
    const end = this.#used + Math.ceil(length / WORD_BYTES);
    if (index < 0 || length === 0 || length > KEPT_TEXT_MAX || end > WORDS_MAX) return;
    if (index >= this.#lengths.length) this.#grow((index + 1) * 2);
    if (end > this.#words.length) this.#growWords();
    this.#starts[index] = this.#used;
    this.#lengths[index] = length;
    // The last word has bytes behind the text, which are to be none that make it "not a number".
    out.reserve(SLACK_BYTES);
    out.view.setFloat64(out.length, 0);
    for (let at = start; this.#used < end; at += WORD_BYTES)
      this.#words[this.#used++] = out.view.getFloat64(at, true);
  }

  #grow(size: number): void {
    this.#starts = this.#memory.grown(Uint32Array, this.#starts, size);
    this.#lengths = this.#memory.grown(Uint8Array, this.#lengths, size);
  }

  #growWords(): void {
    this.#words = this.#memory.grown(Float64Array, this.#words, this.#words.length * 2);
  }
}
