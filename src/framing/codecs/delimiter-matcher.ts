// Finds several delimiters at once in a stream, a table look-up a byte: the automaton of Aho and Corasick (1975).

/**
 * State 0 is the start. `next[state << 8 | byte]` is the state after a byte; `depth[state]` how many of the last bytes may still become a
 * delimiter; `matched[state]` the length of the longest delimiter that ends here, 0 when none does.
 */
export class DelimiterMatcher {
  readonly next: Uint16Array;
  readonly depth: Uint16Array;
  readonly matched: Uint16Array;
  readonly #used = new Set<number>();

  constructor(delimiters: readonly Uint8Array[]) {
    const statesMax = 1 + delimiters.reduce((sum, delimiter) => sum + delimiter.length, 0);
    this.next = new Uint16Array(statesMax << 8);
    this.depth = new Uint16Array(statesMax);
    this.matched = new Uint16Array(statesMax);
    let states = 1;
    for (const delimiter of delimiters) {
      let state = 0;
      for (const [i, byte] of delimiter.entries()) {
        this.#used.add(byte);
        const edge = (state << 8) | byte;
        if (this.next[edge] === 0) {
          this.next[edge] = states;
          this.depth[states] = i + 1;
          states++;
        }
        state = this.next[edge];
      }
      this.matched[state] = delimiter.length;
    }
    this.#addFallbacks(states);
  }

  /** Breadth first: where a byte has no edge, the state takes that of the longest suffix that is a prefix too. */
  #addFallbacks(states: number): void {
    const fallback = new Uint16Array(states);
    const queue: number[] = [];
    for (let byte = 0; byte < 256; byte++) if (this.next[byte] !== 0) queue.push(this.next[byte]);
    for (let at = 0; at < queue.length; at++) {
      const state = queue[at];
      for (let byte = 0; byte < 256; byte++) {
        const edge = (state << 8) | byte;
        const child = this.next[edge];
        const other = this.next[(fallback[state] << 8) | byte];
        if (child === 0) {
          this.next[edge] = other;
          continue;
        }
        fallback[child] = other;
        if (this.matched[child] === 0) this.matched[child] = this.matched[other];
        queue.push(child);
      }
    }
  }

  /** Whether the first delimiter in `bytes` is `delimiter`, at their end. */
  endsOnlyWith(bytes: Uint8Array, delimiter: Uint8Array): boolean {
    let state = 0;
    for (const [i, byte] of bytes.entries()) {
      state = this.next[(state << 8) | byte];
      if (this.matched[state] > 0) return i === bytes.length - 1 && this.matched[state] === delimiter.length;
    }
    return false;
  }

  /** A byte that is in no delimiter. Throws RangeError when they use all 256. */
  byteInNone(): number {
    for (let byte = 0x61; byte < 0x61 + 256; byte++) if (!this.#used.has(byte & 0xff)) return byte & 0xff;
    throw new RangeError("the delimiters use every byte there is");
  }
}
