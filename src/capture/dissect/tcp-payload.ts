// A TCP segment's payload: the messages it completes, each in its protocol's words, and what it holds of a message that
// another segment completes.

import type { Trace } from "../../trace/trace.ts";
import { TCP_FLAG } from "../../wire/tcp.ts";
import { NO_PDU } from "../reassembly/pdu-table.ts";
import { addPlainData } from "./data.ts";
import { addExpert } from "./expert.ts";
import { conversationsOf } from "./conversations.ts";
import { TAKEN } from "./middle-segments.ts";
import type { DissectContext } from "./dissect.ts";
import { bytesCount, messageColumns, protocolNode } from "./protocol.ts";
import type { Columns, Slice } from "./protocol.ts";
import { addReassembledParts } from "./reassembled-parts.ts";
import type { TcpConversation } from "./tcp-conversation.ts";
import type { DetailNode, Dissection } from "./tree.ts";

/** Bytes shown of one message put together; a longer one is cut there. */
const MESSAGE_BYTES_MAX = 8 * 1024 * 1024;

/** A message that is read whole whatever is asked for. */
const SHORT_BYTES = 4096;

/** What Info ends with where a segment has a part of a message. */
export const SEGMENT_NOTE = "[TCP segment of a reassembled PDU]";

/** One segment being shown. */
interface Shown {
  readonly d: Dissection;
  /** TCP's own lines. */
  readonly tcp: DetailNode;
  readonly conversation: TcpConversation;
  readonly row: number;
  /** The payload in `d.bytes`, by the header. */
  readonly start: number;
  readonly end: number;
}

/** Shows the payload in [start, end) of the segment whose lines are below `tcp`. */
export function dissectTcpPayload(
  d: Dissection,
  tcp: DetailNode,
  header: { readonly sourcePort: number; readonly destinationPort: number },
  start: number,
  end: number,
): void {
  const { row, trace, conversations } = d.around;
  const { packets } = trace;
  // Of a packet within a packet the table knows only one.
  const isKnown =
    packets.sourcePort[row] === header.sourcePort && packets.destinationPort[row] === header.destinationPort;
  const conversation = isKnown ? conversations.tcp(row) : null;
  // A snapped segment says how long its payload was; there is nothing to say of what.
  const isHeld = d.captured(end) > start;
  if (conversation !== null && isHeld && conversation.overlaps(row)) {
    addReassemblyError(d, start, d.captured(end));
    return;
  }
  if (conversation !== null && isHeld && conversation.wasSent(row)) {
    // As in Wireshark: what is sent again was dissected where it was sent first.
    if (conversation.isShownAgain(row)) addBytesAgain(d, tcp, start, end);
    else if (conversation.isProbe(row)) addPlainData(d, start, end);
    return;
  }
  if (conversation?.isLate(row) === true) {
    showLate({ d, tcp, conversation, row, start, end });
    return;
  }
  if (conversation === null || conversation.isDataAt(row)) {
    if (isHeld && conversation?.isClaimed(row) !== true) addPlainData(d, start, end);
    return;
  }
  const index = conversation.segment(row);
  if (index !== -1) showSegment({ d, tcp, conversation, row, start, end }, index, isHeld);
  else if (isHeld && conversation.isShownAgain(row)) addBytesAgain(d, tcp, start, end);
}

/** What a segment that came late adds to a message, and which it completes: messages in it Wireshark leaves unread. */
function showLate(shown: Shown): void {
  const { d, tcp, conversation, row, start, end } = shown;
  const { table } = conversation.pdus;
  const index = conversation.segment(row);
  const continued = index === -1 ? NO_PDU : table.continued(index);
  if (d.captured(end) <= start) return;
  if (continued === NO_PDU) {
    if (conversation.isShownAgain(row)) addBytesAgain(d, tcp, start, end);
    return;
  }
  addSegmentData(shown, continued, start, end);
  if (table.lastRow(continued) !== row) {
    noteSegment(d);
    return;
  }
  if (!d.wants("tcp")) return;
  const bytes = conversation.message(continued, MESSAGE_BYTES_MAX);
  d.within("Reassembled TCP", bytes, () => addParts(d, conversation, continued, bytes));
}

