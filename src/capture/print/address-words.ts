// The texts of a trace's addresses as they go out: one piece of memory for all, since a capture has many and asks for them in turn.

import type { AddressTable } from "../../trace/addresses.ts";
import { wordsOf } from "./digits.ts";
import type { LineBytes } from "./line-bytes.ts";

/** Words of an IPv6 address' text at its longest. */
const WORDS_MAX = 6;
/** Small, as in `packets.ts`. */
const CAPACITY_MIN = 4;

export class AddressWords {
  readonly #addresses: AddressTable;
  #words = new Float64Array(CAPACITY_MIN * WORDS_MAX);
  /** Bytes of each text; 0 where it has not been asked for, and for no address. */
  #lengths = new Uint8Array(CAPACITY_MIN);

  constructor(addresses: AddressTable) {
    this.#addresses = addresses;
  }

  /** Writes the text of an address of the table, nothing for none. */
  write(id: number, out: LineBytes): void {
    const length = id < this.#lengths.length ? this.#lengths[id] : 0;
    if (length === 0) this.#writeNew(id, out);
    else out.words(this.#words, id * WORDS_MAX, length);
  }

  #writeNew(id: number, out: LineBytes): void {
    const bytes = Buffer.from(this.#addresses.text(id));
    // Texts that captures give addresses can be of any length.
    if (bytes.length > WORDS_MAX * 8) {
      out.text(bytes.toString());
      return;
    }
    if (id >= this.#lengths.length) this.#grow((id + 1) * 2);
    this.#words.set(wordsOf(bytes), id * WORDS_MAX);
    this.#lengths[id] = bytes.length;
    out.words(this.#words, id * WORDS_MAX, bytes.length);
  }

  #grow(size: number): void {
    const words = new Float64Array(size * WORDS_MAX);
    words.set(this.#words);
    this.#words = words;
    const lengths = new Uint8Array(size);
    lengths.set(this.#lengths);
    this.#lengths = lengths;
  }
}
