// TCP segments in the middle of messages and of streams nobody knows, which most of a capture's are: told by a few numbers a stream,
// one cache line, where its conversation is objects all over memory. What was taken here its conversation hears of when it is next asked.

import { ANALYSIS } from "../../trace/analysis-flags.ts";
import { NO_OFFSET, NO_STREAM, PROTOCOL } from "../../trace/packets.ts";
import type { PacketTable } from "../../trace/packets.ts";
import { TCP_FLAG } from "../../wire/tcp.ts";
import type { StreamRows } from "../reassembly/stream-rows.ts";
import type { TcpConversation } from "./tcp-conversation.ts";
import { CONTENT } from "./tls-names.ts";

/** Streams. Small, as in `packets.ts`. */
const CAPACITY_MIN = 4;

/** Numbers of a stream. */
const STREAM = 16;
/** The last of its rows that was taken here or by its conversation, plus one; 0 where there is nothing to go on from. */
const LAST = 0;
/** The first row from which on it is data that no protocol knows; 0 while it is not. */
const DATA_FROM = 1;
/** What its conversation has not heard of: the first row plus one (0 is nothing), bytes, and which side's. The last row is `LAST`. */
const RUN_FIRST = 2;
const RUN_BYTES = 3;
const RUN_SIDE = 4;
/** Which side direction 0 is, plus one. */
const SIDE_OF_0 = 5;
/**
 * Who says what its messages are: 0 its conversation alone; 1 anybody, since they are records of data nobody can open, whose version of TLS stands
 * above; more in compiled code.
 */
const SPEAKER = 6;
const ANYBODY = 1;
const VERSION_SHIFT = 8;
/** Whether compiled code took messages: its conversation then reads for itself what was taken since it was last told. */
const UNTOLD = 7;
/** Numbers of each side. */
const SIDES = 8;
const SIDE = 4;
/** The next sequence number, and how many bytes its message lacks: what has fewer is from its middle. 0 where there is none. */
const SEQ = 0;
const LACKS = 1;
/** Whether no message is under way, or one of data that lacks so many bytes. */
const IS_WHOLE = 2;

const LACKS_MAX = 0xffff_ffff;
const CONTROL = TCP_FLAG.syn | TCP_FLAG.fin | TCP_FLAG.rst;
/** Segments that add to a message otherwise, or not at all. */
const OTHERWISE = ANALYSIS.keepAlive | ANALYSIS.retransmission | ANALYSIS.outOfOrder;

/** What a segment was taken for. */
export const TAKEN = {
  /** Not taken: its conversation is to be asked. */
  not: 0,
  /** The middle of a message. */
  middle: 1,
  /** Bytes of a stream that no protocol knows. */
  data: 2,
} as const;
export type Taken = (typeof TAKEN)[keyof typeof TAKEN];

export class MiddleSegments {
  readonly #table: PacketTable;
  readonly #rows: StreamRows;
  #state: Uint32Array;

  /** Whether no record of TLS can be opened, so far. */
  readonly isSealed: () => boolean;

  constructor(table: PacketTable, rows: StreamRows, isSealed: () => boolean) {
    this.#table = table;
    this.#rows = rows;
    this.isSealed = isSealed;
    this.#state = table.memory.make(Uint32Array, STREAM * CAPACITY_MIN);
  }

