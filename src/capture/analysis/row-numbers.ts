// The numbers that the analysis keeps of each row, beside the flags in the packet table: 24 bytes a row.

/** Small, as in `packets.ts`. */
const CAPACITY_MIN = 32;

/** Of a row. */
const NUMBERS = 6;
const CACHE_LINE_WORDS = 16;

export class RowNumbers {
  /** Row + 1 of the segment acknowledged; 0 is none. */
  acks = new Uint32Array(CAPACITY_MIN);
  /** Row + 1 of the ACK repeated, or of the segment the timeout counts from; 0 is none. */
  related = new Uint32Array(CAPACITY_MIN);
  /** Bytes in flight of a segment with data, the number of a duplicate ACK. */
  inFlight = new Uint32Array(CAPACITY_MIN);
  pushed = new Uint32Array(CAPACITY_MIN);
  /** The timestamps option of segments that have no other. */
  tsVal = new Uint32Array(CAPACITY_MIN);
  tsEcr = new Uint32Array(CAPACITY_MIN);

  /** Makes room for a table that has room for `rows`. */
  reserve(rows: number): void {
    if (rows > this.acks.length) this.#grow(rows);
  }

  #grow(size: number): void {
    // One piece of memory for all, a cache line between them, as in `packets.ts`.
    const memory = new Uint32Array((size + CACHE_LINE_WORDS) * NUMBERS);
    let end = 0;
    const moved = (old: Uint32Array): Uint32Array<ArrayBuffer> => {
      const larger = memory.subarray(end, end + size);
      larger.set(old);
      end += size + CACHE_LINE_WORDS;
      return larger;
    };
    this.acks = moved(this.acks);
    this.related = moved(this.related);
    this.inFlight = moved(this.inFlight);
    this.pushed = moved(this.pushed);
    this.tsVal = moved(this.tsVal);
    this.tsEcr = moved(this.tsEcr);
  }
}
