// The lines of plain TCP segments and UDP datagrams, of fields and of the list. Info is written here where TCP says it alone, and where `middle.ts`
// or `datagrams.ts` takes what messages say. Of any other packet the line is begun where Info is its last field and nothing else hangs on messages,
// and one whose addresses' texts are not kept yet is left.
//
// `print/segment-cells.ts`, `print/text.ts` and `print/transport-info.ts` say what is to come out, and a test holds both alike.

import { halfAt, wordAt } from "./bytes";
import { datagramInfo, datagramProtocol, takeDatagram } from "./datagrams";
import { COMMA_BLANK, decimal, hexFour, nine, text } from "./digits";
import { arrow, isSinceFirst, listDestination, listNumber, listSource, listTime } from "./list";
import {
  recordsEnded,
  takeEnd,
  takeMiddle,
  TAKEN_BEGINNING,
  TAKEN_DATA,
  TAKEN_MIDDLE,
  TAKEN_NOT,
  TAKEN_RECORDS,
  TAKEN_SAID,
} from "./middle";
import { areUsual, writeOptions } from "./options";
import { put, said, saidBy, saidLength } from "./words";
import {
  addressFamilies,
  analysis,
  destination,
  destinationPort,
  frameLength,
  nanoseconds,
  networkOffset,
  payloadLength,
  payloadOffset,
  protocol,
  rowTsEcr,
  rowTsVal,
  seconds,
  source,
  sourcePort,
  stream,
  tcpAck,
  tcpBase,
  tcpFlags,
  tcpSeq,
  tcpState,
  tcpWindow,
  tcpWindowScale,
  transportOffset,
} from "./places";
import { lengthOf, ports } from "./transport-info";

/** The fields, a byte each, and how many. */
export let plan: usize = 0;
export let fields: u32 = 0;
/** Whether times are among them, and times since the first packet; Info, the protocol, and Info as the last. */
export let hasTime: u32 = 0;
export let hasSince: u32 = 0;
export let hasInfo: u32 = 0;
export let hasProtocol: u32 = 0;
export let isInfoLast: u32 = 0;
/** Between fields. */
export let separator: u32 = 9;
/** Where the line begins, from `out` on, whose Info is not written; NOT_BEGUN where there is none. */
export let begunAt: u32 = 0;
/** Where lines go, how many bytes there are of them, and with how many it is enough. */
export let out: usize = 0;
export let outLength: u32 = 0;
export let outEnough: u32 = 0;

/** Texts that are kept: of addresses, and of flags. */
export let addressTexts: usize = 0;
export let addressTextLengths: usize = 0;
export let addressTextsMax: u32 = 0;
export let labelsWords: usize = 0;
export let labelsStarts: usize = 0;
export let labelsLengths: usize = 0;
export let labelsMax: u32 = 0;

const NOT_BEGUN: u32 = 0xffffffff;
/** Beside what `middle.ts` has: a segment without data, and what its options say. */
const TAKEN_OPTIONS: u32 = 6;
/** Room of an address' text. */
const ADDRESS_BYTES: usize = 48;

const FRAME_NUMBER: u32 = 1;
const TIME_EPOCH: u32 = 2;
const IPV4_SOURCE: u32 = 3;
const IPV4_DESTINATION: u32 = 4;
const IPV6_SOURCE: u32 = 5;
const IPV6_DESTINATION: u32 = 6;
const SOURCE_PORT: u32 = 7;
const DESTINATION_PORT: u32 = 8;
const STREAM: u32 = 9;
const SEQ: u32 = 10;
const ACK: u32 = 11;
const LENGTH: u32 = 12;
const FLAGS: u32 = 13;
const WINDOW: u32 = 14;
const INFO: u32 = 16;
const PROTOCOL: u32 = 17;
const FRAME_LENGTH: u32 = 18;
const LIST_NUMBER: u32 = 19;
const LIST_TIME: u32 = 20;
const LIST_SOURCE: u32 = 21;
const ARROW_ALONE: u32 = 22;
const LIST_DESTINATION: u32 = 23;
const TAKEN: u32 = 24;

