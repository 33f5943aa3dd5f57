// How a trace's packets travelled. Most go one of few ways, so a row is a number until somebody looks: a list of as many references
// as there are packets would be walked by every collection of a long run.

/** How a packet travelled, known where wirelab carried it: rows a capture file cannot have. */
export interface Transit {
  readonly link: string;
  /** Host names. */
  readonly from: string;
  readonly to: string;
  /** A copy made by the link: the row it copies. */
  readonly copyOf: number | null;
}

const CAPACITY_MIN = 1024;

export class TransitLog {
  readonly #ways: Transit[] = [];
  readonly #made: Transit[] = [];
  /** Rows so far. */
  #count = 0;
  /** By row. */
  #wayOf = new Uint32Array(CAPACITY_MIN);

  /** By row. The list grows with the log; it is the same one each time. */
  get list(): readonly Transit[] {
    this.listSome(Infinity);
    return this.#made;
  }

  /** Makes the list `most` rows longer; answers whether that is all of it. */
  listSome(most: number): boolean {
    const end = Math.min(this.#count, this.#made.length + most);
    for (let row = this.#made.length; row < end; row++) this.#made.push(this.#ways[this.#wayOf[row]]);
    return end === this.#count;
  }

  /** The number by which `add` knows this way. Copies have each their own. */
  way(transit: Transit): number {
    const known =
      transit.copyOf === null
        ? this.#ways.findIndex(
            ({ link, from, to, copyOf }) =>
              link === transit.link && from === transit.from && to === transit.to && copyOf === null,
          )
        : -1;
    return known === -1 ? this.#ways.push(transit) - 1 : known;
  }

  /** The next row's packet goes that way. */
  add(way: number): void {
    if (this.#count === this.#wayOf.length) {
      const longer = new Uint32Array(this.#count * 2);
      longer.set(this.#wayOf);
      this.#wayOf = longer;
    }
    this.#wayOf[this.#count++] = way;
  }
}
