// A TCP segment that is next in its stream: what the streams learn of it, and what the analysis does.

import { be16, be32, setHalf, setWord, wordAt } from "./bytes";
import { NONE, tcpConversation } from "./find";
import {
  analysis,
  directionsMax,
  handshakes,
  handshakesMax,
  rowAcks,
  rowInFlight,
  rowPushed,
  rowTsEcr,
  rowTsVal,
  states,
  tcpAck,
  tcpBase,
  tcpBaseRow,
  tcpFlags,
  tcpSeq,
  tcpState,
  tcpWindow,
  tcpWindowScale,
} from "./places";
import { lengthOf } from "./options";
import { columns, OFFSET_MAX, TCP } from "./rows";
import { acknowledge, add, hasRoom, isEmpty, span } from "./unacked";

const FIN: u32 = 1;
const SYN: u32 = 2;
const RST: u32 = 4;
const PSH: u32 = 8;
const ACK: u32 = 16;

/** NOP, NOP, timestamps. */
const TIMESTAMPS_ONLY: u32 = 0x0101080a;

/** Bits of the analysis. */
const UNSHOWN: u32 = 1 << 18;
const ONLY_TIMESTAMPS: u32 = 1 << 19;

/** Words of a direction's state, and bits of its marks, as `analysis/tcp.ts` has them. */
const NEXT_SEQ: usize = 0 << 2;
const NEXT_SEQ_ROW: usize = 1 << 2;
const MAX_ACKABLE: usize = 2 << 2;
const LAST_ACK: usize = 3 << 2;
const LAST_ACK_ROW: usize = 4 << 2;
const WINDOW: usize = 5 << 2;
const LAST_FLAGS: usize = 6 << 2;
const LAST_NEW_ACK_ROW: usize = 7 << 2;
const DUPLICATE_ACKS: usize = 8 << 2;
const PUSH_BYTES: usize = 9 << 2;
const MARKS: usize = 10 << 2;
const BASE: usize = 11 << 2;
const SACKED: usize = 12 << 2;
const STATE_SHIFT: usize = 6;
const PUSHED: u32 = 1;
const WINDOW_NOT_SCALED: u32 = 2;
const HOLE: u32 = 4;
const ACKED_UNSEEN: u32 = 8;
const BASE_KNOWN: u32 = 16;
const FAST_OPEN_DATA: u32 = 32;
const IN_FLIGHT_MAX: i32 = 2_000_000_000;

/** Bits of a side's state in `trace/streams.ts`. */
const SIDE_BASE_KNOWN: u32 = 1;
const SIDE_SENT_WINDOW: u32 = 4;
const WINDOW_SCALE_UNKNOWN: i32 = -1;
const WINDOW_SCALE_NONE: i8 = -2;
const WINDOW_SCALE_MAX: i32 = 14;
/** What `windowScaleIn` answers beside a shift. */
const NO_OPTION: i32 = -1;
const OTHER_OPTIONS: i32 = -2;

const OPTION_END: u32 = 0;
const OPTION_NOP: u32 = 1;
const OPTION_WINDOW_SCALE: u32 = 3;

/** Words of a stream in `analysis/handshakes.ts`. */
const HANDSHAKE: u32 = 3;
const SYN_ROW: usize = 0 << 2;
const FIRST_ACK_ROW: usize = 1 << 2;
const CLOSER: usize = 2 << 2;

/**
 * Indexes the segment in [at, end) of packet `row`, which begins at `start` with its network header `network` bytes behind that, and ends on the
 * wire at `wireEnd`; answers whether it is one that is done here.
 */
