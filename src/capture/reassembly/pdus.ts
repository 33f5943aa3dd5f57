// A TCP stream cut into its protocol's messages (PDUs), segment by segment in the order they were captured, as Wireshark's
// desegmentation does it: a message that a segment begins and does not end waits for what follows and belongs to the
// segment that completes it.
//
// What stays per segment and message is numbers, not bytes: a message is put together again when it is shown.

import { extend, isCovered } from "./covered.ts";
import type { Covered } from "./covered.ts";
import { PduBuffer, scanAt } from "./pdu-buffer.ts";
import type { PduScan } from "./pdu-buffer.ts";
import { NO_PDU, PduTable } from "./pdu-table.ts";
import { addWaiting, giveUp, waitingAt } from "./pdus-waiting.ts";
import type { Waiting, Waits } from "./pdus-waiting.ts";

/** Answers of `PduReader.pduLength` besides a length. */
export const PDU = {
  /** No message of this protocol begins here. */
  reject: 0,
  /** More bytes are needed to say; ask again. */
  more: -1,
  /** It lasts until its sender closes the connection. */
  untilEnd: -2,
} as const;

/** A protocol, as far as cutting a stream into its messages goes. */
export interface PduReader {
  /** Bytes the message `pdu` beginning at `scan.origin` has (they need not be there yet), or one of `PDU`. */
  pduLength(scan: PduScan, direction: 0 | 1, pdu: number): number;
  /**
   * Message `pdu`, whose first byte is `firstByte`, is complete. Called once for each, in the order they are completed. `read` gives its
   * first `max` bytes, not to be kept; what is not read costs nothing, and a message of several segments much.
   */
  completed(
    pdu: number,
    row: number,
    direction: 0 | 1,
    read: (max: number) => Uint8Array,
    firstByte: number,
  ): void;
}

/** A segment's payload. */
export interface Segment {
  readonly row: number;
  readonly direction: 0 | 1;
  /** Sequence number of its first byte, as on the wire. */
  readonly seq: number;
  /** Bytes on the wire, and how many of them were captured. */
  readonly length: number;
  readonly held: number;
  /** It ends its direction. */
  readonly isLast: boolean;
  /** It was sent before: what it holds was taken then. */
  readonly isAgain: boolean;
  /** It came later than its place in the stream: it fills what waits for it, and nothing begins in it, as in Wireshark. */
  readonly isLate: boolean;
  /** Its one byte only asks whether the other end is still there. */
  readonly isKeepAlive: boolean;
}

/** What a segment repeats of a message of several: its beginning, something behind that, or what is of one that is not complete. */
export type Repeat = "beginning" | "rest" | "part";

/** Where a stream's bytes come from. */
export interface PduBytes {
  /** The captured payload of packet `row`, not to be kept. Most segments are within a message of known length, and nobody asks. */
  payload(row: number): Uint8Array;
  /** Message `pdu`, complete, put together again, or its first `max` bytes. */
  message(pdu: number, max: number): Uint8Array;
}

/** Message bytes looked through for a length before giving up: headers without end. */
const SCAN_BYTES_MAX = 1024 * 1024;

/** Messages looked through for the one that a segment sent again is of. */
const SEARCHED_MAX = 256;

/** Segments remembered that repeat what is in messages of several. */
const REPEATS_MAX = 100_000;

/** Segments remembered with which a message was read again from its beginning. */
const REREAD_MAX = 100_000;

/** Messages counted in one segment. */
const MESSAGES_MAX = 4096;

interface Side extends Covered, Waits {
  /** Where the stream has got to: a sequence number on the wire, as 32 bits with a sign; and the same counted from the first one captured. */
  wireSeq: number;
  seq: number;
  isBegun: boolean;
}

export class StreamPdus {
  readonly table = new PduTable();
  readonly #reader: PduReader;
  /** By direction. No list of two: streams are many, their memory is cold, and each step to it takes its time. */
  readonly #side0: Side = newSide();
  readonly #side1: Side = newSide();
  /** By row; null while there are none, as in most streams. */
  #repeats: Map<number, Repeat> | null = null;
  #reread: Set<number> | null = null;
  readonly #bytes: PduBytes;
  /** The message completed last: its number, and where in these bytes it is, or null where it is in several segments. */
  #completed = NO_PDU;
  #within: Uint8Array | null = null;
  #from = 0;
  #to = 0;
  /** One for all messages. */
  readonly #read: (max: number) => Uint8Array;

