// SEGMENT ARRIVES (RFC 9293 section 3.10.7), in the order of its checks, with the challenge ACKs of RFC 5961.
//
// The hot path allocates nothing; a segment sent costs its object and a view of its payload. Measured with two stacks back to
// back in memory, bulk data read as it comes: 630,000 segments a CPU second (Node 20), a quarter of it copying into recv.

import { TCP_FLAGS } from "../packet.ts";
import type { Segment } from "../packet.ts";
import { acknowledge } from "./acknowledgement.ts";
import { abandon } from "./closing.ts";
import type { Connection } from "./connection.ts";
import { establish } from "./opening.ts";
import { TIMESTAMPS_LENGTH } from "./options.ts";
import { answered, takeCookie } from "./fast-open.ts";
import { resetFor, segmentLength } from "./segments.ts";
import { after, before } from "./seq.ts";
import { XMIT } from "./timers.ts";
import { takeUrgent } from "./urgent.ts";

const { ACK, FIN, RST, SYN, URG } = TCP_FLAGS;

/** Hands a segment for this connection to it; `ecn` is what its IP header said. */
export function arrive(connection: Connection, segment: Segment, ecn: number, nowNs: number): void {
  connection.segmentsIn++;
  if (segment.payload.length > 0) connection.dataSegmentsIn++;
  switch (connection.state) {
    case "CLOSED":
    case "LISTEN":
      connection.reply = resetFor(segment);
      return;
    case "SYN_SENT":
      inSynSent(connection, segment, nowNs);
      return;
    default:
      synchronized(connection, segment, ecn, nowNs);
  }
}

/** Section 3.10.7.3. */
function inSynSent(connection: Connection, segment: Segment, nowNs: number): void {
  const { flags } = segment;
  const { sender, receiver, options } = connection;
  const ack = segment.ack | 0;
  const acks = (flags & ACK) !== 0;
  if (acks && (before(ack, (sender.iss + 1) | 0) || after(ack, sender.sndNxt))) {
    connection.reply = resetFor(segment);
    return;
  }
  if ((flags & RST) !== 0) {
    if (acks) refuse(connection, nowNs);
    return;
  }
  if ((flags & SYN) === 0) return;
  options.negotiate(segment, nowNs);
  connection.ecn.answered(flags, acks);
  const mss = connection.announcedMss - (options.timestamps ? TIMESTAMPS_LENGTH : 0);
  receiver.start(segment.seq | 0, receiver.rcvWnd, mss);
  connection.lastReceivedNs = nowNs;
  if (acks) {
    establish(connection, segment.window, segment.seq | 0, nowNs);
    takeCookie(connection, segment);
    answered(connection, segment, nowNs);
    receiver.acks.owed = true;
    receiver.acks.due = true;
    return;
  }
  // Both ends opened at once: answer the SYN with SYN and ACK, under the same number.
  connection.become("SYN_RCVD");
  connection.synDue = true;
  sender.peer.sndWnd = segment.window;
}

/** The RST that answers our SYN: the end, unless the system knows better. */
function refuse(connection: Connection, nowNs: number): void {
  const { personality, timers } = connection;
  if (connection.refusals >= personality.refusedRetries) {
    connection.fail("ECONNREFUSED");
    return;
  }
  connection.refusals++;
  connection.refused = true;
  timers.setXmit(XMIT.RTO, nowNs, personality.refusedRetryNs);
}

