// The messages of one TCP stream and the segments they are in, as numbers: 40 bytes a segment, 48 a message. Segments one after
// another in the middle of a message, which most are, are one record together: a run.
//
// Plain arrays, as most streams are short and typed arrays cost more to make than to fill; one for each kind of record, so that a
// segment's numbers are in one cache line.

/** No message. */
export const NO_PDU = -1;

/** Numbers of a segment, or of a run the first one's. */
const SEGMENT = 5;
const ROW = 0;
/** Sequence number, not wrapped, of its first byte. */
const ROW_START = 1;
/** Number of the first message that begins in it or after it, and of the one it continues plus one. */
const BEGINS = 2;
const CONTINUES = 3;
/** The run's last row; a single segment's own. */
const RUN_LAST = 4;

/** Numbers of a message. */
const MESSAGE = 6;
const START = 0;
const LENGTH = 1;
const DIRECTION = 2;
const FIRST_BYTE = 3;
const FIRST_ROW = 4;
/** Completing row plus one; 0 while there is none. */
const LAST_ROW = 5;

export class PduTable {
  /** Segments so far, runs as one; their rows grow. */
  rowCount = 0;
  /** The message that the last of them, a run that may go on, is in. */
  #runPdu = NO_PDU;
  /** Messages so far, numbered as they began. */
  count = 0;
  readonly #segments: number[] = [];
  readonly #messages: number[] = [];

  /** Bytes of memory. */
  get cost(): number {
    return this.#segments.length * 8 + this.#messages.length * 8;
  }

  addRow(row: number, start: number): void {
    this.rowCount++;
    this.#runPdu = NO_PDU;
    this.#segments.push(row, start, this.count, 0, row);
  }

  /** The same of segments in the middle of message `pdu`, which begin where the one before them in its direction ended. */
  addMiddle(first: number, last: number, start: number, pdu: number): void {
    if (this.#runPdu !== pdu) {
      this.addRow(first, start);
      this.continues(pdu);
      this.#runPdu = pdu;
    }
    this.#segments[this.#segments.length - SEGMENT + RUN_LAST] = last;
  }

  /** A segment with a payload comes that is of no run. */
  endRun(): void {
    this.#runPdu = NO_PDU;
  }

  /** The last row added continues message `pdu`. */
  continues(pdu: number): void {
    this.#segments[this.#segments.length - SEGMENT + CONTINUES] = pdu + 1;
  }

  /** A message begins at sequence number `start`, in `row`, the last one added, with `firstByte`. */
  begin(start: number, row: number, direction: 0 | 1, firstByte: number): number {
    this.#messages.push(start, 0, direction, firstByte, row, 0);
    return this.count++;
  }

  complete(pdu: number, length: number, row: number): void {
    this.#messages[pdu * MESSAGE + LENGTH] = length;
    this.#messages[pdu * MESSAGE + LAST_ROW] = row + 1;
  }

  /** Index of the segment in `row`, or of the run within whose rows it lies, -1 when there is none. */
  find(row: number): number {
    const last = this.rowCount - 1;
    if (last < 0 || row > this.runLast(last)) return -1;
    if (row >= this.row(last)) return last;
    let [low, high] = [0, last];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.runLast(middle) < row) low = middle + 1;
      else high = middle;
    }
    return this.row(low) <= row && row <= this.runLast(low) ? low : -1;
  }

  runLast(index: number): number {
    return this.#segments[index * SEGMENT + RUN_LAST];
  }

  row(index: number): number {
    return this.#segments[index * SEGMENT + ROW];
  }

  /** Sequence number, not wrapped, of a segment's first byte. */
  rowStart(index: number): number {
    return this.#segments[index * SEGMENT + ROW_START];
  }

  /** The message that segment `index` continues, or NO_PDU. */
  continued(index: number): number {
    return this.#segments[index * SEGMENT + CONTINUES] - 1;
  }

  /** Messages that begin in segment `index`: numbers from this one on, and below `begunTo`. */
  begunFrom(index: number): number {
    return this.#segments[index * SEGMENT + BEGINS];
  }

  begunTo(index: number): number {
    return index + 1 < this.rowCount ? this.begunFrom(index + 1) : this.count;
  }

  /** Sequence number, not wrapped, of a message's first byte. */
  start(pdu: number): number {
    return this.#messages[pdu * MESSAGE + START];
  }

  /** Bytes of a complete message. */
  length(pdu: number): number {
    return this.#messages[pdu * MESSAGE + LENGTH];
  }

  direction(pdu: number): 0 | 1 {
    return this.#messages[pdu * MESSAGE + DIRECTION] === 0 ? 0 : 1;
  }

  firstByte(pdu: number): number {
    return this.#messages[pdu * MESSAGE + FIRST_BYTE];
  }

  firstRow(pdu: number): number {
    return this.#messages[pdu * MESSAGE + FIRST_ROW];
  }

  /** Row that completes a message, -1 while none does. */
  lastRow(pdu: number): number {
    return this.#messages[pdu * MESSAGE + LAST_ROW] - 1;
  }
}
