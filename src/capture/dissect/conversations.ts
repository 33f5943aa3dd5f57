// What is known of the streams of a trace beyond their packets: which protocol each speaks, where its messages begin and
// end, and what its dissectors learnt. Made stream by stream when a packet of it is shown, kept while there is room.

import { NO_STREAM, PROTOCOL } from "../../trace/packets.ts";
import type { Trace } from "../../trace/trace.ts";
import { TCP_FLAG } from "../../wire/tcp.ts";
import { payloadIn, segmentBytes } from "../reassembly/follow.ts";
import type { Reassembly } from "../reassembly/fragments.ts";
import { StreamRows } from "../reassembly/stream-rows.ts";
import type { DecodeAs } from "./decode-as.ts";
import { TcpConversation, wasSent } from "./tcp-conversation.ts";
import { UdpConversation } from "./udp-conversation.ts";

/** Bytes kept of all streams together; the stream not looked at for longest gives way. */
const KEPT_BYTES_MAX = 128 * 1024 * 1024;

/** Rows of a stream read beyond the one shown, when answers that come later are wanted. */
const AHEAD_ROWS_MAX = 2_000;

export interface ConversationsOptions {
  /** For streams some of whose packets came in fragments. */
  readonly reassembly?: Reassembly;
  /** Protocols that the user chose. */
  readonly decodeAs?: readonly DecodeAs[];
  /**
   * Look at later packets of a stream for what they say of the one shown: the frame of the answer, the frame a message is complete
   * in. False by default, as tshark reads a file once.
   */
  readonly lookAhead?: boolean;
}

/** How far a stream has been read. */
interface Progress<T> {
  readonly conversation: T;
  /** The next row to read; -1 when the chain's end was reached at `last`. */
  next: number;
  last: number;
  cost: number;
}

export class Conversations {
  readonly #trace: Trace;
  readonly #options: ConversationsOptions;
  readonly #tcpRows: StreamRows;
  readonly #udpRows: StreamRows;
  /** Least recently used first. */
  readonly #tcp = new Map<number, Progress<TcpConversation>>();
  readonly #udp = new Map<number, Progress<UdpConversation>>();
  #cost = 0;

  constructor(trace: Trace, options: ConversationsOptions = {}) {
    this.#trace = trace;
    this.#options = options;
    this.#tcpRows = new StreamRows(trace.packets, "tcp");
    this.#udpRows = new StreamRows(trace.packets, "udp");
  }

  /** The conversation of TCP packet `row`, read up to it; null where the row is of none. */
  tcp(row: number): TcpConversation | null {
    const { packets } = this.#trace;
    const stream = packets.stream[row];
    if (stream === NO_STREAM || packets.protocol[row] !== PROTOCOL.tcp) return null;
    let progress = this.#tcp.get(stream);
    if (progress === undefined) {
      const first = this.#tcpRows.first(stream);
      const conversation = new TcpConversation(this.#trace, first, this.#options);
      progress = { conversation, next: first, last: -1, cost: 0 };
    }
    touch(this.#tcp, stream, progress);
    this.#read(this.#tcpRows, progress, row, (at) => this.#addSegment(progress.conversation, at));
    this.#charge(progress);
    return progress.conversation;
  }

  /** The same for a UDP packet. */
  udp(row: number): UdpConversation | null {
    const { packets } = this.#trace;
    const stream = packets.stream[row];
    if (stream === NO_STREAM || packets.protocol[row] !== PROTOCOL.udp) return null;
    let progress = this.#udp.get(stream);
    if (progress === undefined) {
      const first = this.#udpRows.first(stream);
      const conversation = new UdpConversation(this.#trace, first, this.#options);
      progress = { conversation, next: first, last: -1, cost: 0 };
    }
    touch(this.#udp, stream, progress);
    this.#read(this.#udpRows, progress, row, (at) => this.#addDatagram(progress.conversation, at));
    this.#charge(progress);
    return progress.conversation;
  }

  #read<T>(rows: StreamRows, progress: Progress<T>, row: number, add: (row: number) => void): void {
    if (progress.next === -1) progress.next = rows.next(progress.last);
    const ahead = this.#options.lookAhead === true ? AHEAD_ROWS_MAX : 0;
    for (let beyond = 0; progress.next !== -1 && (progress.next <= row || beyond++ < ahead);) {
      const at = progress.next;
      add(at);
      progress.last = at;
      progress.next = rows.next(at);
    }
  }

  #addSegment(conversation: TcpConversation, row: number): void {
    const { packets } = this.#trace;
    const flags = packets.tcpFlags[row];
    const length = packets.payloadLength[row];
    const isLast = (flags & TCP_FLAG.fin) !== 0;
    const isSyn = (flags & TCP_FLAG.syn) !== 0;
    const isAgain = wasSent(this.#trace, row);
    const wants = length > 0 && !isAgain && !conversation.isData;
    conversation.pdus.add({
      row,
      direction: conversation.direction(row),
      seq: isSyn ? (packets.tcpSeq[row] + 1) >>> 0 : packets.tcpSeq[row],
      length: conversation.isData ? 0 : length,
      bytes: wants ? this.#payload(row) : NOTHING,
      isLast,
      isAgain,
    });
  }

  #addDatagram(conversation: UdpConversation, row: number): void {
    if (!conversation.isData) conversation.add(row, this.#payload(row));
  }

  #payload(row: number): Uint8Array {
    const place = payloadIn(this.#trace, row, this.#options.reassembly);
    return place.length === 0
      ? NOTHING
      : segmentBytes(this.#trace, { kind: "data", direction: 0, ...place }, this.#options.reassembly);
  }

  #charge(progress: Progress<TcpConversation | UdpConversation>): void {
    const cost = progress.conversation.cost;
    this.#cost += cost - progress.cost;
    progress.cost = cost;
    while (this.#cost > KEPT_BYTES_MAX && this.#tcp.size + this.#udp.size > 1) {
      const kept = this.#tcp.size > 1 ? this.#tcp : this.#udp;
      const oldest = kept.entries().next();
      if (oldest.done === true || oldest.value[1] === progress) return;
      kept.delete(oldest.value[0]);
      this.#cost -= oldest.value[1].cost;
    }
  }
}

const NOTHING = new Uint8Array(0);

/** Makes `stream` the most recently used. */
function touch<T>(kept: Map<number, Progress<T>>, stream: number, progress: Progress<T>): void {
  kept.delete(stream);
  kept.set(stream, progress);
}

const known = new WeakMap<Trace, Conversations>();

/** The conversations of a trace for which nobody set any up. */
export function conversationsOf(trace: Trace): Conversations {
  let conversations = known.get(trace);
  if (conversations === undefined) known.set(trace, (conversations = new Conversations(trace)));
  return conversations;
}
