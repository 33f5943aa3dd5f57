// `dissect/middle-segments.ts`: segments in the middle of messages and of streams nobody knows; and those of streams whose messages are told
// here, or of which there is nothing to be said but how many records of encrypted data end in them.

import { be16, wordAt } from "./bytes";
import {
  ANYBODY,
  bytesAt,
  CONVERSATION,
  conversationAt,
  DATA_FROM,
  IS_WHOLE,
  LACKS,
  LAST,
  nextRow,
  RUN_BYTES,
  RUN_FIRST,
  RUN_SIDE,
  SEQ,
  sideAt,
  speakerOf,
  UNTOLD,
  versionOf,
} from "./conversations";
import { begin, lacked, speak, TOLD, TOLD_DATA, TOLD_NOT } from "./opening";
import { versionName } from "./handshake";
import { capturedLength, tcpSeq } from "./places";
import { sayAs } from "./words";

export const TAKEN_NOT: u32 = 0;
export const TAKEN_MIDDLE: u32 = 1;
export const TAKEN_DATA: u32 = 2;
/** The beginning of a record alone; and records that end in it, `recordsEnded` of them. */
export const TAKEN_BEGINNING: u32 = 3;
export const TAKEN_RECORDS: u32 = 4;
/** What is said of it is said. */
export const TAKEN_SAID: u32 = 5;
export let recordsEnded: u32 = 0;

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
  const at = conversationAt(stream);
  if (at == 0) return TAKEN_NOT;
  const dataFrom = load<u32>(at, DATA_FROM);
  if (dataFrom != 0 && row >= dataFrom) return TAKEN_DATA;
  if (payload + length > wordAt(capturedLength, row)) return TAKEN_NOT;
  if ((found & OTHERWISE) != 0 || (flags & CONTROL) != 0) return TAKEN_NOT;
  if (load<u32>(at, LAST) == 0 && !begin(at, row, stream)) return TAKEN_NOT;
  const own = sideAt(at, side);
  const seq = wordAt(tcpSeq, row);
  if (seq != load<u32>(own, SEQ)) return TAKEN_NOT;
  const speaker = speakerOf(at);
  const lacks = load<u32>(own, LACKS);
  const isWithin = length < lacks;
  if (!isWithin && (speaker == CONVERSATION || load<u32>(own, IS_WHOLE) == 0)) return TAKEN_NOT;
  if (nextRow(load<u32>(at, LAST) - 1) != row) return TAKEN_NOT;
  if (!isWithin) {
    const taken = takeEnds(at, own, sideAt(at, side ^ 1), row, speaker, length, payload, lacks);
    if (taken == TAKEN_NOT) return TAKEN_NOT;
    leaveUntold(at);
    store<u32>(own, seq + length, SEQ);
    store<u32>(at, row + 1, LAST);
    return taken;
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

/** Takes a segment in which messages begin or end. */
function takeEnds(
  at: usize,
  own: usize,
  other: usize,
  row: u32,
  speaker: u32,
  length: u32,
  payload: u32,
  lacks: u32,
): u32 {
  const bytes = bytesAt(row, payload, length);
  if (bytes == 0) return TAKEN_NOT;
  if (speaker == ANYBODY) {
    const missing = records(bytes, length, lacks);
    if (missing < 0) return TAKEN_NOT;
    store<u32>(own, <u32>missing, LACKS);
    sayAs(versionName(versionOf(at)));
    return recordsEnded == 0 ? TAKEN_BEGINNING : TAKEN_RECORDS;
  }
  const told = speak(at, own, other, row, bytes, length, lacks);
  if (told == TOLD_NOT) return TAKEN_NOT;
  store<u32>(own, lacked, LACKS);
  return told == TOLD ? TAKEN_SAID : told == TOLD_DATA ? TAKEN_DATA : TAKEN_BEGINNING;
}

/**
 * Counts the records of application data that end in the segment of `length` bytes at `bytes`, after the `lacks` bytes that the one under way
 * has of it; answers how many bytes the one that begins last in it lacks, -1 where anything else is in the segment.
 */
function records(bytes: usize, length: u32, lacks: u32): i32 {
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
  const at = conversationAt(stream);
  if (at == 0) return false;
  const dataFrom = load<u32>(at, DATA_FROM);
  if (dataFrom != 0 && row >= dataFrom) return true;
  if (load<u32>(at, LAST) == 0 && !begin(at, row, stream)) return false;
  const speaker = speakerOf(at);
  const own = sideAt(at, side);
  if (speaker == CONVERSATION || load<u32>(own, IS_WHOLE) == 0) return false;
  if (speaker != ANYBODY && load<u32>(own, LACKS) != 0) return false;
  if (wordAt(tcpSeq, row) != load<u32>(own, SEQ)) return false;
  if (nextRow(load<u32>(at, LAST) - 1) != row) return false;
  leaveUntold(at);
  store<u32>(at, row + 1, LAST);
  return true;
}
