// HPACK (RFC 7541): header fields out of header blocks, with the table that each block changes for those after it.

import { END_OF_STRING, HUFFMAN_TREE, STATIC_TABLE } from "./hpack-tables.ts";

/** How a field was written, as Wireshark names it. */
export type Representation =
  | "Indexed Header Field"
  | "Literal Header Field with Incremental Indexing - Indexed Name"
  | "Literal Header Field with Incremental Indexing - New Name"
  | "Literal Header Field without Indexing - Indexed Name"
  | "Literal Header Field without Indexing - New Name"
  | "Literal Header Field never Indexed - Indexed Name"
  | "Literal Header Field never Indexed - New Name";

export interface HeaderField {
  readonly name: string;
  readonly value: string;
  readonly representation: Representation;
  /** Into the static or dynamic table; 0 where the name was spelled out. */
  readonly index: number;
  /** Its bytes within the block. */
  readonly start: number;
  readonly end: number;
}

/** RFC 7541 6.5.2 of HTTP/2: what a table may grow to where nobody said more; and more than anybody says. */
const TABLE_BYTES_DEFAULT = 4_096;
const TABLE_BYTES_MAX = 1024 * 1024;
/** What an entry counts beyond its text (RFC 7541 4.1). */
const ENTRY_COST = 32;

const FIELDS_MAX = 2_000;
const STRING_BYTES_MAX = 64 * 1024;

/** What one direction of a connection has in its table. */
export class HpackDecoder {
  /** Newest first. */
  readonly #entries: (readonly [name: string, value: string])[] = [];
  #bytes = 0;
  #limit = TABLE_BYTES_DEFAULT;

  /** Bytes of memory, roughly. */
  get cost(): number {
    return this.#bytes + this.#entries.length * 64;
  }

  /**
   * Takes the fields that are whole in `block`, which may go on in a later frame. Answers them and how many bytes they
   * took; fewer than there are where the last is not whole, or is damaged.
   */
  decode(block: Uint8Array): { readonly fields: HeaderField[]; readonly used: number } {
    const fields: HeaderField[] = [];
    const cursor = new Cursor(block);
    while (cursor.at < block.length && fields.length < FIELDS_MAX) {
      const start = cursor.at;
      const first = block[start];
      if (first >= 0x20 && first < 0x40) {
        const size = cursor.integer(5);
        if (size === null || size > TABLE_BYTES_MAX) return { fields, used: start };
        this.#limit = size;
        this.#evict();
        continue;
      }
      const field = this.#field(cursor, first, start);
      if (field === null) return { fields, used: start };
      fields.push(field);
    }
    return { fields, used: cursor.at };
  }

  #field(cursor: Cursor, first: number, start: number): HeaderField | null {
    if (first >= 0x80) {
      const index = cursor.integer(7);
      const entry = index === null ? null : this.#entry(index);
      if (index === null || entry === null) return null;
      const [name, value] = entry;
      return { name, value, representation: "Indexed Header Field", index, start, end: cursor.at };
    }
    const isKept = first >= 0x40;
    const index = cursor.integer(isKept ? 6 : 4);
    if (index === null) return null;
    const name = index === 0 ? cursor.text() : (this.#entry(index)?.[0] ?? null);
    const value = name === null ? null : cursor.text();
    if (name === null || value === null) return null;
    if (isKept) this.#add(name, value);
    const how = isKept ? "with Incremental Indexing" : first >= 0x10 ? "never Indexed" : "without Indexing";
    const where = index === 0 ? "New Name" : "Indexed Name";
    const representation = `Literal Header Field ${how} - ${where}` as const;
    return { name, value, representation, index, start, end: cursor.at };
  }

  #entry(index: number): readonly [name: string, value: string] | null {
    if (index === 0) return null;
    if (index <= STATIC_TABLE.length) return STATIC_TABLE[index - 1];
    return this.#entries[index - STATIC_TABLE.length - 1] ?? null;
  }

  #add(name: string, value: string): void {
    this.#entries.unshift([name, value]);
    this.#bytes += name.length + value.length + ENTRY_COST;
    this.#evict();
  }

  #evict(): void {
    while (this.#bytes > this.#limit) {
      const oldest = this.#entries.pop();
      if (oldest === undefined) return;
      this.#bytes -= oldest[0].length + oldest[1].length + ENTRY_COST;
    }
  }
}

/** Reads a block from front to back; null is what is not whole, or damaged. */
class Cursor {
  at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** An integer behind a prefix of `bits` bits (RFC 7541 5.1). */
  integer(bits: number): number | null {
    const bytes = this.#bytes;
    const mask = 2 ** bits - 1;
    if (this.at >= bytes.length) return null;
    let value = bytes[this.at++] & mask;
    if (value < mask) return value;
    for (let i = 0; i < 5; i++) {
      if (this.at >= bytes.length) return null;
      const byte = bytes[this.at++];
      value += (byte & 0x7f) * 128 ** i;
      if (byte < 0x80) return value;
    }
    return null;
  }

  /** A string (RFC 7541 5.2). */
  text(): string | null {
    const isHuffman = this.at < this.#bytes.length && this.#bytes[this.at] >= 0x80;
    const length = this.integer(7);
    if (length === null || length > STRING_BYTES_MAX || this.at + length > this.#bytes.length) return null;
    const part = this.#bytes.subarray(this.at, this.at + length);
    this.at += length;
    return isHuffman ? huffmanText(part) : Buffer.from(part).toString("latin1");
  }
}

/** The text of a Huffman-coded string, or null where it is damaged. */
export function huffmanText(bytes: Uint8Array): string | null {
  const out: number[] = [];
  let node = HUFFMAN_TREE[0];
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      const next = node[(byte >>> bit) & 1];
      if (next >= 0) {
        node = HUFFMAN_TREE[next];
        continue;
      }
      const symbol = -1 - next;
      if (symbol === END_OF_STRING) return null;
      out.push(symbol);
      node = HUFFMAN_TREE[0];
    }
  }
  return Buffer.from(out).toString("latin1");
}
