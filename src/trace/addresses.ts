// Interned network addresses: a packet row holds a number, this table holds the address.
//
// An open-addressed table over the address words, so that interning an address already known costs a few reads and allocates
// nothing; texts are made when something asks for one.

import { parseIpv4, parseIpv6, readIpv6, formatIpv4 } from "../wire/address.ts";
import { getUint32, setUint32 } from "../wire/bytes.ts";
import { SEPARATE_MEMORY } from "./columns.ts";
import type { ColumnMemory } from "./columns.ts";

/** The id that stands for no address. */
const NONE = 0;
/** Small, as in `packets.ts`. */
const CAPACITY_MIN = 4;

export interface AddressColumns {
  readonly families: Uint8Array;
  readonly words: Uint32Array;
  /** As many as a power of two. */
  readonly slots: Uint32Array;
}

export class AddressTable {
  /** Distinct addresses; ids are 1 to `size`. Whoever adds to `columns` counts on here. */
  size = 0;
  /** By id. */
  #families: Uint8Array;
  /** Four big-endian words an id; an IPv4 address is the last, after three zeros. */
  #words: Uint32Array;
  /** Ids, 0 for a free slot; at most a quarter is taken. */
  #slots: Uint32Array;
  readonly #texts: (string | undefined)[] = [""];
  readonly #memory: ColumnMemory;

  constructor(memory: ColumnMemory = SEPARATE_MEMORY) {
    this.#memory = memory;
    this.#families = memory.make(Uint8Array, CAPACITY_MIN);
    this.#words = memory.make(Uint32Array, CAPACITY_MIN * 4);
    this.#slots = memory.make(Uint32Array, CAPACITY_MIN * 4);
  }

  /** The columns that an address is looked up in. */
  get columns(): AddressColumns {
    return { families: this.#families, words: this.#words, slots: this.#slots };
  }

  /** Text of an id as Wireshark prints it; "" for 0 and for an id never given. */
  text(id: number): string {
    const known = this.#texts[id];
    if (known !== undefined) return known;
    if (id > this.size) return "";
    const text =
      this.#families[id] === 4 ? formatIpv4(this.#words[id * 4 + 3]) : textOfWords(this.#words, id * 4);
    this.#texts[id] = text;
    return text;
  }

  /** 4 or 6, or 0 for id 0. */
  family(id: number): 4 | 6 | 0 {
    const family = this.#families[id];
    return family === 4 || family === 6 ? family : 0;
  }

  /** Id of the IPv4 address whose four bytes are `word`, big-endian. */
  internIpv4(word: number): number {
    const slot = this.#slot(4, 0, 0, 0, word >>> 0);
    const id = this.#slots[slot];
    return id === NONE ? this.#add(slot, 4, 0, 0, 0, word) : id;
  }

  /** Id of the IPv6 address of four big-endian words; `print`, if given, makes its text the first time it is seen. */
  internIpv6(a: number, b: number, c: number, d: number, print?: () => string): number {
    const slot = this.#slot(6, a >>> 0, b >>> 0, c >>> 0, d >>> 0);
    const known = this.#slots[slot];
    if (known !== NONE) return known;
    const id = this.#add(slot, 6, a, b, c, d);
    if (print !== undefined) this.#texts[id] = print();
    return id;
  }

  /** Id of the IPv6 address in the sixteen bytes at `at`. */
  internIpv6At(bytes: Uint8Array, at: number): number {
    return this.internIpv6(
      getUint32(bytes, at),
      getUint32(bytes, at + 4),
      getUint32(bytes, at + 8),
      getUint32(bytes, at + 12),
    );
  }

  /** Id of the address `text` spells, 0 when no packet has it or it is none: how a filter on an address becomes a column scan. */
  find(text: string): number {
    const word = parseIpv4(text);
    if (word !== null) return this.#slots[this.#slot(4, 0, 0, 0, word)];
    const bytes = parseIpv6(text);
    if (bytes === null) return NONE;
    const slot = this.#slot(
      6,
      getUint32(bytes, 0),
      getUint32(bytes, 4),
      getUint32(bytes, 8),
      getUint32(bytes, 12),
    );
    return this.#slots[slot];
  }

  /** The slot that holds this address, or the free one where it belongs. */
  #slot(family: 4 | 6, a: number, b: number, c: number, d: number): number {
    const slots = this.#slots;
    const words = this.#words;
    const mask = slots.length - 1;
    let hash = Math.imul(d ^ family, 0x9e3779b1);
    if (family === 6) {
      hash = Math.imul(hash ^ (hash >>> 15) ^ c, 0x85ebca6b);
      hash = Math.imul(hash ^ (hash >>> 13) ^ b, 0xc2b2ae35);
      hash = Math.imul(hash ^ (hash >>> 16) ^ a, 0x27d4eb2f);
    }
    for (let slot = (hash ^ (hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const id = slots[slot];
      if (id === NONE) return slot;
      const at = id * 4;
      if (
        words[at + 3] === d &&
        words[at + 2] === c &&
        words[at + 1] === b &&
        words[at] === a &&
        this.#families[id] === family
      ) {
        return slot;
      }
    }
  }

  #add(slot: number, family: 4 | 6, a: number, b: number, c: number, d: number): number {
    const id = ++this.size;
    this.#slots[slot] = id;
    this.#families[id] = family;
    const at = id * 4;
    this.#words[at] = a;
    this.#words[at + 1] = b;
    this.#words[at + 2] = c;
    this.#words[at + 3] = d;
    if (id + 1 === this.#families.length) this.#grow((id + 1) * 2);
    return id;
  }

  #grow(size: number): void {
    const families = this.#memory.grown(Uint8Array, this.#families, size);
    const words = this.#memory.grown(Uint32Array, this.#words, size * 4);
    this.#families = families;
    this.#words = words;
    this.#memory.drop(this.#slots);
    this.#slots = this.#memory.make(Uint32Array, size * 4);
    for (let id = 1; id <= this.size; id++) {
      const at = id * 4;
      const family = families[id] === 4 ? 4 : 6;
      this.#slots[this.#slot(family, words[at], words[at + 1], words[at + 2], words[at + 3])] = id;
    }
  }
}

function textOfWords(words: Uint32Array, at: number): string {
  const bytes = new Uint8Array(16);
  for (let i = 0; i < 4; i++) setUint32(bytes, i * 4, words[at + i]);
  return readIpv6(bytes, 0);
}