function showSegment(shown: Shown, index: number, isHeld: boolean): void {
  const { d, conversation, row, start, end } = shown;
  const { table } = conversation.pdus;
  let at = start;
  let slice: Slice = { node: null, before: null };
  const continued = table.continued(index);
  if (continued !== NO_PDU) {
    const isComplete = table.lastRow(continued) === row;
    at = Math.min(end, start + continuedBytes(shown, index, continued));
    addSegmentData(shown, continued, start, at);
    if (isComplete) {
      showReassembled(shown, continued, slice);
      if (!sharesLayer(shown, continued, index)) slice = { node: null, before: null };
    } else {
      if (conversation.pdus.isReread(row)) showBeginningAgain(shown, continued);
      noteSegment(d);
      // What follows a message that lacks something is shown all the same.
      d.isBehindPart = true;
    }
  }
  if (!isHeld || at >= end) return;
  const sliceStart = at;
  const to = table.begunTo(index);
  for (let pdu = table.begunFrom(index); pdu < to; pdu++) {
    const begin = start + table.start(pdu) - table.rowStart(index);
    if (table.lastRow(pdu) !== row) {
      showBeginning(shown, pdu, begin, begin === sliceStart, slice);
      return;
    }
    at = Math.min(end, begin + table.length(pdu));
    // Cut by the snap length: the rest is missing from the message, not more than there is of it.
    const stop = at >= d.bytes.length && end > at ? end : at;
    const direction = table.direction(pdu);
    if (!showColumns(d, conversation, pdu, slice))
      conversation.dissectorOf(pdu)?.dissect(d, begin, stop, { pdu, direction, slice });
    if (stop === end) return;
  }
  if (at < end && !conversation.isClaimed(row)) addPlainData(d, at, end);
}

/** Shows a message by its columns and its layer where they are all that is asked for and its stream knows them; false where it does not. */
function showColumns(d: Dissection, conversation: TcpConversation, pdu: number, slice: Slice): boolean {
  if (!d.isForColumns) return false;
  const dissector = conversation.dissectorOf(pdu);
  if (dissector?.columnsOf === undefined) return false;
  const { table } = conversation.pdus;
  const columns = dissector.columnsOf(pdu, table.firstByte(pdu));
  if (columns === null) return false;
  const shown = { pdu, direction: table.direction(pdu), slice };
  if (slice.node === null) protocolNode(d, shown, dissector.layers, "", 0, 0);
  messageColumns(d, columns.protocol, columns.info, columns.separator, columns.lead);
  d.layers.push(...(columns.layers ?? []));
  return true;
}

/** How many bytes of segment `index` are of message `continued`: all where it neither completes it nor begins another. */
function continuedBytes({ conversation, row }: Shown, index: number, continued: number): number {
  const { table } = conversation.pdus;
  const from = table.rowStart(index);
  // Once its length is known, a message may prove to have ended before.
  if (table.lastRow(continued) === row)
    return Math.max(0, table.start(continued) + table.length(continued) - from);
  const next = table.begunFrom(index);
  return next < table.begunTo(index) ? table.start(next) - from : Infinity;
}

/** A message of several segments, which this one completes. */
function showReassembled({ d, conversation }: Shown, pdu: number, slice: Slice): void {
  const { table } = conversation.pdus;
  if (showColumns(d, conversation, pdu, slice)) return;
  const bytes = conversation.message(pdu, bytesToShow(d, conversation, pdu));
  d.within("Reassembled TCP", bytes, () => {
    if (d.wants("tcp")) addParts(d, conversation, pdu, bytes);
    const direction = table.direction(pdu);
    const length = table.length(pdu);
    conversation.dissectorOf(pdu)?.dissect(d, 0, length, { pdu, direction, slice });
  });
}

/** Whether messages behind `pdu` are below its line: what came of it before segment `index` was too little to tell its length. */
function sharesLayer({ conversation }: Shown, pdu: number, index: number): boolean {
  const headLength = conversation.dissectorOf(pdu)?.headLength ?? 0;
  const { table } = conversation.pdus;
  return table.rowStart(index) - table.start(pdu) < headLength;
}

/** Bytes of a message that what is asked for depends on. */
function bytesToShow(d: Dissection, conversation: TcpConversation, pdu: number): number {
  if (!d.isForColumns || conversation.pdus.table.length(pdu) <= SHORT_BYTES) return MESSAGE_BYTES_MAX;
  const read = (max: number): Uint8Array => conversation.message(pdu, max);
  const need = conversation.dissectorOf(pdu)?.columnsBytes?.(read) ?? MESSAGE_BYTES_MAX;
  return Math.min(need, MESSAGE_BYTES_MAX);
}

