// Urgent data (RFC 9293 section 3.8.5, RFC 6093) as Linux has it: one byte, out of band for programs unless they ask for it inline.
//
// The sender's pointer counts to the byte after the last urgent one, and rides on every segment until all up to there is
// acknowledged, bare ACKs included; meanwhile nothing short is held back. The receiver keeps one mark: a newer pointer replaces it.

import type { Errno } from "../../socket/errno.ts";
import { TCP_FLAGS } from "../packet.ts";
import type { Segment } from "../packet.ts";
import type { Connection } from "./connection.ts";
import type { Receiver } from "./receiver.ts";
import { NO_BYTES } from "./segments.ts";
import type { Sender } from "./sender.ts";
import { after, before, distance } from "./seq.ts";

const POINTER_MAX = 0xffff;

/** What is known of the urgent byte: that it will come, what it is, or that a program has read it. */
export const URGENT = { ANNOUNCED: 0, HERE: 1, READ: 2 } as const;

/** The mark in what a connection receives. */
export interface UrgentMark {
  /** Sequence number of the urgent byte. */
  seq: number;
  state: (typeof URGENT)[keyof typeof URGENT];
  byte: number;
}

/** The urgent pointer of a segment numbered `seq`, while something urgent is unacknowledged; 0: none. */
export function urgentPointer(sender: Sender, seq: number): number {
  const ahead = distance(sender.sndUp, seq);
  if (ahead <= 0) return 0;
  if (ahead <= POINTER_MAX) return ahead;
  // Too far for 16 bits: what is new says that it is far, what is sent again nothing.
  return after((seq + POINTER_MAX) | 0, sender.sndNxt) ? POINTER_MAX : 0;
}

/** Number of the next byte a program reads. */
function copiedSeq({ rcvNxt, finished, buffer }: Receiver): number {
  return (rcvNxt - (finished ? 1 : 0) - buffer.length) | 0;
}

/** Whether the next byte to read is the urgent one: sockatmark(3). */
export function isAtMark(receiver: Receiver): boolean {
  return receiver.urgent !== null && receiver.urgent.seq === copiedSeq(receiver);
}

/** Bytes at the mark that no recv gives: the urgent one, unless it is inline. */
export function hiddenBytes(connection: Connection): number {
  return !connection.settings.oobInline && isAtMark(connection.receiver) ? 1 : 0;
}

/** Takes what an acceptable segment tells of urgent data. Answers whether the urgent byte has come with it. */
export function takeUrgent(connection: Connection, segment: Segment): boolean {
  const { receiver } = connection;
  if ((segment.flags & TCP_FLAGS.URG) !== 0) announce(connection, segment);
  const mark = receiver.urgent;
  if (mark === null || mark.state !== URGENT.ANNOUNCED) return false;
  const offset = distance(mark.seq, segment.seq | 0);
  if (offset < 0 || offset >= segment.payload.length) return false;
  mark.byte = segment.payload[offset];
  mark.state = URGENT.HERE;
  return true;
}

function announce(connection: Connection, segment: Segment): void {
  const { receiver } = connection;
  // The pointer is to the byte behind the urgent one, as everybody but RFC 1122 has it (RFC 6093 section 3.1).
  const seq = (segment.seq + Math.max(segment.urgentPointer - 1, 0)) | 0;
  if (after(copiedSeq(receiver), seq) || before(seq, receiver.rcvNxt)) return;
  const old = receiver.urgent;
  if (old !== null && !after(seq, old.seq)) return;
  // A byte at the mark stays out of band, though the mark moves on.
  if (hiddenBytes(connection) > 0 && receiver.buffer.length > 0) receiver.buffer.skip();
  receiver.urgent = { seq, state: URGENT.ANNOUNCED, byte: 0 };
}

/** recv with MSG_OOB: the urgent byte, or why there is none. Never waits. */
export function readUrgent(connection: Connection, max: number, peek: boolean): Uint8Array | Errno {
  const mark = connection.receiver.urgent;
  if (mark === null || mark.state === URGENT.READ || connection.settings.oobInline) return "EINVAL";
  const isClosed = connection.state === "CLOSED" || connection.state === "TIME_WAIT";
  if (isClosed && !connection.receiver.finished) return "ENOTCONN";
  if (mark.state === URGENT.ANNOUNCED) return isClosed || connection.readShutdown ? NO_BYTES : "EAGAIN";
  if (!peek) mark.state = URGENT.READ;
  return max > 0 ? Uint8Array.of(mark.byte) : new Uint8Array();
}

/**
 * recv while there is a mark: a read stops before it, and one that begins there passes over the urgent byte, read or not. Null
 * when nothing is left to read then.
 */
export function readAround(
  connection: Connection,
  max: number,
  peek: boolean,
  nowNs: number,
): Uint8Array | null {
  const { receiver } = connection;
  const mark = receiver.urgent;
  if (receiver.buffer.length === 0 || mark === null) return null;
  if (max === 0) return NO_BYTES;
  if (hiddenBytes(connection) > 0) {
    if (peek)
      return receiver.buffer.length === 1 ? null : receiver.buffer.read(max + 1, true, false).subarray(1);
    receiver.buffer.skip();
    receiver.urgent = null;
    if (receiver.buffer.length === 0) return null;
  }
  const toMark = distance(mark.seq, copiedSeq(receiver));
  const most = toMark > 0 ? Math.min(max, toMark) : max;
  const bytes = receiver.read(most, peek, false, nowNs);
  if (after(copiedSeq(receiver), mark.seq)) receiver.urgent = null;
  return bytes;
}
