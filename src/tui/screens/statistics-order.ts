// The order of a table's lines, found a piece at a time: a capture may have a million conversations, and sorting them must not stop the screen.

/** What lines are compared by: numbers or texts, never both. */
export type SortKey = (line: number) => number | string;

export interface OrderBy {
  /** Equal for orders that are the same. */
  readonly name: string;
  readonly key: SortKey;
  readonly descending: boolean;
}

/** A merge sort from the bottom up, stable, that can stop after any number of lines moved. */
export class LineOrder {
  readonly name: string;
  readonly count: number;
  readonly #by: OrderBy;
  /** Runs of `#width` lines are in order in `#from`; `#at` lines have been merged into `#to`. */
  #from: Uint32Array;
  #to: Uint32Array;
  #width = 1;
  #at = 0;

  constructor(count: number, by: OrderBy) {
    this.name = by.name;
    this.count = count;
    this.#by = by;
    this.#from = new Uint32Array(count);
    for (let line = 0; line < count; line++) this.#from[line] = line;
    this.#to = new Uint32Array(count);
  }

  get isDone(): boolean {
    return this.#width >= this.count;
  }

  /** The line at `place`; before the sort is done as far as it has come. */
  line(place: number): number {
    return this.#from[place];
  }

  /** Goes on until some `moves` lines more are moved, or the sort is done. */
  advance(moves: number): void {
    let left = moves;
    while (!this.isDone && left > 0) {
      const end = Math.min(this.count, this.#at + 2 * this.#width);
      this.#merge(this.#at, Math.min(this.count, this.#at + this.#width), end);
      left -= end - this.#at;
      this.#at = end;
      if (end < this.count) continue;
      [this.#from, this.#to] = [this.#to, this.#from];
      this.#width *= 2;
      this.#at = 0;
    }
  }

  #merge(start: number, middle: number, end: number): void {
    const [from, to] = [this.#from, this.#to];
    const { key, descending } = this.#by;
    let [left, right] = [start, middle];
    for (let at = start; at < end; at++) {
      let takeRight = left === middle;
      if (!takeRight && right < end) {
        const [a, b] = [key(from[left]), key(from[right])];
        takeRight = descending ? b > a : b < a;
      }
      to[at] = takeRight ? from[right++] : from[left++];
    }
  }
}