function addParts(d: Dissection, conversation: TcpConversation, pdu: number, bytes: Uint8Array): void {
  const length = conversation.pdus.table.length(pdu);
  addReassembledParts(d, "tcp", conversation.parts(pdu), length, bytes);
}

/** What a segment holds of a message that begins in it and ends in another. */
function showBeginning(shown: Shown, pdu: number, begin: number, isFirst: boolean, slice: Slice): void {
  const { d, conversation, end } = shown;
  const held = d.captured(end);
  addSegmentData(shown, pdu, begin, end);
  const dissector = conversation.dissectorOf(pdu);
  if (!isFirst) {
    // The line of a protocol that has one for all its messages in a segment is of that to its end.
    const { node } = slice;
    if (dissector?.isLayerOfBeginning === true && node?.source === d.source) node.length = held - node.start;
    return;
  }
  const info = dissector?.beginning(d.bytes, begin, held, conversation.pdus.table.direction(pdu)) ?? null;
  if (dissector?.isLayerOfBeginning === true && slice.node === null) {
    const name = dissector.layers[dissector.layers.length - 1];
    d.layer(name, dissector.title, begin, held - begin);
  }
  // As in Wireshark: Info is of the messages that the segment completed.
  if (d.messages > 0 || d.isBehindPart) return;
  if (d.quoted === 0 && info !== null) d.info = `${d.infoPrefix}${info}`;
  noteSegment(d);
}

/** The same where more of it has come, and it was read from its beginning without getting to its end. */
function showBeginningAgain({ d, conversation, row, start }: Shown, pdu: number): void {
  const dissector = conversation.dissectorOf(pdu);
  if (dissector === null || d.quoted > 0) return;
  const bytes = conversation.beginning(pdu);
  const info = dissector.beginning(bytes, 0, bytes.length, conversation.direction(row));
  if (dissector.isLayerOfBeginning)
    d.layer(dissector.layers[dissector.layers.length - 1], dissector.title, start, 0);
  if (info !== null) d.info = `${d.infoPrefix}${info}`;
}

function noteSegment(d: Dissection): void {
  if (d.quoted > 0) return;
  d.info = d.info === "" ? SEGMENT_NOTE : `${d.info} ${SEGMENT_NOTE}`;
}

function addSegmentData(shown: Shown, pdu: number, start: number, end: number): void {
  const { d, tcp, conversation, row } = shown;
  if (!d.wants("tcp")) return;
  const last = conversation.pdus.table.lastRow(pdu);
  if (last > row) {
    const text = `[Reassembled PDU in frame: ${last + 1}]`;
    d.add(tcp.children, "tcp.reassembled_in", text, start, 0, last + 1);
  }
  const length = d.captured(end) - start;
  if (length <= 0) return;
  const bytes = d.bytes.subarray(start, start + length);
  const text = (): string => `TCP segment data (${bytesCount(length)})`;
  d.add(tcp.children, "tcp.segment_data", text, start, length, bytes);
}

const OVERLAP = {
  severity: "Error",
  group: "Malformed",
  protocol: "TCP",
  summary: "New fragment overlaps old data (retransmission?)",
} as const;

/** What Wireshark says of bytes of a message that it has put together before. */
function addReassemblyError(d: Dissection, start: number, held: number): void {
  const text = `[Reassembly error, protocol TCP: ${OVERLAP.summary}]`;
  const node = d.add(d.root, "_ws.malformed", text, start, held - start);
  addExpert(d, node.children, "_ws.malformed.reassembly", OVERLAP, start, held - start);
  d.info += text;
}

function addBytesAgain(d: Dissection, tcp: DetailNode, start: number, end: number): void {
  if (!d.wants("tcp")) return;
  const length = d.captured(end) - start;
  const bytes = d.bytes.subarray(start, start + length);
  const text = (): string => `Retransmitted TCP segment data (${bytesCount(length)})`;
  d.add(tcp.children, "tcp.segment_data", text, start, length, bytes);
}

/** What a segment's payload shows beside TCP's own lines. */
export const PAYLOAD = {
  /** Nothing of a protocol known here. */
  plain: 0,
  /** The middle of a message. */
  part: 1,
  /** The beginning of a message, from the payload's first byte on, and nothing else. */
  beginning: 2,
  /** What only dissection can tell. */
  messages: 3,
} as const;
export type PayloadKind = (typeof PAYLOAD)[keyof typeof PAYLOAD];

