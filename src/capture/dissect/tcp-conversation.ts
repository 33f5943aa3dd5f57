// One TCP stream: the protocol it speaks, chosen when its first message begins, and its messages.

import { ANALYSIS } from "../../trace/analysis-flags.ts";
import { NO_OFFSET } from "../../trace/packets.ts";
import type { Trace } from "../../trace/trace.ts";
import { TCP_FLAG } from "../../wire/tcp.ts";
import { messageOf, partsOf } from "../reassembly/pdu-parts.ts";
import type { PduPart, Segments } from "../reassembly/pdu-parts.ts";
import type { PduTable } from "../reassembly/pdu-table.ts";
import { PDU, StreamPdus } from "../reassembly/pdus.ts";
import type { PduBytes, PduReader, Segment } from "../reassembly/pdus.ts";
import type { StreamRows } from "../reassembly/stream-rows.ts";
import type { Mutable, PduScan } from "../reassembly/pdu-buffer.ts";
import { glanceAtPayload, payloadIn } from "../reassembly/follow.ts";
import { CarriedStream } from "./carried-stream.ts";
import type { Carrier } from "./carried-stream.ts";
import type { ConversationsOptions } from "./conversations.ts";
import type { DecodeAs } from "./decode-as.ts";
import { decodeRule } from "./decode-rule.ts";
import { endsAsHttp, HTTP_PORTS } from "./http-lines.ts";
import type { StreamAbove, StreamDissector } from "./protocol.ts";
import { StreamSpeakers } from "./stream-speakers.ts";
import { candidates } from "./tcp-protocols.ts";
import type { TlsKeys } from "./tls-keys.ts";

/** Segments that no protocol knows before the stream is taken for data and looked at no more. */
const UNKNOWN_MAX = 16;

/** Segments in the middle of a message that are taken with the one before them: in the time that one takes. */
const MIDDLES_MAX = 50;

const NO_RULES: readonly DecodeAs[] = [];

const CONTROL = TCP_FLAG.syn | TCP_FLAG.fin;
const ENDS = CONTROL | TCP_FLAG.rst;
/** What is found of segments that are not simply next: sent before, late, or read otherwise. */
const NOT_MIDDLE = ANALYSIS.retransmission | ANALYSIS.outOfOrder | ANALYSIS.keepAlive | ANALYSIS.unreadable;

/** The segment being taken, one for all: nobody keeps it, and there would be one for every segment that is looked at. */
const next: Mutable<Segment> = {
  row: 0,
  direction: 0,
  seq: 0,
  length: 0,
  held: 0,
  isLast: false,
  isAgain: false,
  isLate: false,
  isKeepAlive: false,
};

export class TcpConversation implements PduReader, PduBytes, Segments, StreamAbove {
  readonly pdus: StreamPdus;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly scheme = "http";
  /** No protocol known here: nothing more is read of it. */
  isData = false;
  /** The last row before. */
  dataFrom = -1;
  readonly #trace: Trace;
  readonly #options: ConversationsOptions;
  readonly #source: number;
  readonly #rows: StreamRows;
  readonly #speakers = new StreamSpeakers(this);
  #unknown = 0;
  #claimedFrom = -1;

  constructor(trace: Trace, first: number, options: ConversationsOptions, rows: StreamRows) {
    this.#trace = trace;
    this.#options = options;
    this.#rows = rows;
    this.#source = trace.packets.source[first];
    this.sourcePort = trace.packets.sourcePort[first];
    this.destinationPort = trace.packets.destinationPort[first];
    this.pdus = new StreamPdus(this, this);
  }

  /** Whether `row` comes after the stream was taken for data. */
  isDataAt(row: number): boolean {
    return this.isData && row > this.dataFrom;
  }