/** Section 3.10.7.4: every state with a peer. */
function synchronized(connection: Connection, segment: Segment, ecn: number, nowNs: number): void {
  const { sender, receiver, options } = connection;
  const flags = segment.flags;
  const seq = segment.seq | 0;
  const length = segment.payload.length;
  const plain = (flags & (SYN | FIN | RST | ACK)) === ACK;
  // What goes right nearly always: an ACK with or without the data expected next.
  if (!plain || seq !== receiver.rcvNxt || options.isOld(segment, nowNs)) {
    if (!isAcceptable(connection, segment, seq, nowNs)) return;
  }
  if (options.timestamps && segment.timestamps && !after(seq, receiver.rcvWup)) {
    options.remember(segment.tsVal, nowNs);
  }
  const ack = segment.ack | 0;
  if (connection.state === "SYN_RCVD") {
    if (before(ack, (sender.iss + 1) | 0) || after(ack, sender.sndNxt)) {
      connection.reply = resetFor(segment);
      return;
    }
    const window = (flags & SYN) === 0 ? segment.window << options.peerScale : segment.window;
    establish(connection, window, seq, nowNs);
  } else if (after(ack, sender.sndNxt) || before(ack, (sender.sndUna - sender.peer.maxSndWnd) | 0)) {
    challenge(connection, nowNs);
    return;
  }
  connection.lastReceivedNs = nowNs;
  connection.keepProbes = 0;
  sender.probes = 0;
  const hasLength = length > 0 || (flags & FIN) !== 0;
  const echo = options.timestamps ? options.echoNs(segment, nowNs) : -1;
  const repairing = echo >= 0 && sender.recovery.retransmitStampNs >= 0;
  const echoed = repairing ? options.echoedNs(segment, nowNs) : Infinity;
  sender.congestionEchoed = connection.ecn.tellsOfCongestion(flags);
  const advanced = acknowledge(sender, segment, ack, hasLength, echo, echoed, nowNs);
  // MSG_MORE holds data back only until the next occasion to send: an acknowledgement, or the peer's FIN.
  if (advanced || (flags & FIN) !== 0) sender.more = false;
  if (advanced) {
    connection.wakeWriter();
    if (sender.finSent && sender.sndUna === sender.sndNxt && !finAcknowledged(connection, nowNs)) return;
  }
  if (echo > 0 && length >= receiver.acks.rcvMss) {
    receiver.rtt.echoed(segment.tsEcr, echo, receiver.buffer.length === 0);
  }
  if (length > 0 && connection.ecn.ok) receiver.congestionNews(connection.ecn.received(flags, ecn));
  if ((flags & URG) !== 0 || receiver.urgent !== null) {
    if (takeUrgent(connection, segment)) connection.wake = true;
  }
  if (hasLength || (flags & SYN) !== 0) deliver(connection, segment, seq, nowNs);
  receiver.decideAck(sender.rtt.srttNs, nowNs);
}

/** First to fourth check: sequence number, RST, SYN, and that there is an ACK at all. */
function isAcceptable(connection: Connection, segment: Segment, seq: number, nowNs: number): boolean {
  const { receiver, options } = connection;
  const { flags } = segment;
  const end = (seq + segmentLength(segment)) | 0;
  const reset = (flags & RST) !== 0;
  if (!reset && options.isOld(segment, nowNs)) {
    outOfPlace(connection, segment, seq, end, nowNs);
    return false;
  }
  if (before(end, receiver.rcvWup) || after(seq, receiver.edge)) {
    if (!reset) outOfPlace(connection, segment, seq, end, nowNs);
    return false;
  }
  if (reset) {
    takeReset(connection, seq, nowNs);
    return false;
  }
  if ((flags & SYN) !== 0 && !isExpectedSyn(connection, segment, seq, nowNs)) return false;
  return (flags & ACK) !== 0;
}

/** A SYN where none belongs draws a challenge ACK; one repeated during the handshake draws our answer again. */
function isExpectedSyn(connection: Connection, segment: Segment, seq: number, nowNs: number): boolean {
  if (connection.state === "SYN_RCVD" && seq === connection.receiver.irs) {
    const acks = (segment.flags & ACK) !== 0;
    if (acks && !connection.passive && (segment.ack | 0) === connection.sender.sndNxt) return true;
    if (!acks) {
      connection.synDue = true;
      return false;
    }
  }
  challenge(connection, nowNs);
  return false;
}

/** RFC 5961 section 3.2: only a RST at exactly the number expected is believed; others within the window are questioned. */
function takeReset(connection: Connection, seq: number, nowNs: number): void {
  const { receiver, state } = connection;
  const closing = state === "CLOSE_WAIT" || state === "LAST_ACK" || state === "CLOSING";
  if (seq !== receiver.rcvNxt && !(closing && seq === ((receiver.rcvNxt - 1) | 0))) {
    challenge(connection, nowNs);
    return;
  }
  if (state === "TIME_WAIT" || (state === "SYN_RCVD" && connection.passive && !connection.early)) {
    connection.finish();
    return;
  }
  const { resetDiscardsUnread, resetAfterFinErrno } = connection.personality;
  if (resetDiscardsUnread) receiver.buffer.clear();
  connection.fail(state === "CLOSE_WAIT" ? resetAfterFinErrno : "ECONNRESET");
}