const TCP: u32 = 6;
const UDP: u32 = 7;
const NO_OFFSET: u32 = 0xffff;
const NEWLINE: u8 = 10;
const BLANK: u8 = 32;
const POINT: u8 = 46;
const ONE: u8 = 49;
const SECONDS_END: f64 = 4294967296;

const FLAG_FIN: u32 = 1;
const FLAG_SYN: u32 = 2;
const FLAG_ACK: u32 = 16;
const FLAG_URG: u32 = 32;

const ANALYSIS_FLAGS: u32 = (1 << 15) - 1;
const ONLY_TIMESTAMPS: u32 = 1 << 19;
/** A side whose numbers were others for its first packets. */
const WAS_OTHERWISE: u32 = 16;

const ACK_LABEL: usize = memory.data<u8>([32, 65, 99, 107, 61, 0, 0, 0]);
const WINDOW_LABEL: usize = memory.data<u8>([32, 87, 105, 110, 61, 0, 0, 0]);
const TS_VAL_LABEL: usize = memory.data<u8>([32, 84, 83, 118, 97, 108, 61, 0]);
const TS_ECR_LABEL: usize = memory.data<u8>([32, 84, 83, 101, 99, 114, 61, 0]);
/** `[TCP segment of a reassembled PDU]` */
const NOTE: usize = memory.data<u8>([
  91, 84, 67, 80, 32, 115, 101, 103, 109, 101, 110, 116, 32, 111, 102, 32, 97, 32, 114, 101, 97, 115, 115,
  101, 109, 98, 108, 101, 100, 32, 80, 68, 85, 93, 0, 0, 0, 0, 0, 0,
]);
const NOTE_LENGTH: u32 = 34;
/** `Application Data` */
const APPLICATION_DATA: usize = memory.data<u8>([
  65, 112, 112, 108, 105, 99, 97, 116, 105, 111, 110, 32, 68, 97, 116, 97,
]);
const APPLICATION_DATA_LENGTH: u32 = 16;

/** Writes the lines of rows `from` to before `to`, as far as they are written here; answers the row it got to. */
export function lines(from: u32, to: u32): u32 {
  let at = out + outLength;
  const enough = out + outEnough;
  let row = from;
  begunAt = NOT_BEGUN;
  while (row < to && at < enough) {
    const end = line(row, at);
    if (end == 0) break;
    if (begunAt != NOT_BEGUN) {
      begunAt = <u32>(at - out);
      at = end;
      break;
    }
    at = end;
    row++;
  }
  outLength = <u32>(at - out);
  return row;
}