export function segment(
  row: u32,
  start: usize,
  network: u32,
  at: usize,
  end: usize,
  wireEnd: usize,
  from: u32,
  to: u32,
): bool {
  if (at + 20 > end) return false;
  const word = be16(at + 12);
  const headerLength = (word >> 12) << 2;
  const payload = at + headerLength;
  if (headerLength < 20 || payload > end) return false;
  const flags = word & 0xfff;
  if ((flags & RST) != 0) return false;
  const offset = <u32>(payload - start);
  if (offset > OFFSET_MAX) return false;
  const isSyn = (flags & SYN) != 0;
  const isAck = (flags & ACK) != 0;
  const hasTimestamps = headerLength == 32 && be32(at + 20) == TIMESTAMPS_ONLY;
  let scale: i32 = NO_OPTION;
  if (headerLength != 20 && !hasTimestamps) {
    if (!isSyn) return false;
    scale = windowScaleIn(at + 20, payload);
    if (scale == OTHER_OPTIONS) return false;
  }
  const fromPort = be16(at);
  const toPort = be16(at + 2);
  const isHigh = from > to || (from == to && fromPort > toPort);
  const known = isHigh
    ? tcpConversation(row, to, toPort, from, fromPort)
    : tcpConversation(row, from, fromPort, to, toPort);
  if (known == NONE) return false;
  const own = ((<u32>known) << 1) | u32(isHigh);
  const other = own ^ 1;
  if ((own | 1) >= directionsMax || <u32>known >= handshakesMax) return false;

  // What is to be learnt of the stream is to be what the first segments of each side say.
  const seq = be32(at + 4);
  const ack = be32(at + 8);
  const side = <u32>load<u8>(tcpState + own);
  const otherSide = <u32>load<u8>(tcpState + other);
  const isFirst = (side & SIDE_BASE_KNOWN) == 0;
  if (isSyn) {
    if (!isFirst && wordAt(tcpBase, own) != seq) return false;
    if (((side | otherSide) & SIDE_SENT_WINDOW) != 0) return false;
  }

  // What the analysis would find of it is to be nothing.
  const f = states + ((<usize>own) << STATE_SHIFT);
  const r = states + ((<usize>other) << STATE_SHIFT);
  const window = be16(at + 14);
  const length = <u32>(wireEnd - payload);
  const nextSeq = load<u32>(f, NEXT_SEQ);
  const lastAck = load<u32>(r, LAST_ACK);
  const isSameAck = ack == load<u32>(f, LAST_ACK);
  const ends: u32 = (flags & (SYN | FIN)) != 0 ? 1 : 0;
  const last = seq + length + ends;
  const spans = length + ends > 0;
  const marks = load<u32>(f, MARKS);
  const otherMarks = load<u32>(r, MARKS);
  if (isSyn && isAck) {
    if ((marks & BASE_KNOWN) != 0 && load<u32>(f, BASE) != seq) return false;
    if ((otherMarks & BASE_KNOWN) != 0 && ack - load<u32>(r, BASE) > 1) return false;
    if ((otherMarks & FAST_OPEN_DATA) != 0) return false;
  }
  if (isAck) {
    const ackable = load<u32>(r, MAX_ACKABLE);
    if (ackable != 0 && <i32>(ack - ackable) > 0) return false;
  }
  // A gap, or something sent again.
  if (nextSeq != 0 && (<i32>(seq - nextSeq) > 0 || (spans && seq != nextSeq))) return false;
  if (spans && !hasRoom()) return false;
  if (length > 0 && lastAck != 0 && <i32>(seq + length - lastAck) <= 0) return false;
  if (length == 1 && seq == nextSeq && load<u32>(r, WINDOW) == 1) return false;
  if (ends == 0) {
    if (window == 0 || (length <= 1 && seq == nextSeq - 1)) return false;
    if (length > 0) {
      const shift = <i32>load<i8>(tcpWindowScale + other);
      if (shift != WINDOW_SCALE_UNKNOWN) {
        const isScaled = shift > 0 && (otherMarks & WINDOW_NOT_SCALED) == 0;
        const open = load<u32>(r, WINDOW) - 1;
        if (seq + length == lastAck + (isScaled ? open << shift : open)) return false;
      }
    } else if (seq == nextSeq && isSameAck) {
      // A window update or a duplicate, or the answer to a keep-alive or a probe.
      return false;
    }
  }

  columns(row, network, <u32>(at - start), offset, from, to, fromPort, toPort, length, known, TCP);
  setWord(tcpSeq, row, seq);
  setWord(tcpAck, row, ack);
  setHalf(tcpFlags, row, flags);
  setHalf(tcpWindow, row, window);
  if (isFirst) learnBase(own, isSyn ? seq : seq - 1, row);
  if (isAck && (otherSide & SIDE_BASE_KNOWN) == 0) learnBase(other, ack - 1, row);
  if (isSyn) agreeOnWindowScale(own, scale, isAck);
  else store<u8>(tcpState + own, <u8>(<u32>load<u8>(tcpState + own) | SIDE_SENT_WINDOW));

  let newMarks = marks;
  if ((marks & BASE_KNOWN) == 0) {
    store<u32>(f, isSyn ? seq : seq - 1, BASE);
    newMarks |= BASE_KNOWN;
  }
  if (isAck) {
    if ((otherMarks & BASE_KNOWN) == 0) store<u32>(r, ack - 1, BASE);
    store<u32>(r, (otherMarks | BASE_KNOWN) & ~HOLE, MARKS);
  }
  if (!isSameAck) {
    store<u32>(f, row + 1, LAST_NEW_ACK_ROW);
    store<u32>(f, 0, DUPLICATE_ACKS);
    newMarks &= ~ACKED_UNSEEN;
  }
  if (isSyn) newMarks |= WINDOW_NOT_SCALED;
  else if (isAck) newMarks &= ~WINDOW_NOT_SCALED;
  if (spans) add(own, seq, last, row);
  if (nextSeq == 0 || <i32>(last - nextSeq) > 0) {
    store<u32>(f, last, NEXT_SEQ);
    store<u32>(f, row, NEXT_SEQ_ROW);
  }
  const reached = load<u32>(f, MAX_ACKABLE);
  if (reached == 0 || seq == reached) store<u32>(f, load<u32>(f, NEXT_SEQ), MAX_ACKABLE);
  store<u32>(f, window + 1, WINDOW);
  store<u32>(f, ack, LAST_ACK);
  store<u32>(f, row, LAST_ACK_ROW);
  store<u32>(f, 0, LAST_FLAGS);
  setWord(rowAcks, row, acknowledge(other, ack));
  let found: u32 = hasTimestamps ? ONLY_TIMESTAMPS : 0;
  if (length > 0 && (newMarks & HOLE) == 0 && !isEmpty(own)) {
    const pushed = (newMarks & PUSHED) != 0 ? length : load<u32>(f, PUSH_BYTES) + length;
    store<u32>(f, pushed, PUSH_BYTES);
    newMarks = (flags & PSH) != 0 ? newMarks | PUSHED : newMarks & ~PUSHED;
    const bytes = <i64>span(own, load<u32>(f, BASE)) - <i64>ends - <i64>load<u32>(r, SACKED);
    if (bytes <= 0 || bytes >= IN_FLIGHT_MAX) {
      found |= UNSHOWN;
    } else {
      setWord(rowInFlight, row, <u32>bytes);
      setWord(rowPushed, row, pushed);
    }
  }
  store<u32>(f, newMarks, MARKS);
  store<u32>(f, 0, SACKED);
  setWord(analysis, row, found);
  shake(row, <u32>known, u32(isHigh), flags);
  if (hasTimestamps) {
    setWord(rowTsVal, row, be32(at + 24));
    setWord(rowTsEcr, row, be32(at + 28));
  }
  return true;
}

