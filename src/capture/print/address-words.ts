// The texts of a trace's addresses as they go out: one piece of memory for all, since a capture has many and asks for them in turn.

import type { AddressTable } from "../../trace/addresses.ts";
import type { ColumnMemory } from "../../trace/columns.ts";
import type { PacketTable } from "../../trace/packets.ts";
import { wordsOf } from "./digits.ts";
import type { LineBytes } from "./line-bytes.ts";

/** Words of an IPv6 address' text at its longest. */
const WORDS_MAX = 6;
/** Small, as in `packets.ts`. */
const CAPACITY_MIN = 4;

export class AddressWords {
  readonly #addresses: AddressTable;
  readonly #memory: ColumnMemory;
  #words: Float64Array;
  /** Bytes of each text; 0 where it has not been asked for, and for no address. */
  #lengths: Uint8Array;

  constructor({ addresses, memory }: PacketTable) {
    this.#addresses = addresses;
    this.#memory = memory;
    this.#words = memory.make(Float64Array, CAPACITY_MIN * WORDS_MAX);
    this.#lengths = memory.make(Uint8Array, CAPACITY_MIN);
  }

  /** By address: six words each, and how many bytes of them are its text, 0 where it is not kept. */
  get columns(): { readonly words: Float64Array; readonly lengths: Uint8Array } {
    return { words: this.#words, lengths: this.#lengths };
  }

  /** Writes the text of an address of the table, nothing for none. */
  write(id: number, out: LineBytes): void {
    let length = id < this.#lengths.length ? this.#lengths[id] : 0;
    if (length === 0) {
      this.keep(id);
      length = this.#lengths[id] ?? 0;
    }
    if (length === 0) out.text(this.#addresses.text(id));
    else out.words(this.#words, id * WORDS_MAX, length);
  }

  /** Keeps the text of an address, where it can be, and answers whether it was not kept before; of 0 there is none. */
  keep(id: number): boolean {
    if (id === 0 || (id < this.#lengths.length && this.#lengths[id] !== 0)) return false;
    const bytes = Buffer.from(this.#addresses.text(id));
    // Texts that captures give addresses can be of any length.
    if (bytes.length > WORDS_MAX * 8) return false;
    if (id >= this.#lengths.length) this.#grow((id + 1) * 2);
    this.#words.set(wordsOf(bytes), id * WORDS_MAX);
    this.#lengths[id] = bytes.length;
    return true;
  }

  #grow(size: number): void {
    this.#words = this.#memory.grown(Float64Array, this.#words, size * WORDS_MAX);
    this.#lengths = this.#memory.grown(Uint8Array, this.#lengths, size);
  }
}