  constructor(reader: PduReader, bytes: PduBytes) {
    this.#reader = reader;
    this.#bytes = bytes;
    this.#read = (max) => {
      if (this.#within === null) return this.#bytes.message(this.#completed, max);
      return this.#within.subarray(this.#from, Math.min(this.#to, this.#from + max));
    };
  }

  /**
   * Takes the stream's next segment where it has `length` bytes, all captured and in order, from the middle of a message whose length
   * is known: what most segments are. False, having taken nothing, for any other.
   */
  addMiddle(row: number, direction: 0 | 1, seq: number, length: number): boolean {
    if (seq !== this.nextSeq(direction) || length >= this.lacks(direction)) return false;
    this.addRun(row, row, direction, length);
    return true;
  }

  #side(direction: 0 | 1): Side {
    return direction === 0 ? this.#side0 : this.#side1;
  }

  /** Takes several such segments at once, those of rows `first` to `last`, `bytes` bytes together and fewer than `lacks`. */
  addRun(first: number, last: number, direction: 0 | 1, bytes: number): void {
    const side = this.#side(direction);
    const { seq } = side;
    const waiting = waitingAt(side.waiting, seq);
    if (waiting === null) return;
    this.table.addMiddle(first, last, seq, waiting.pdu);
    extend(waiting, seq - waiting.start, seq - waiting.start + bytes);
    extend(side, seq, seq + bytes);
    side.wireSeq = (side.wireSeq + bytes) | 0;
    side.seq += bytes;
  }

  /** Bytes that are to come of the message a direction is in the middle of; 0 where it is in none, or nobody knows. */
  lacks(direction: 0 | 1): number {
    const { waiting, seq } = this.#side(direction);
    const current = waitingAt(waiting, seq);
    return current === null ? 0 : Math.max(0, current.need - (seq - current.start));
  }

  /** Whether a direction is between two messages, or in the middle of one that begins with `firstByte` and of which nothing is missing. */
  isWhole(direction: 0 | 1, firstByte: number): boolean {
    const { isBegun, waiting, seq } = this.#side(direction);
    const current = waitingAt(waiting, seq);
    if (current === null) return isBegun;
    const isInOrder = current.late === null && current.start + current.have === seq;
    return isInOrder && current.need > 0 && this.table.firstByte(current.pdu) === firstByte;
  }

  /** The sequence number a direction goes on with, as on the wire. */
  nextSeq(direction: 0 | 1): number {
    return this.#side(direction).wireSeq >>> 0;
  }

  /** Takes the stream's next segment, which is not kept. */
  add(segment: Segment): void {
    const { row, direction, length, isLast } = segment;
    const side = this.#side(direction);
    const start = this.#unwrap(side, segment);
    if (length > 0) this.table.endRun();
    if (segment.isKeepAlive) this.#noteRepeat(segment, start);
    if (segment.isAgain || (length === 0 && !isLast)) return;
    if (length > 0 && isCovered(side, start, length)) {
      if (segment.isLate) this.#lateRepeat(side, segment, start);
      else if (!this.#noteRepeat(segment, start)) this.#again(segment, start);
      return;
    }
    extend(side, start, start + length);
    this.table.addRow(row, start);
    if (length > 0) {
      if (segment.isLate) this.#fill(side, segment, start);
      else if (segment.held < length) this.#cut(side, segment, start);
      else this.#whole(side, segment, start);
    }
    if (isLast) this.#end(side, segment);
  }

  /** What of a message taken before the bytes of `row` are, which were sent again; null where that is not known to be anything. */
  repeat(row: number): Repeat | null {
    return this.#repeats?.get(row) ?? null;
  }

  /** Whether the message that `row` continues was read from its beginning when it came: until then nobody knew how long it is. */
  isReread(row: number): boolean {
    return this.#reread?.has(row) === true;
  }

  /** Notes what the segment repeats of a message of several segments; false where it is of none. */
  #noteRepeat({ row, direction }: Segment, start: number): boolean {
    const { table } = this;
    const pdu = this.#messageAt(direction, start);
    if (pdu === NO_PDU) return false;
    const last = table.lastRow(pdu);
    if (last === table.firstRow(pdu)) return false;
    const repeats = (this.#repeats ??= new Map<number, Repeat>());
    if (repeats.size >= REPEATS_MAX) return true;
    repeats.set(row, last === -1 ? "part" : start === table.start(pdu) ? "beginning" : "rest");
    return true;
  }

  /** Messages that are whole in a segment sent again quickly are shown again, as Wireshark does. */
  #again(segment: Segment, start: number): void {
    const { row, direction, length: size } = segment;
    const { table } = this;
    const known = this.#messageAt(direction, start);
    if (known === NO_PDU || start !== table.start(known)) return;
    const bytes = this.#bytes.payload(row);
    if (bytes.length < size) return;
    table.addRow(row, start);
    for (let at = 0, i = 0; at < size && i < MESSAGES_MAX; i++) {
      const scan = scanAt(bytes, at, size);
      const length = this.#reader.pduLength(scan, direction, table.count);
      if (length <= 0 || at + length > size) return;
      this.#wholeMessage(segment, start, at, length, bytes);
      at += length;
    }
  }

  /** The latest message of a direction that has byte `start`, or that waits and may yet have it. */
  #messageAt(direction: 0 | 1, start: number): number {
    const { table } = this;
    for (let pdu = table.count - 1; pdu >= Math.max(0, table.count - SEARCHED_MAX); pdu--) {
      if (table.direction(pdu) !== direction || table.start(pdu) > start) continue;
      return table.lastRow(pdu) === -1 || start < table.start(pdu) + table.length(pdu) ? pdu : NO_PDU;
    }
    return NO_PDU;
  }

  /** Takes the message that is whole in [at, at + length) of a segment's `bytes`. */
  #wholeMessage(segment: Segment, start: number, at: number, length: number, bytes: Uint8Array): void {
    const { row, direction } = segment;
    const pdu = this.table.begin(start + at, row, direction, bytes[at]);
    this.table.complete(pdu, length, row);
    this.#tell(pdu, row, direction, bytes, at, at + length);
  }

  /** Tells the reader of message `pdu`, complete: in [from, to) of `within`, or in several segments where that is null. */
  #tell(
    pdu: number,
    row: number,
    direction: 0 | 1,
    within: Uint8Array | null,
    from: number,
    to: number,
  ): void {
    this.#completed = pdu;
    this.#within = within;
    this.#from = from;
    this.#to = to;
    this.#reader.completed(pdu, row, direction, this.#read, this.table.firstByte(pdu));
    // Nobody holds what is read next into the same memory.
    this.#within = null;
  }

  /** Sequence numbers of a direction as plain numbers, which grow beyond 2^32; below 0 is what was sent before the first segment captured. */
  #unwrap(side: Side, { seq, length }: Segment): number {
    if (!side.isBegun) {
      side.isBegun = true;
      side.wireSeq = seq | 0;
    }
    const start = side.seq + ((seq - side.wireSeq) | 0);
    if (start + length > side.seq) {
      side.wireSeq = (seq + length) | 0;
      side.seq = start + length;
    }
    return start;
  }

  #whole(side: Side, segment: Segment, start: number): void {
    const { row, direction, length: size } = segment;
    let at = 0;
    const waiting = waitingAt(side.waiting, start);
    if (waiting !== null) {
      this.table.continues(waiting.pdu);
      at = this.#continue(side, waiting, segment, start);
    }
    if (at >= size) return;
    const bytes = this.#bytes.payload(row);
    for (let i = 0; at < bytes.length && i < MESSAGES_MAX; i++) {
      const scan = scanAt(bytes, at, bytes.length);
      const length = this.#reader.pduLength(scan, direction, this.table.count);
      if (length === PDU.reject) return;
      if (length > 0 && at + length <= bytes.length) {
        this.#wholeMessage(segment, start, at, length, bytes);
        at += length;
        continue;
      }
      const pdu = this.table.begin(start + at, row, direction, bytes[at]);
      const buffer = length === PDU.more ? new PduBuffer(scan) : null;
      const have = bytes.length - at;
      addWaiting(side, { pdu, start: start + at, need: length, have, late: null, buffer, next: null });
      return;
    }
  }

  /** A late segment of bytes that were there is a part of the message that waits for others, too. */
  #lateRepeat(side: Side, segment: Segment, start: number): void {
    const waiting = segment.held < segment.length ? null : waitingAt(side.waiting, start);
    if (waiting === null || waiting.need === PDU.more || waiting.start === start) {
      this.#noteRepeat(segment, start);
      return;
    }
    this.table.addRow(segment.row, start);
    this.table.continues(waiting.pdu);
  }

  /** Adds a late segment to the message that waits for it. One that it completes is over, and nobody has read it. */
  #fill(side: Side, { row, length, held }: Segment, start: number): void {
    const waiting = held < length ? null : waitingAt(side.waiting, start);
    if (waiting === null) return;
    const { table } = this;
    table.continues(waiting.pdu);
    const from = start - waiting.start;
    extend(waiting, from, from + length);
    const { need, have } = waiting;
    if (need === PDU.untilEnd || have < need) return;
    giveUp(side, waiting);
    table.complete(waiting.pdu, need === PDU.more ? have : need, row);
  }

  /** Adds a segment to the message it continues; answers where in the segment the message ends, past it when it does not. */
  #continue(side: Side, waiting: Waiting, segment: Segment, start: number): number {
    const { row, direction, length } = segment;
    const from = start - waiting.start;
    const known = waiting.have;
    extend(waiting, from, from + length);
    const { buffer } = waiting;
    if (buffer !== null && known < from + length) {
      this.#reread ??= new Set();
      if (this.#reread.size < REREAD_MAX) this.#reread.add(row);
      buffer.append(this.#bytes.payload(row), known - from);
      while (waiting.need === PDU.more && waiting.have > buffer.passed) {
        const before = buffer.passed;
        waiting.need = this.#reader.pduLength(buffer.scan(), direction, waiting.pdu);
        buffer.drop();
        if (buffer.passed === before) break;
      }
      const isLost = waiting.need === PDU.reject || buffer.length > SCAN_BYTES_MAX;
      if (isLost) {
        giveUp(side, waiting);
        return length;
      }
      if (waiting.need !== PDU.more) waiting.buffer = null;
    }
    if (waiting.need <= 0) return length;
    if (waiting.have >= waiting.need) this.#complete(side, waiting, segment, waiting.need);
    // Behind a gap too the message ends where it ends, and the next one begins.
    return Math.max(0, waiting.need - from);
  }

  #complete(side: Side, waiting: Waiting, { row, direction }: Segment, length: number): void {
    const { pdu } = waiting;
    giveUp(side, waiting);
    this.table.complete(pdu, length, row);
    this.#tell(pdu, row, direction, null, 0, 0);
  }

  /** Of a segment that the snap length cut, messages that are whole are taken; nothing is put together. */
  #cut(side: Side, { row, direction }: Segment, start: number): void {
    side.waiting = null;
    const bytes = this.#bytes.payload(row);
    let at = 0;
    for (let i = 0; at < bytes.length && i < MESSAGES_MAX; i++) {
      const scan = scanAt(bytes, at, bytes.length);
      const length = this.#reader.pduLength(scan, direction, this.table.count);
      if (length === PDU.reject) return;
      const pdu = this.table.begin(start + at, row, direction, bytes[at]);
      const held = bytes.length - at;
      this.table.complete(pdu, length > 0 ? Math.min(length, held) : held, row);
      const to = length > 0 ? at + length : bytes.length;
      this.#tell(pdu, row, direction, bytes, at, to);
      at = to;
    }
  }

  /** The direction ends: so do messages that last until then. */
  #end(side: Side, segment: Segment): void {
    let { waiting } = side;
    while (waiting !== null && waiting.need !== PDU.untilEnd) waiting = waiting.next;
    if (waiting === null) return;
    this.table.continues(waiting.pdu);
    this.#complete(side, waiting, segment, waiting.have);
  }
}

function newSide(): Side {
  return { wireSeq: 0, seq: 0, isBegun: false, have: 0, late: null, waiting: null };
}