/** Where a direction's sequence numbers begin, as its packet `row` says. */
function learnBase(direction: u32, base: u32, row: u32): void {
  setWord(tcpBase, direction, base);
  setWord(tcpBaseRow, direction, row);
  store<u8>(tcpState + direction, <u8>(<u32>load<u8>(tcpState + direction) | SIDE_BASE_KNOWN));
}

/** What a SYN with window scale option `scale`, or none, says of windows that nobody has sent yet. */
function agreeOnWindowScale(own: u32, scale: i32, isAck: bool): void {
  const other = own ^ 1;
  if (scale >= 0) store<i8>(tcpWindowScale + own, <i8>(scale < WINDOW_SCALE_MAX ? scale : WINDOW_SCALE_MAX));
  if (<i32>load<i8>(tcpWindowScale + own) == WINDOW_SCALE_UNKNOWN) {
    store<i8>(tcpWindowScale + own, WINDOW_SCALE_NONE);
    store<i8>(tcpWindowScale + other, WINDOW_SCALE_NONE);
  } else if (isAck && load<i8>(tcpWindowScale + other) == WINDOW_SCALE_NONE) {
    store<i8>(tcpWindowScale + own, WINDOW_SCALE_NONE);
  }
}

/** The window scale among a SYN's options, NO_OPTION without one; OTHER_OPTIONS where there are any that are rare or damaged. */
function windowScaleIn(from: usize, end: usize): i32 {
  let scale: i32 = NO_OPTION;
  let at = from;
  while (at < end) {
    const kind = <u32>load<u8>(at);
    if (kind == OPTION_END) break;
    if (kind == OPTION_NOP) {
      at++;
      continue;
    }
    if (at + 1 >= end) return OTHER_OPTIONS;
    const length = lengthOf(kind);
    if (length == 0 || <u32>load<u8>(at, 1) != length || at + length > end) return OTHER_OPTIONS;
    if (kind == OPTION_WINDOW_SCALE && scale == NO_OPTION) scale = <i32>load<u8>(at, 2);
    at += length;
  }
  return scale;
}

/** `analysis/handshakes.ts`. */
function shake(row: u32, conversation: u32, side: u32, flags: u32): void {
  const at = handshakes + ((<usize>(conversation * HANDSHAKE)) << 2);
  if ((flags & FIN) != 0 && load<u32>(at, CLOSER) == 0) store<u32>(at, side + 1, CLOSER);
  if (load<u32>(at, FIRST_ACK_ROW) != 0) return;
  if ((flags & (SYN | ACK)) == SYN) store<u32>(at, row + 1, SYN_ROW);
  else if ((flags & (SYN | ACK)) == ACK && load<u32>(at, SYN_ROW) != 0)
    store<u32>(at, row + 1, FIRST_ACK_ROW);
}
