// The messages of one TCP stream and the segments they are in, as numbers: 20 bytes a segment, 26 a message.

/** No message. */
export const NO_PDU = -1;

const NO_WORDS = new Uint32Array(0);
const NO_NUMBERS = new Float64Array(0);
const NO_BYTES = new Uint8Array(0);
const CAPACITY_MIN = 16;

export class PduTable {
  /** Segments so far; their rows grow. */
  rowCount = 0;
  /** Messages so far, numbered as they began. */
  count = 0;
  #row = NO_WORDS;
  #rowStart = NO_NUMBERS;
  /** Number of the first message that begins in the segment or after it, and of the one it continues plus one. */
  #rowBegins = NO_WORDS;
  #rowContinues = NO_WORDS;
  #start = NO_NUMBERS;
  #length = NO_NUMBERS;
  #direction = NO_BYTES;
  #firstByte = NO_BYTES;
  #firstRow = NO_WORDS;
  /** Completing row plus one; 0 while there is none. */
  #lastRow = NO_WORDS;

  /** Bytes of memory. */
  get cost(): number {
    return this.#row.length * 20 + this.#start.length * 26;
  }

  addRow(row: number, start: number): void {
    const i = this.rowCount++;
    if (i === this.#row.length) this.#growRows(Math.max(CAPACITY_MIN, i * 2));
    this.#row[i] = row;
    this.#rowStart[i] = start;
    this.#rowBegins[i] = this.count;
  }

  /** The last row added continues message `pdu`. */
  continues(pdu: number): void {
    this.#rowContinues[this.rowCount - 1] = pdu + 1;
  }

  /** A message begins at sequence number `start`, in `row`, the last one added, with `firstByte`. */
  begin(start: number, row: number, direction: 0 | 1, firstByte: number): number {
    const pdu = this.count++;
    if (pdu === this.#start.length) this.#growPdus(Math.max(CAPACITY_MIN, pdu * 2));
    this.#start[pdu] = start;
    this.#direction[pdu] = direction;
    this.#firstByte[pdu] = firstByte;
    this.#firstRow[pdu] = row;
    return pdu;
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
    return this.#direction[pdu] === 0 ? 0 : 1;
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

  #growRows(size: number): void {
    this.#row = grown(this.#row, new Uint32Array(size));
    this.#rowStart = grown(this.#rowStart, new Float64Array(size));
    this.#rowBegins = grown(this.#rowBegins, new Uint32Array(size));
    this.#rowContinues = grown(this.#rowContinues, new Uint32Array(size));
  }

  #growPdus(size: number): void {
    this.#start = grown(this.#start, new Float64Array(size));
    this.#length = grown(this.#length, new Float64Array(size));
    this.#direction = grown(this.#direction, new Uint8Array(size));
    this.#firstByte = grown(this.#firstByte, new Uint8Array(size));
    this.#firstRow = grown(this.#firstRow, new Uint32Array(size));
    this.#lastRow = grown(this.#lastRow, new Uint32Array(size));
  }
}

type Column = Float64Array | Uint32Array | Uint8Array;

function grown<T extends Column>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}
