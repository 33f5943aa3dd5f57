// The numbers that the analysis keeps of each row, beside the flags in the packet table: 24 bytes a row.

/** Small, as in `packets.ts`. */
const CAPACITY_MIN = 32;

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
    this.acks = grown(this.acks, size);
    this.related = grown(this.related, size);
    this.inFlight = grown(this.inFlight, size);
    this.pushed = grown(this.pushed, size);
    this.tsVal = grown(this.tsVal, size);
    this.tsEcr = grown(this.tsEcr, size);
  }
}

/** `old` with room for `size` numbers. */
export function grown(old: Uint32Array, size: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(size);
  larger.set(old);
  return larger;
}