/** Writes the line of `row` at `at` and answers the place behind it, or where Info is to be; 0 where it is not one of those. */
function line(row: u32, at: usize): usize {
  const kind = <u32>load<u8>(protocol + row);
  if (kind != TCP && kind != UDP) return 0;
  const conversation = wordAt(stream, row);
  if (<i32>conversation < 0) return 0;
  const network = halfAt(networkOffset, row);
  const transport = halfAt(transportOffset, row);
  const payload = halfAt(payloadOffset, row);
  if (network == NO_OFFSET || transport == NO_OFFSET || payload == NO_OFFSET) return 0;
  const from = wordAt(source, row);
  const to = wordAt(destination, row);
  const family = <u32>load<u8>(addressFamilies + from);
  if (transport - network != <u32>(family == 6 ? 40 : 20)) return 0;
  if (!hasText(from) || !hasText(to)) return 0;
  const epoch = load<f64>(seconds + ((<usize>row) << 3));
  if (hasTime != 0 && !(epoch >= 0 && epoch < SECONDS_END)) return 0;
  if (hasSince != 0 && !isSinceFirst(row, epoch)) return 0;
  const fromPort = halfAt(sourcePort, row);
  const toPort = halfAt(destinationPort, row);
  const isSegment = kind == TCP;
  const found = wordAt(analysis, row);
  const flags = halfAt(tcpFlags, row);
  const length = wordAt(payloadLength, row);
  const isHigh = from > to || (from == to && fromPort > toPort);
  const own = (conversation << 1) | u32(isHigh);
  const isAsked = (hasInfo | hasProtocol) != 0;
  let taken: u32 = TAKEN_NOT;
  let seq: u32 = 0;
  let ack: u32 = 0;
  let window: u32 = 0;
  if (isSegment) {
    const known = <u32>load<u8>(tcpState + own) | <u32>load<u8>(tcpState + (own ^ 1));
    if ((known & WAS_OTHERWISE) != 0) return 0;
    if (isAsked) taken = take(row, conversation, u32(isHigh), flags, found, length, transport, payload);
    seq = wordAt(tcpSeq, row) - wordAt(tcpBase, own);
    ack = wordAt(tcpAck, row);
    if ((flags & FLAG_ACK) != 0) ack -= wordAt(tcpBase, own ^ 1);
    window = halfAt(tcpWindow, row);
    const scale = <i32>load<i8>(tcpWindowScale + own);
    if ((flags & FLAG_SYN) == 0 && scale > 0) window <<= scale;
  } else if (isAsked) {
    const isIpv6 = family == 6;
    const isTaken = takeDatagram(row, conversation, fromPort, toPort, isIpv6, network, payload, length);
    if (isTaken) taken = TAKEN_DATA;
  }
  if (taken == TAKEN_NOT && isAsked && (isInfoLast == 0 || hasProtocol != 0)) return 0;

  for (let i: u32 = 0; i < fields; i++) {
    if (i > 0) {
      store<u8>(at, <u8>separator);
      at++;
    }
    const cell = <u32>load<u8>(plan + i);
    switch (cell) {
      case FRAME_NUMBER:
        at = decimal(at, row + 1);
        break;
      case TIME_EPOCH:
        at = decimal(at, <u32>epoch);
        store<u8>(at, POINT);
        at = nine(at + 1, wordAt(nanoseconds, row));
        break;
      case IPV4_SOURCE:
        if (family == 4) at = addressText(at, from);
        break;
      case IPV4_DESTINATION:
        if (<u32>load<u8>(addressFamilies + to) == 4) at = addressText(at, to);
        break;
      case IPV6_SOURCE:
        if (family == 6) at = addressText(at, from);
        break;
      case IPV6_DESTINATION:
        if (<u32>load<u8>(addressFamilies + to) == 6) at = addressText(at, to);
        break;
      case PROTOCOL:
        at = put(at, isSegment ? segmentProtocol(taken) : datagramProtocol());
        break;
      case FRAME_LENGTH:
        at = decimal(at, wordAt(frameLength, row));
        break;
      case TAKEN:
        at = decimal(at, taken);
        break;
      case LIST_NUMBER:
        at = listNumber(at, row);
        break;
      case LIST_TIME:
        at = listTime(at, row, epoch);
        break;
      case LIST_SOURCE:
        at = listSource(at, addressText(at, from));
        break;
      case ARROW_ALONE:
        at = arrow(at);
        break;
      case LIST_DESTINATION:
        at = listDestination(at, addressText(at, to));
        break;
      case INFO:
        if (taken == TAKEN_NOT) {
          begunAt = 0;
          return at;
        }
        at = isSegment
          ? info(at, row, taken, fromPort, toPort, flags, seq, ack, window, length, found)
          : datagramInfo(at, fromPort, toPort, length);
        break;
      default:
        if (!isSegment) break;
        switch (cell) {
          case SOURCE_PORT:
            at = decimal(at, fromPort);
            break;
          case DESTINATION_PORT:
            at = decimal(at, toPort);
            break;
          case STREAM:
            at = decimal(at, conversation);
            break;
          case SEQ:
            at = decimal(at, seq);
            break;
          case ACK:
            at = decimal(at, ack);
            break;
          case LENGTH:
            at = decimal(at, length);
            break;
          case FLAGS:
            store<u16>(at, 0x7830);
            at = hexFour(at + 2, flags);
            break;
          case WINDOW:
            at = decimal(at, window);
            break;
          default:
            // The flags of the analysis.
            if ((found & ANALYSIS_FLAGS) != 0) {
              store<u8>(at, ONE);
              at++;
            }
        }
    }
  }
  store<u8>(at, NEWLINE);
  return at + 1;
}

