// TCP streams from their first segment of data on: who speaks in them, as `dissect/tcp-protocols.ts` and `dissect/tcp-conversation.ts` say, and what
// they say. What may be of a protocol that is not told here is left to these, with all of its stream.

import { be16, be32, halfAt, wordAt } from "./bytes";
import {
  DATA_FROM,
  HTTP,
  IS_WHOLE,
  KNOWN,
  LACKS,
  LAST,
  leaveToAnybody,
  nextRow,
  NOBODY,
  SEQ,
  sideAt,
  SPEAKER,
  speakerOf,
  TLS,
  UNTOLD,
} from "./conversations";
import {
  agreed,
  ended,
  isSettled,
  missing,
  other,
  own,
  records,
  setSides,
  version,
  versionName,
} from "./handshake";
import { bodyLength, httpHead, httpInfo, titleLength } from "./http";
import {
  analysis,
  destination,
  destinationPort,
  payloadLength,
  source,
  sourcePort,
  tcpFirstRow,
  tcpFlags,
  tcpSeq,
} from "./places";
import { keepSaid, put, said, saidTo, sayAs, sayKept, sayNothing } from "./words";

/** By port, which protocols it is of; 0 while streams are not to be taken from their beginning. */
export let portKinds: usize = 0;
const OF_TLS: u32 = 1;
const OF_HTTP: u32 = 2;
/** Whether TLS may be told. */
export let mayBeTls: u32 = 0;

/** What became of a segment: left; told, as it was said; of nobody; the beginning of a message and nothing else. */
export const TOLD_NOT: u32 = 0;
export const TOLD: u32 = 1;
export const TOLD_DATA: u32 = 2;
export const TOLD_BEGINNING: u32 = 3;
/** How many bytes the message lacks that is under way behind it. */
export let lacked: u32 = 0;

const TLS_HANDSHAKE: u32 = 22;
const SYN: u32 = 2;
const SYN_ACK: u32 = 18;
/** All but those of congestion. */
const FLAGS: u32 = 0x3f;
/** All that the analysis finds, but for what it does not show and what it says of options. */
const FOUND: u32 = ~((1 << 18) | (1 << 19));

/** Segments that nobody knows before the stream is taken for data. */
const UNKNOWN_MAX: u32 = 16;
/** More than the longest method of HTTP has. */
const WORD_MAX: u32 = 20;

/** Begins with a stream whose first data, or end, is in `row`, behind a usual handshake of which nothing is missing. */
export function begin(at: usize, row: u32, stream: u32): bool {
  if (portKinds == 0) return false;
  const first = wordAt(tcpFirstRow, stream);
  const second = nextRow(first);
  if (second == 0 || nextRow(second) != row) return false;
  if (!isEmpty(first, SYN) || !isEmpty(second, SYN_ACK)) return false;
  const side = sideOf(first);
  if (sideOf(second) == side) return false;
  beginSide(sideAt(at, side), first);
  beginSide(sideAt(at, side ^ 1), second);
  store<u32>(at, NOBODY, SPEAKER);
  store<u32>(at, 1, UNTOLD);
  store<u32>(at, second + 1, LAST);
  return true;
}

/** Whether packet `row` has these flags, no data, and nothing that the analysis found. */
function isEmpty(row: u32, flags: u32): bool {
  const isPlain = wordAt(payloadLength, row) == 0 && (wordAt(analysis, row) & FOUND) == 0;
  return isPlain && (halfAt(tcpFlags, row) & FLAGS) == flags;
}

/** 1 where `row` goes from the larger (address, port) to the smaller, else 0. */
function sideOf(row: u32): u32 {
  const from = wordAt(source, row);
  const to = wordAt(destination, row);
  return u32(from > to || (from == to && halfAt(sourcePort, row) > halfAt(destinationPort, row)));
}

function beginSide(side: usize, syn: u32): void {
  store<u32>(side, wordAt(tcpSeq, syn) + 1, SEQ);
  store<u32>(side, 0, LACKS);
  store<u32>(side, 1, IS_WHOLE);
  store<u32>(side, 0, KNOWN);
}

