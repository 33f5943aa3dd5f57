// The messages of one TCP stream and the segments they are in, as numbers: 32 bytes a segment, 48 a message.
//
// Plain arrays of numbers: most streams are short, and typed arrays cost more to make than to fill.

/** No message. */
export const NO_PDU = -1;

export class PduTable {
  /** Segments so far; their rows grow. */
  rowCount = 0;
  /** Messages so far, numbered as they began. */
  count = 0;
  readonly #row: number[] = [];
  readonly #rowStart: number[] = [];
  /** Number of the first message that begins in the segment or after it, and of the one it continues plus one. */
  readonly #rowBegins: number[] = [];
  readonly #rowContinues: number[] = [];
  readonly #start: number[] = [];
  readonly #length: number[] = [];
  readonly #direction: (0 | 1)[] = [];
  readonly #firstByte: number[] = [];
  readonly #firstRow: number[] = [];
  /** Completing row plus one; 0 while there is none. */
  readonly #lastRow: number[] = [];

  /** Bytes of memory. */
  get cost(): number {
    return this.rowCount * 32 + this.count * 48;
  }

  addRow(row: number, start: number): void {
    this.rowCount++;
    this.#row.push(row);
    this.#rowStart.push(start);
    this.#rowBegins.push(this.count);
    this.#rowContinues.push(0);
  }

  /** The last row added continues message `pdu`. */
  continues(pdu: number): void {
    this.#rowContinues[this.rowCount - 1] = pdu + 1;
  }

  /** A message begins at sequence number `start`, in `row`, the last one added, with `firstByte`. */
  begin(start: number, row: number, direction: 0 | 1, firstByte: number): number {
    this.#start.push(start);
    this.#length.push(0);
    this.#direction.push(direction);
    this.#firstByte.push(firstByte);
    this.#firstRow.push(row);
    this.#lastRow.push(0);
    return this.count++;
  }

  complete(pdu: number, length: number, row: number): void {
    this.#length[pdu] = length;
    this.#lastRow[pdu] = row + 1;
  }

  /** Index of `row` among the segments, -1 when it is none. */
  find(row: number): number {
    const last = this.rowCount - 1;
    if (last >= 0 && this.#row[last] <= row) return this.#row[last] === row ? last : -1;
    let [low, high] = [0, this.rowCount];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#row[middle] < row) low = middle + 1;
      else high = middle;
    }
    return low < this.rowCount && this.#row[low] === row ? low : -1;
  }

  row(index: number): number {
    return this.#row[index];
  }

  /** Sequence number, not wrapped, of a segment's first byte. */
  rowStart(index: number): number {
    return this.#rowStart[index];
  }

  /** The message that segment `index` continues, or NO_PDU. */
  continued(index: number): number {
    return this.#rowContinues[index] - 1;
  }

  /** Messages that begin in segment `index`: numbers from this one on, and below `begunTo`. */
  begunFrom(index: number): number {
    return this.#rowBegins[index];
  }

  begunTo(index: number): number {
    return index + 1 < this.rowCount ? this.#rowBegins[index + 1] : this.count;
  }

  /** Sequence number, not wrapped, of a message's first byte. */
  start(pdu: number): number {
    return this.#start[pdu];
  }

  /** Bytes of a complete message. */
  length(pdu: number): number {
    return this.#length[pdu];
  }

  direction(pdu: number): 0 | 1 {
    return this.#direction[pdu];
  }

  firstByte(pdu: number): number {
    return this.#firstByte[pdu];
  }

  firstRow(pdu: number): number {
    return this.#firstRow[pdu];
  }

  /** Row that completes a message, -1 while none does. */
  lastRow(pdu: number): number {
    return this.#lastRow[pdu] - 1;
  }
}