/** Whose words Info of a segment are. */
function segmentProtocol(taken: u32): string {
  return taken == TAKEN_SAID || taken == TAKEN_RECORDS ? saidBy : "TCP";
}

/** What Info of a segment is made of, where it is written here; TAKEN_NOT where it is not. */
function take(
  row: u32,
  conversation: u32,
  side: u32,
  flags: u32,
  found: u32,
  length: u32,
  transport: u32,
  payload: u32,
): u32 {
  if ((flags & FLAG_URG) != 0 || (found & ANALYSIS_FLAGS) != 0) return TAKEN_NOT;
  if (flags >= labelsMax || load<u8>(labelsLengths + flags) == 0) return TAKEN_NOT;
  if ((found & ONLY_TIMESTAMPS) == 0 && payload - transport != 20) {
    return length == 0 && areUsual(row, transport + 20, payload) ? TAKEN_OPTIONS : TAKEN_NOT;
  }
  if (length > 0) return takeMiddle(row, conversation, side, flags, found, length, payload);
  if ((flags & FLAG_FIN) != 0 && !takeEnd(row, conversation, side)) return TAKEN_NOT;
  return TAKEN_DATA;
}

function info(
  from: usize,
  row: u32,
  taken: u32,
  fromPort: u32,
  toPort: u32,
  flags: u32,
  seq: u32,
  ack: u32,
  window: u32,
  length: u32,
  found: u32,
): usize {
  let at = from;
  if (taken == TAKEN_SAID) return text(at, said, saidLength);
  if (taken == TAKEN_RECORDS) {
    at = text(at, APPLICATION_DATA, APPLICATION_DATA_LENGTH);
    for (let more: u32 = 1; more < recordsEnded; more++) {
      store<u16>(at, COMMA_BLANK);
      at = text(at + 2, APPLICATION_DATA, APPLICATION_DATA_LENGTH);
    }
    return at;
  }
  if (taken == TAKEN_BEGINNING) return text(at, NOTE, NOTE_LENGTH);
  at = ports(at, fromPort, toPort);
  at = text(at, labelsWords + ((<usize>wordAt(labelsStarts, flags)) << 3), load<u8>(labelsLengths + flags));
  at = decimal(at, seq);
  if ((flags & FLAG_ACK) != 0) at = decimal(text(at, ACK_LABEL, 5), ack);
  at = decimal(text(at, WINDOW_LABEL, 5), window);
  at = lengthOf(at, length);
  if ((found & ONLY_TIMESTAMPS) != 0) {
    at = decimal(text(at, TS_VAL_LABEL, 7), wordAt(rowTsVal, row));
    at = decimal(text(at, TS_ECR_LABEL, 7), wordAt(rowTsEcr, row));
  }
  if (taken == TAKEN_OPTIONS) return writeOptions(at);
  if (taken == TAKEN_MIDDLE) {
    store<u8>(at, BLANK);
    at = text(at + 1, NOTE, NOTE_LENGTH);
  }
  return at;
}

/** Whether the text of an address is kept. */
function hasText(id: u32): bool {
  return id < addressTextsMax && load<u8>(addressTextLengths + id) != 0;
}

function addressText(at: usize, id: u32): usize {
  return text(at, addressTexts + <usize>id * ADDRESS_BYTES, load<u8>(addressTextLengths + id));
}