/** What the payload of TCP packet `row` shows; most segments are told without a look at their bytes. */
export function payloadKind(trace: Trace, row: number, context: DissectContext): PayloadKind {
  const conversations = context.conversations ?? conversationsOf(trace);
  const taken = conversations.takeMiddle(row);
  if (taken !== TAKEN.not) return taken === TAKEN.middle ? PAYLOAD.part : PAYLOAD.plain;
  const conversation = conversations.tcp(row);
  if (conversation === null || conversation.isDataAt(row)) return PAYLOAD.plain;
  if (conversation.overlaps(row)) return PAYLOAD.messages;
  const { table } = conversation.pdus;
  const index = conversation.segment(row);
  if (index === -1) return PAYLOAD.plain;
  const continued = table.continued(index);
  if (continued !== NO_PDU && table.lastRow(continued) !== row)
    return table.begunFrom(index) === table.begunTo(index) && !conversation.pdus.isReread(row)
      ? PAYLOAD.part
      : PAYLOAD.messages;
  if (conversation.isLate(row)) return PAYLOAD.plain;
  if (continued !== NO_PDU) return PAYLOAD.messages;
  const first = table.begunFrom(index);
  if (first === table.begunTo(index)) return PAYLOAD.plain;
  const isBeginning = table.lastRow(first) !== row && table.start(first) === table.rowStart(index);
  return isBeginning ? PAYLOAD.beginning : PAYLOAD.messages;
}

/**
 * Whether the bytes that TCP packet `row`, a plain segment, shows are its own: nothing is put together from it and others, nor from what is
 * in it.
 */
export function showsOwnBytes(trace: Trace, row: number, context: DissectContext): boolean {
  const { payloadLength, tcpFlags } = trace.packets;
  if (payloadLength[row] === 0 && (tcpFlags[row] & TCP_FLAG.fin) === 0) return true;
  const kind = payloadKind(trace, row, context);
  if (kind === PAYLOAD.part) return true;
  // What comes late may complete a message that nobody reads.
  return (
    kind === PAYLOAD.plain && (context.conversations ?? conversationsOf(trace)).tcp(row)?.isLate(row) !== true
  );
}

/**
 * The columns of TCP packet `row`, a `PAYLOAD.messages`, where its stream knows those of every message that is complete in it; null
 * where only dissection can tell. Bytes are not looked at.
 */
export function knownColumns(trace: Trace, row: number, context: DissectContext): Columns | null {
  const { payloadLength, payloadOffset, capturedLength } = trace.packets;
  const conversation = (context.conversations ?? conversationsOf(trace)).tcp(row);
  if (conversation === null || payloadOffset[row] + payloadLength[row] > capturedLength[row]) return null;
  if (conversation.overlaps(row)) return null;
  const { table } = conversation.pdus;
  const index = conversation.segment(row);
  const continued = table.continued(index);
  if (continued !== NO_PDU && table.lastRow(continued) !== row) return null;
  let columns = continued === NO_PDU ? null : knownColumnsOf(conversation, continued);
  if (continued !== NO_PDU && columns === null) return null;
  const to = table.begunTo(index);
  for (let pdu = table.begunFrom(index); pdu < to; pdu++) {
    // What begins here and ends elsewhere adds nothing to the columns of messages complete before it.
    if (table.lastRow(pdu) !== row) return columns;
    const next = knownColumnsOf(conversation, pdu);
    if (next === null) return null;
    columns = columns === null ? next : together(columns, next);
  }
  return columns;
}

function knownColumnsOf(conversation: TcpConversation, pdu: number): Columns | null {
  return conversation.dissectorOf(pdu)?.columnsOf?.(pdu, conversation.pdus.table.firstByte(pdu)) ?? null;
}

function together({ info: before, lead }: Columns, { protocol, info, separator }: Columns): Columns {
  return { protocol, info: `${before}${separator}${info}`, separator, lead };
}

/** What the Info column says of a message that begins in packet `row`, a `PAYLOAD.beginning`; null where TCP's own words stay. */
export function beginningInfo(trace: Trace, row: number, context: DissectContext): string | null {
  const { packets } = trace;
  const conversation = (context.conversations ?? conversationsOf(trace)).tcp(row);
  if (conversation === null) return null;
  const { table } = conversation.pdus;
  const pdu = table.begunFrom(conversation.segment(row));
  const bytes = trace.glance(row);
  const start = packets.payloadOffset[row];
  const held = Math.min(start + packets.payloadLength[row], bytes.length);
  return conversation.dissectorOf(pdu)?.beginning(bytes, start, held, table.direction(pdu)) ?? null;
}