  /** Takes the stream's next segment. */
  add(row: number): void {
    // Only what a protocol may yet claim is worth looking at.
    if (this.isData) return;
    const { packets } = this.#trace;
    if ((packets.analysis[row] & ANALYSIS.unreadable) !== 0) return;
    const flags = packets.tcpFlags[row];
    // What a RST carries is no data.
    const length = (flags & TCP_FLAG.rst) === 0 ? packets.payloadLength[row] : 0;
    const isLast = (flags & TCP_FLAG.fin) !== 0;
    const seq = packets.tcpSeq[row];
    const direction = this.direction(row);
    const held = length === 0 ? 0 : this.#held(row, length);
    const isAgain = wasSent(this.#trace, row);
    const isLate = this.isLate(row);
    const isMiddle = length > 0 && held === length && !isAgain && !isLate && (flags & CONTROL) === 0;
    if (isMiddle && this.pdus.addMiddle(row, direction, seq, length)) return;
    next.row = row;
    next.direction = direction;
    next.seq = (flags & TCP_FLAG.syn) === 0 ? seq : (seq + 1) >>> 0;
    next.length = length;
    next.held = held;
    next.isLast = isLast;
    next.isAgain = isAgain;
    next.isLate = isLate;
    next.isKeepAlive = this.#isKeepAlive(row);
    this.pdus.add(next);
  }

  /**
   * Takes some of what follows `row`, the last that was taken, up to row `to`, as far as these are segments in the middle of the message it is of,
   * one behind the other; answers the last of them, `row` where there is none.
   */
  addMiddles(row: number, to: number): number {
    const { packets } = this.#trace;
    const { tcpSeq, tcpFlags, payloadLength, payloadOffset, capturedLength, analysis } = packets;
    if (this.isData) return row;
    const direction = this.direction(row);
    const lacks = this.pdus.lacks(direction);
    let bytes = 0;
    let seq = this.pdus.nextSeq(direction);
    let first = -1;
    let last = row;
    for (let i = 0; i < MIDDLES_MAX; i++) {
      const at = this.#rows.next(last);
      if (at === -1 || at > to) break;
      const length = payloadLength[at];
      const isNext =
        length > 0 && bytes + length < lacks && tcpSeq[at] === seq && this.direction(at) === direction;
      if (!isNext || (analysis[at] & NOT_MIDDLE) !== 0 || (tcpFlags[at] & ENDS) !== 0) break;
      if (payloadOffset[at] === NO_OFFSET || payloadOffset[at] + length > capturedLength[at]) break;
      if (first === -1) first = at;
      last = at;
      bytes += length;
      seq = (seq + length) >>> 0;
    }
    if (first !== -1) this.pdus.addRun(first, last, direction, bytes);
    return last;
  }

  /** Whether `row` came later than its place in the stream: Wireshark reads no messages from it. */
  isLate(row: number): boolean {
    return (this.#trace.packets.analysis[row] & ANALYSIS.outOfOrder) !== 0;
  }

  /** Whether what `row` holds was sent before. */
  wasSent(row: number): boolean {
    return wasSent(this.#trace, row);
  }

  /** Whether they lie behind the beginning of a message that was put together before, which Wireshark calls an error. */
  overlaps(row: number): boolean {
    return this.pdus.repeat(row) === "rest";
  }

  /**
   * Whether what no protocol here makes anything of is HTTP's all the same: on its ports, until it has been spoken, or after a line that ends
   * as its first lines do. Wireshark then shows nothing of it.
   */
  isClaimed(row: number): boolean {
    return this.#claimedFrom !== -1 && row >= this.#claimedFrom;
  }

  /** Whether the payload of `row` only asks whether the other end is still there, and is of no message under way. */
  isProbe(row: number): boolean {
    return this.#isKeepAlive(row) && this.pdus.repeat(row) === null;
  }

  #isKeepAlive(row: number): boolean {
    const { analysis, payloadLength } = this.#trace.packets;
    return payloadLength[row] > 0 && (analysis[row] & ANALYSIS.keepAlive) !== 0;
  }

  /** Whether Wireshark at least shows the bytes of `row`, which were sent before: nobody had acknowledged them. */
  isShownAgain(row: number): boolean {
    if (!this.wasSent(row)) return this.pdus.repeat(row) === "beginning";
    const passedOver = ANALYSIS.keepAlive | ANALYSIS.spuriousRetransmission;
    return (this.#trace.packets.analysis[row] & passedOver) === 0;
  }

  /** The version of TLS where there is nothing to be said of the messages that follow but that they are its records of data; else 0. */
  get opaqueVersion(): number {
    return this.#speakers.current?.opaqueVersion ?? 0;
  }

  /** Bytes of memory, roughly. */
  get cost(): number {
    return 500 + this.pdus.table.cost + this.#speakers.cost;
  }

  /** 0: from the sender of the stream's first packet; 1: to it. */
  direction(row: number): 0 | 1 {
    const { packets } = this.#trace;
    return packets.source[row] === this.#source && packets.sourcePort[row] === this.sourcePort ? 0 : 1;
  }

  /** Index in `pdus.table` of the segment in `row`, -1 when it is none of a message. */
  segment(row: number): number {
    const { table } = this.pdus;
    const index = table.find(row);
    if (index === -1 || table.row(index) === row || table.runLast(index) === row) return index;
    return this.#isInRun(index, row) ? index : -1;
  }

  /** Whether a row among those of run `index` is of it: it may be the other side's, or sent again. */
  #isInRun(index: number, row: number): boolean {
    const isOfMessage = this.direction(row) === this.pdus.table.direction(this.pdus.table.continued(index));
    return isOfMessage && this.#trace.packets.payloadLength[row] > 0 && !this.wasSent(row);
  }

  /** The dissectors of what the stream has been so far. */
  get speakers(): readonly StreamDissector[] {
    return this.#speakers.all;
  }

  /** The dissector of message `pdu`. */
  dissectorOf(pdu: number): StreamDissector | null {
    return this.#speakers.of(pdu);
  }

  pduLength(scan: PduScan, direction: 0 | 1, pdu: number): number {
    const speaker = this.#speakers.current;
    if (speaker !== null) return speaker.pduLength(scan, direction, pdu);
    const names = candidates(this, scan, this.#options.decodeAs ?? NO_RULES);
    const length = this.#speakers.choose(names, scan, direction, pdu);
    if (length !== PDU.reject) return length;
    const { table } = this.pdus;
    if (this.#claimedFrom === -1 && this.#isHttps(scan)) this.#claimedFrom = table.row(table.rowCount - 1);
    this.#unknown++;
    this.isData = this.#unknown >= UNKNOWN_MAX;
    if (this.isData) this.dataFrom = this.pdus.table.row(this.pdus.table.rowCount - 1);
    return PDU.reject;
  }

  #isHttps({ bytes, origin, end }: PduScan): boolean {
    const { sourcePort, destinationPort } = this;
    if (decodeRule(this.#options.decodeAs ?? NO_RULES, "tcp", sourcePort, destinationPort) !== undefined)
      return false;
    if (HTTP_PORTS.has(sourcePort) || HTTP_PORTS.has(destinationPort)) return true;
    return endsAsHttp(bytes, origin, end);
  }

  completed(
    pdu: number,
    row: number,
    direction: 0 | 1,
    read: (max: number) => Uint8Array,
    firstByte: number,
  ): void {
    this.#speakers.of(pdu)?.completed(pdu, row, direction, read, firstByte);
  }

  follow(name: string, setup: string): void {
    this.#speakers.follow(name, setup, this.pdus.table.count);
  }

  get keys(): TlsKeys | null {
    return this.#options.keys ?? null;
  }

  carry(carrier: Carrier, agreed: string): CarriedStream {
    return new CarriedStream(this, carrier, agreed);
  }

  betweenNs(earlier: number, later: number): bigint {
    return this.#trace.packets.betweenNs(earlier, later);
  }

  /** Message `pdu` put together from its segments, at most its first `max` bytes. */
  message(pdu: number, max: number): Uint8Array {
    return messageOf(this, pdu, max);
  }

  /** What the first segment of message `pdu` has of it. */
  beginning(pdu: number): Uint8Array {
    const { table } = this.pdus;
    const row = table.firstRow(pdu);
    return this.payload(row).subarray(table.start(pdu) - table.rowStart(table.find(row)));
  }

  /** Where a complete message's bytes are: what each segment adds, in the stream's order. */
  parts(pdu: number): PduPart[] {
    return partsOf(this, pdu, Infinity);
  }

  get table(): PduTable {
    return this.pdus.table;
  }

  payloadLength(row: number): number {
    return this.#trace.packets.payloadLength[row];
  }

  nextInRun(index: number, row: number): number {
    const last = this.pdus.table.runLast(index);
    if (row >= last) return -1;
    let at = this.#rows.next(row);
    while (at !== -1 && at <= last && !this.#isInRun(index, at)) at = this.#rows.next(at);
    return at <= last ? at : -1;
  }

  payload(row: number): Uint8Array {
    return glanceAtPayload(this.#trace, row, this.#options.reassembly);
  }

  /** Bytes captured of the payload of `row`, of `length` bytes. */
  #held(row: number, length: number): number {
    const { packets } = this.#trace;
    const start = packets.payloadOffset[row];
    if (start === NO_OFFSET) return payloadIn(this.#trace, row, this.#options.reassembly).length;
    return Math.max(0, Math.min(length, packets.capturedLength[row] - start));
  }
}

/** Whether what TCP packet `row` holds was sent before, in a way in which Wireshark does not look at it again; or is never looked at. */
export function wasSent({ packets }: Trace, row: number): boolean {
  const flags = packets.analysis[row];
  if ((flags & (ANALYSIS.keepAlive | ANALYSIS.unreadable)) !== 0) return true;
  return (flags & ANALYSIS.retransmission) !== 0 && (flags & ANALYSIS.fastRetransmission) === 0;
}