/** Tells what the segment of `length` bytes at `bytes` is, behind the `lacks` bytes of the message that is under way. */
export function speak(
  at: usize,
  sender: usize,
  receiver: usize,
  row: u32,
  bytes: usize,
  length: u32,
  lacks: u32,
): u32 {
  lacked = 0;
  sayNothing();
  switch (speakerOf(at)) {
    case TLS:
      return speakTls(at, sender, receiver, bytes, length, lacks);
    case HTTP:
      return speakHttp(at, sender, bytes, length, lacks);
    case NOBODY: {
      const kinds = portKind(sourcePort, row) | portKind(destinationPort, row);
      if (load<u32>(sender, KNOWN) + load<u32>(receiver, KNOWN) == 0) {
        const first = load<u8>(bytes);
        if (first == TLS_HANDSHAKE && (kinds & ~OF_TLS) == 0)
          return speakTls(at, sender, receiver, bytes, length, 0);
        if (isCapital(first) && (kinds & ~OF_HTTP) == 0) {
          const told = speakHttp(at, sender, bytes, length, 0);
          if (told != TOLD_NOT) return told;
        }
      }
      return kinds == 0 && isUnknown(bytes, length) ? count(at, sender, receiver, row) : TOLD_NOT;
    }
    default:
      return TOLD_NOT;
  }
}

function portKind(ports: usize, row: u32): u32 {
  return load<u8>(portKinds + halfAt(ports, row));
}

function isCapital(byte: u32): bool {
  return byte - 65 < 26;
}

function speakTls(at: usize, sender: usize, receiver: usize, bytes: usize, length: u32, lacks: u32): u32 {
  setSides(load<u32>(sender, KNOWN), load<u32>(receiver, KNOWN));
  if (mayBeTls == 0 || !records(bytes, length, lacks)) return TOLD_NOT;
  store<u32>(sender, own, KNOWN);
  store<u32>(receiver, other, KNOWN);
  if (isSettled()) leaveToAnybody(at, agreed());
  else store<u32>(at, TLS, SPEAKER);
  sayAs(versionName(version));
  lacked = missing;
  return ended == 0 ? TOLD_BEGINNING : TOLD;
}

/** Tells a message that is alone in its segments: that it begins, and what it is where it ends. */
function speakHttp(at: usize, sender: usize, bytes: usize, length: u32, lacks: u32): u32 {
  if (lacks > 0) {
    if (length != lacks) return TOLD_NOT;
    sayKept(load<u32>(sender, KNOWN));
    sayAs("HTTP");
    return TOLD;
  }
  const head = httpHead(bytes, bytes + length);
  const whole = head + bodyLength;
  if (head == 0 || whole < length) return TOLD_NOT;
  saidTo(httpInfo(said));
  sayAs("HTTP");
  if (whole > length) {
    const number = keepSaid();
    if (number == 0) return TOLD_NOT;
    store<u32>(sender, number, KNOWN);
    lacked = whole - length;
    saidTo(put(said + titleLength, "  [TCP segment of a reassembled PDU]"));
    sayAs("TCP");
  }
  store<u32>(at, HTTP, SPEAKER);
  return TOLD;
}

/** Counts a segment of nobody's. */
function count(at: usize, sender: usize, receiver: usize, row: u32): u32 {
  const known = load<u32>(sender, KNOWN) + 1;
  store<u32>(sender, known, KNOWN);
  if (known + load<u32>(receiver, KNOWN) == UNKNOWN_MAX) store<u32>(at, row + 1, DATA_FROM);
  return TOLD_DATA;
}

/** Whether a segment surely begins no message of any protocol that is told by its bytes. */
function isUnknown(bytes: usize, length: u32): bool {
  // Of so few bytes more is to come.
  if (length < WORD_MAX) return false;
  const first = <u32>load<u8>(bytes);
  // A record of TLS; a request or an answer of HTTP, or a line of SSH; MQTT; RESP.
  if (first == 22 || first == 23) return load<u8>(bytes, 1) != 3;
  if (isCapital(first)) return !beginsWithWord(bytes);
  if (first == 0x10) return !beginsMqtt(bytes);
  if (first == 0x2a) return <u32>load<u8>(bytes, 1) - 48 >= 10;
  // A call of RPC.
  return !(be32(bytes + 8) == 0 && be32(bytes + 12) == 2);
}

/** Whether behind a length of one to four bytes, and that of a text, may be MQTT's name. */
function beginsMqtt(bytes: usize): bool {
  for (let i: u32 = 4; i < 8; i++) if (load<u8>(bytes + i) == 77 && load<u8>(bytes + i, 1) == 81) return true;
  return false;
}

/** Whether a word of capitals is followed by a blank, a slash or a number's hyphen. */
function beginsWithWord(bytes: usize): bool {
  for (let i: u32 = 0; i < WORD_MAX; i++) {
    const byte = <u32>load<u8>(bytes + i);
    if (isCapital(byte)) continue;
    return byte == 32 || byte == 47 || byte == 45;
  }
  return true;
}
