// Interned network addresses: a packet row holds a number, this table holds the address.
//
// Keys are the address bytes packed into numbers, so that interning allocates nothing for an address already known.

import { readIpv6 } from "../wire/address.ts";
import { getUint32 } from "../wire/bytes.ts";

const NONE = 0;

export class AddressTable {
  readonly #texts: string[] = [""];
  readonly #kinds: (4 | 6 | 0)[] = [0];
  readonly #ipv4 = new Map<number, number>();
  /** High half of an IPv6 address to low half to id; halves as 64-bit values would need BigInt, so each is two words joined in a string-free nest. */
  readonly #ipv6 = new Map<number, Map<number, Map<number, Map<number, number>>>>();

  /** Distinct addresses; ids are 1 to `size`. */
  get size(): number {
    return this.#texts.length - 1;
  }

  /** Text of an id as Wireshark prints it; "" for 0. */
  text(id: number): string {
    return this.#texts[id] ?? "";
  }

  /** 4 or 6, or 0 for id 0. */
  family(id: number): 4 | 6 | 0 {
    return this.#kinds[id] ?? 0;
  }

  /** Id of the IPv4 address whose four bytes are `word`, big-endian. */
  internIpv4(word: number): number {
    const key = word >>> 0;
    const known = this.#ipv4.get(key);
    if (known !== undefined) return known;
    const text = `${key >>> 24}.${(key >>> 16) & 255}.${(key >>> 8) & 255}.${key & 255}`;
    const id = this.#add(text, 4);
    this.#ipv4.set(key, id);
    return id;
  }

  /** Id of the IPv6 address in the sixteen bytes at `at`. */
  internIpv6At(bytes: Uint8Array, at: number): number {
    const last = this.#lowestIpv6(getUint32(bytes, at), getUint32(bytes, at + 4), getUint32(bytes, at + 8));
    const d = getUint32(bytes, at + 12);
    let id = last.get(d);
    if (id === undefined) last.set(d, (id = this.#add(readIpv6(bytes, at), 6)));
    return id;
  }

  /** Id of the IPv6 address of four big-endian words; `print` makes its text the first time it is seen. */
  internIpv6(a: number, b: number, c: number, d: number, print: () => string): number {
    const last = this.#lowestIpv6(a, b, c);
    let id = last.get(d);
    if (id === undefined) last.set(d, (id = this.#add(print(), 6)));
    return id;
  }

  /** Ids by the last word of the addresses that begin with these three. */
  #lowestIpv6(a: number, b: number, c: number): Map<number, number> {
    let level1 = this.#ipv6.get(a);
    if (level1 === undefined) this.#ipv6.set(a, (level1 = new Map()));
    let level2 = level1.get(b);
    if (level2 === undefined) level1.set(b, (level2 = new Map()));
    let level3 = level2.get(c);
    if (level3 === undefined) level2.set(c, (level3 = new Map()));
    return level3;
  }

  /** Ids whose text is `text`, NONE (0) when there is none: how a filter on an address becomes a column scan. */
  find(text: string): number {
    const id = this.#texts.indexOf(text, 1);
    return id === -1 ? NONE : id;
  }

  #add(text: string, family: 4 | 6): number {
    this.#texts.push(text);
    this.#kinds.push(family);
    return this.#texts.length - 1;
  }
}
