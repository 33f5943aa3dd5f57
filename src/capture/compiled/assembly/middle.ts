// `dissect/middle-segments.ts`: segments in the middle of messages and of streams nobody knows, and those of which there is nothing to be said
// but how many records of encrypted data end in them.

import { be16, wordAt } from "./bytes";
import { capturedLength, fileOffset, tcpSeq } from "./places";

/** The numbers of each stream, how many words there are, and the next row of its stream by row. */
export let middleState: usize = 0;
export let middleWords: u32 = 0;
export let nextRows: usize = 0;
export let nextRowsMax: u32 = 0;
/** Where the bytes of the file are that were read last, and which these are. */
export let lent: usize = 0;
export let lentFrom: f64 = 0;
export let lentTo: f64 = 0;

export const TAKEN_NOT: u32 = 0;
export const TAKEN_MIDDLE: u32 = 1;
export const TAKEN_DATA: u32 = 2;
/** The beginning of a record alone; and records that end in it, `recordsEnded` of them. */
export const TAKEN_BEGINNING: u32 = 3;
export const TAKEN_RECORDS: u32 = 4;
export let recordsEnded: u32 = 0;

const STREAM: u32 = 16;
const LAST: usize = 0 << 2;
const DATA_FROM: usize = 1 << 2;
const RUN_FIRST: usize = 2 << 2;
const RUN_BYTES: usize = 3 << 2;
const RUN_SIDE: usize = 4 << 2;
const IS_OPAQUE: usize = 6 << 2;
const UNTOLD: usize = 7 << 2;
const SIDES: u32 = 8;
const SIDE: u32 = 4;
const SEQ: usize = 0;
const LACKS: usize = 1 << 2;
const IS_WHOLE: usize = 2 << 2;

/** Of TLS (RFC 8446 section 5.1), whose records are longer than their contents by so much at most. */
const HEADER: u32 = 5;
const APPLICATION_DATA: u32 = 23;
const RECORD_MAX: u32 = 16_384 + 2048;
const RECORDS_MAX: u32 = 64;

/** SYN, FIN and RST. */
const CONTROL: u32 = 7;
/** Retransmission, out of order, keep-alive. */
const OTHERWISE: u32 = (1 << 0) | (1 << 3) | (1 << 9);

/** Takes `row`, a segment of `length` bytes from `payload` on, where it is the next of its stream and what comes of it is known. */
export function takeMiddle(
  row: u32,
  stream: u32,
  side: u32,
  flags: u32,
  found: u32,
  length: u32,
  payload: u32,
): u32 {
  const index = stream * STREAM;
  if (index >= middleWords) return TAKEN_NOT;
  const at = middleState + ((<usize>index) << 2);
  const dataFrom = load<u32>(at, DATA_FROM);
  if (dataFrom != 0 && row >= dataFrom) return TAKEN_DATA;
  const last = load<u32>(at, LAST);
  if (last == 0) return TAKEN_NOT;
  const own = at + ((<usize>(SIDES + side * SIDE)) << 2);
  const seq = wordAt(tcpSeq, row);
  if (seq != load<u32>(own, SEQ)) return TAKEN_NOT;
  const isOpaque = load<u32>(at, IS_OPAQUE) != 0;
  const lacks = load<u32>(own, LACKS);
  if (length >= lacks && !(isOpaque && load<u32>(own, IS_WHOLE) != 0)) return TAKEN_NOT;
  if (payload + length > wordAt(capturedLength, row)) return TAKEN_NOT;
  if ((found & OTHERWISE) != 0 || (flags & CONTROL) != 0) return TAKEN_NOT;
  if (last > nextRowsMax || wordAt(nextRows, last - 1) != row) return TAKEN_NOT;
  if (length >= lacks) {
    const missing = records(row, payload, length, lacks);
    if (missing < 0) return TAKEN_NOT;
    leaveUntold(at);
    store<u32>(own, <u32>missing, LACKS);
    store<u32>(own, seq + length, SEQ);
    store<u32>(at, row + 1, LAST);
    return recordsEnded == 0 ? TAKEN_BEGINNING : TAKEN_RECORDS;
  }
  if (load<u32>(at, UNTOLD) != 0) {
    // Its conversation is to read it anyway.
  } else if (load<u32>(at, RUN_FIRST) == 0) {
    store<u32>(at, row + 1, RUN_FIRST);
    store<u32>(at, side, RUN_SIDE);
    store<u32>(at, 0, RUN_BYTES);
  } else if (load<u32>(at, RUN_SIDE) != side) {
    return TAKEN_NOT;
  }
  store<u32>(at, row + 1, LAST);
  store<u32>(at, load<u32>(at, RUN_BYTES) + length, RUN_BYTES);
  store<u32>(own, seq + length, SEQ);
  store<u32>(own, lacks - length, LACKS);
  return TAKEN_MIDDLE;
}

/** What is taken of the stream its conversation is to read for itself, once it is asked again. */
function leaveUntold(at: usize): void {
  store<u32>(at, 1, UNTOLD);
  store<u32>(at, 0, RUN_FIRST);
}

/**
 * Counts the records of application data that end in a segment, after the `lacks` bytes that the one under way has of it; answers how
 * many bytes the one that begins last in it lacks, -1 where anything else is in the segment, or not all is there to be looked at.
 */
function records(row: u32, payload: u32, length: u32, lacks: u32): i32 {
  const from = load<f64>(fileOffset + ((<usize>row) << 3)) + payload;
  if (from < lentFrom || from + length > lentTo) return -1;
  const bytes = lent + <usize>(from - lentFrom);
  let at = lacks;
  let ended: u32 = lacks > 0 ? 1 : 0;
  let missing: u32 = 0;
  for (let i: u32 = 0; at < length; i++) {
    if (length - at < HEADER || i == RECORDS_MAX) return -1;
    const header = bytes + at;
    const size = be16(header + 3);
    const isOf = load<u8>(header) == APPLICATION_DATA && load<u8>(header, 1) == 3 && load<u8>(header, 2) <= 3;
    if (!isOf || size == 0 || size > RECORD_MAX) return -1;
    at += HEADER + size;
    if (at > length) missing = at - length;
    else ended++;
  }
  recordsEnded = ended;
  return <i32>missing;
}

/** Whether a FIN without data, `row`, ends a side of a stream of which there is nothing more to be said; it is taken then. */
export function takeEnd(row: u32, stream: u32, side: u32): bool {
  const index = stream * STREAM;
  if (index >= middleWords) return false;
  const at = middleState + ((<usize>index) << 2);
  const last = load<u32>(at, LAST);
  if (last == 0 || load<u32>(at, IS_OPAQUE) == 0) return false;
  const own = at + ((<usize>(SIDES + side * SIDE)) << 2);
  if (wordAt(tcpSeq, row) != load<u32>(own, SEQ) || load<u32>(own, IS_WHOLE) == 0) return false;
  if (last > nextRowsMax || wordAt(nextRows, last - 1) != row) return false;
  leaveUntold(at);
  store<u32>(at, row + 1, LAST);
  return true;
}