/** An ACK for a segment outside the window. Those without data are answered at a limited rate, so that two ends cannot loop. */
function outOfPlace(connection: Connection, segment: Segment, seq: number, end: number, nowNs: number): void {
  const { receiver } = connection;
  if (connection.state === "SYN_RCVD" && connection.passive) {
    if ((segment.flags & SYN) !== 0 && seq === receiver.irs) connection.synDue = true;
    return;
  }
  if (connection.state === "TIME_WAIT" && (segment.flags & FIN) !== 0) connection.timeWait(nowNs);
  if (segment.payload.length === 0 || (segment.flags & SYN) !== 0) {
    challenge(connection, nowNs);
    return;
  }
  receiver.duplicate(
    seq,
    before(seq, receiver.rcvNxt) ? (after(end, receiver.rcvNxt) ? receiver.rcvNxt : end) : seq,
  );
}

function challenge(connection: Connection, nowNs: number): void {
  if (nowNs - connection.lastChallengeNs < connection.personality.outOfWindowAckNs) return;
  connection.lastChallengeNs = nowNs;
  connection.receiver.acks.owed = true;
  connection.receiver.acks.due = true;
}

/** Our FIN is acknowledged. Answers whether the connection goes on. */
function finAcknowledged(connection: Connection, nowNs: number): boolean {
  switch (connection.state) {
    case "FIN_WAIT_1":
      connection.become("FIN_WAIT_2");
      if (connection.orphan) connection.timers.closeNs = nowNs + connection.personality.finWait2Ns;
      return true;
    case "CLOSING":
      connection.timeWait(nowNs);
      return true;
    case "LAST_ACK":
      connection.finish();
      return false;
    default:
      return true;
  }
}

/** Seventh and eighth: payload and FIN. */
function deliver(connection: Connection, segment: Segment, seq: number, nowNs: number): void {
  const { receiver, sender } = connection;
  const end = (seq + segmentLength(segment)) | 0;
  if (receiver.finished || (segment.flags & SYN) !== 0) {
    // Nothing can follow the peer's FIN: what comes is old and wants its ACK again.
    receiver.duplicate(seq, after(end, receiver.rcvNxt) ? seq : end);
    if (connection.state === "TIME_WAIT") connection.timeWait(nowNs);
    return;
  }
  const { afterReadShutdown } = connection.personality;
  const unwanted = afterReadShutdown !== "keeps" && connection.readShutdown && !connection.orphan;
  if (unwanted && afterReadShutdown === "resets" && segment.payload.length > 0) {
    abandon(connection);
    return;
  }
  const finishing = connection.state === "FIN_WAIT_1" || connection.state === "FIN_WAIT_2";
  if (connection.readShutdown && finishing && !unwanted && segment.payload.length > 0) {
    const dataEnd = (seq + segment.payload.length) | 0;
    if (after(dataEnd, receiver.rcvNxt)) {
      // Data that no program will ever read (RFC 9293 section 3.6.1): the peer should know, and so does who still holds the socket.
      connection.reply = resetFor(segment);
      connection.fail("ECONNRESET");
      return;
    }
  }
  const readable = receiver.receive(segment, sender.rtt.rtoNs, nowNs);
  if (!readable) return;
  if (unwanted) receiver.buffer.clear();
  connection.wake = true;
  if (!receiver.finished) return;
  switch (connection.state) {
    case "ESTABLISHED":
      receiver.acks.endHaste();
      connection.become("CLOSE_WAIT");
      break;
    case "FIN_WAIT_1":
      receiver.acks.due = true;
      connection.become("CLOSING");
      break;
    case "FIN_WAIT_2":
      receiver.acks.due = true;
      connection.timeWait(nowNs);
      break;
    default:
  }
}

/** Whether a SYN may take the place of a connection in TIME_WAIT (RFC 6191, RFC 9293 section 3.6.1). */
export function mayReplace(connection: Connection, syn: Segment, nowNs: number): boolean {
  if ((syn.flags & (SYN | ACK | RST | FIN)) !== SYN || connection.state !== "TIME_WAIT") return false;
  const { options, receiver } = connection;
  if (options.isOld(syn, nowNs)) return false;
  const newer = options.timestamps && syn.timestamps && after(syn.tsVal | 0, options.tsRecent);
  return newer || after(syn.seq | 0, receiver.rcvNxt);
}