  /** Follows the table's streams up to its last row. */
  extend(): void {
    this.#rows.extendSome(Infinity);
    const last = this.#rows.streamsMax - 1;
    if (last * STREAM >= this.#state.length) this.#grow(last);
  }

  get columns(): { readonly state: Uint32Array; readonly next: Uint32Array } {
    return { state: this.#state, next: this.#rows.column };
  }

  /** Takes `row`, a TCP packet with a payload, where it is the next of its stream and what comes of it is known. */
  take(row: number): Taken {
    const table = this.#table;
    const state = this.#state;
    const stream = table.stream[row];
    const at = stream * STREAM;
    if (stream === NO_STREAM || at >= state.length || table.protocol[row] !== PROTOCOL.tcp) return TAKEN.not;
    const dataFrom = state[at + DATA_FROM];
    if (dataFrom !== 0 && row >= dataFrom) return TAKEN.data;
    const last = state[at + LAST];
    if (last === 0 || state[at + UNTOLD] !== 0) return TAKEN.not;
    const side = sideOf(table, row);
    const own = at + SIDES + side * SIDE;
    const seq = table.tcpSeq[row];
    const length = table.payloadLength[row];
    if (seq !== state[own + SEQ] || length >= state[own + LACKS] || length === 0) return TAKEN.not;
    const offset = table.payloadOffset[row];
    const isWhole = offset !== NO_OFFSET && offset + length <= table.capturedLength[row];
    if (!isWhole || (table.analysis[row] & OTHERWISE) !== 0 || (table.tcpFlags[row] & CONTROL) !== 0)
      return TAKEN.not;
    if (this.#rows.next(last - 1) !== row) return TAKEN.not;
    if (state[at + RUN_FIRST] === 0) {
      state[at + RUN_FIRST] = row + 1;
      state[at + RUN_SIDE] = side;
      state[at + RUN_BYTES] = 0;
    } else if (state[at + RUN_SIDE] !== side) {
      return TAKEN.not;
    }
    state[at + LAST] = row + 1;
    state[at + RUN_BYTES] += length;
    state[own + SEQ] = seq + length;
    state[own + LACKS] -= length;
    return TAKEN.middle;
  }

  /** Tells the conversation of `stream` what was taken since; answers the last row of it, -1 for nothing. */
  tell(stream: number, conversation: TcpConversation): number {
    const state = this.#state;
    const at = stream * STREAM;
    if (at >= state.length) return -1;
    if (state[at + UNTOLD] !== 0) {
      state[at + UNTOLD] = 0;
      state[at + LAST] = 0;
      return -1;
    }
    if (state[at + RUN_FIRST] === 0) return -1;
    const first = state[at + RUN_FIRST] - 1;
    const last = state[at + LAST] - 1;
    const direction = state[at + RUN_SIDE] + 1 === state[at + SIDE_OF_0] ? 0 : 1;
    conversation.pdus.addRun(first, last, direction, state[at + RUN_BYTES]);
    state[at + RUN_FIRST] = 0;
    return last;
  }

  /** Goes on from where the conversation of `stream` has got to, `last` being the last row it took. */
  follow(stream: number, conversation: TcpConversation, last: number): void {
    const at = stream * STREAM;
    if (at >= this.#state.length) this.#grow(stream);
    const state = this.#state;
    const before = state[at + LAST];
    const dataFrom = conversation.isData ? conversation.dataFrom : -1;
    state[at + DATA_FROM] = dataFrom + 1;
    state[at + LAST] = last + 1;
    const version = conversation.opaqueVersion;
    state[at + SPEAKER] = version === 0 ? 0 : ANYBODY | (version << VERSION_SHIFT);
    if (state[at + SIDE_OF_0] === 0)
      state[at + SIDE_OF_0] = sideOf(this.#table, this.#rows.first(stream)) + 1;
    const sideOf0 = state[at + SIDE_OF_0] - 1;
    // One segment more moves its own side alone.
    const isOne = before !== 0 && this.#rows.next(before - 1) === last;
    const moved = isOne ? conversation.direction(last) : -1;
    if (moved !== 1) this.#followSide(at + SIDES + sideOf0 * SIDE, conversation, 0);
    if (moved !== 0) this.#followSide(at + SIDES + (1 - sideOf0) * SIDE, conversation, 1);
  }

  #followSide(at: number, { pdus }: TcpConversation, direction: 0 | 1): void {
    this.#state[at + SEQ] = pdus.nextSeq(direction);
    this.#state[at + LACKS] = Math.min(pdus.lacks(direction), LACKS_MAX);
    this.#state[at + IS_WHOLE] = Number(pdus.isWhole(direction, CONTENT.applicationData));
  }

  /** The conversation of `stream` is gone, and with it what it was not told. */
  forget(stream: number): void {
    const at = stream * STREAM;
    this.#state.fill(0, at, at + STREAM);
  }

  #grow(stream: number): void {
    this.#state = this.#table.memory.grown(Uint32Array, this.#state, (stream + 1) * 2 * STREAM);
  }
}

/** 1 where `row` goes from the larger (address, port) to the smaller, else 0. */
function sideOf({ source, destination, sourcePort, destinationPort }: PacketTable, row: number): 0 | 1 {
  const from = source[row];
  const to = destination[row];
  return from > to || (from === to && sourcePort[row] > destinationPort[row]) ? 1 : 0;
}
