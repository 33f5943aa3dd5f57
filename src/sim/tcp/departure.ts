// The next segment a connection wants to send, one at a time until there is none.

import { TCP_FLAGS } from "../packet.ts";
import type { Segment } from "../packet.ts";
import type { Connection } from "./connection.ts";
import { ECN } from "./ecn.ts";
import { outgoing } from "./outgoing.ts";
import { NO_BYTES } from "./segments.ts";
import { synPayload } from "./fast-open.ts";
import { XMIT } from "./timers.ts";
import { urgentPointer } from "./urgent.ts";

const { ACK, CWR, ECE, FIN, PSH, RST, SYN, URG } = TCP_FLAGS;

/** The next segment to leave at `nowNs`, or null when all has been said. `connection.ecn.field` is for its IP header. */
export function dispatch(connection: Connection, nowNs: number): Segment | null {
  const { sender, receiver, ecn } = connection;
  ecn.field = ECN.NOT_CAPABLE;
  if (connection.reply !== null) {
    const reply = connection.reply;
    connection.reply = null;
    return reply;
  }
  if (connection.resetDue) {
    connection.resetDue = false;
    return build(connection, sender.sndNxt, RST | ACK, NO_BYTES, nowNs);
  }
  const state = connection.state;
  if (state === "CLOSED") return null;
  if (state === "SYN_SENT" || state === "SYN_RCVD") {
    if (connection.synDue) return buildSyn(connection, nowNs);
  }
  if (state === "SYN_SENT" || (state === "SYN_RCVD" && !connection.early)) {
    if (receiver.acks.due) return build(connection, sender.sndNxt, ACK, NO_BYTES, nowNs);
    return null;
  }
  if (state !== "TIME_WAIT" && !sender.idle && sender.next(nowNs, receiver.sack.optionLength)) {
    const length = outgoing.length;
    const seq = outgoing.seq;
    if (length > 0) receiver.acks.dataSent(nowNs);
    const payload = length > 0 ? sender.buffer.slice((seq - sender.sndUna) | 0, length) : NO_BYTES;
    let flags = ACK | (outgoing.flags & (FIN | PSH));
    // Retransmissions and bare ACKs are not capable of being marked (RFC 3168 sections 6.1.4 and 6.1.5).
    if (ecn.ok && length > 0 && outgoing.fresh) {
      ecn.field = ECN.CAPABLE_0;
      if (sender.recovery.cwrDue) flags |= CWR;
      sender.recovery.cwrDue = false;
    }
    return build(connection, seq, flags, payload, nowNs);
  }
  if (receiver.acks.due) return build(connection, sender.sndNxt, ACK, NO_BYTES, nowNs);
  if (connection.keepAliveDue) {
    connection.keepAliveDue = false;
    return build(connection, (sender.sndUna - 1) | 0, ACK, NO_BYTES, nowNs);
  }
  if (connection.timers.xmit === XMIT.NONE && state !== "TIME_WAIT" && sender.stuck) sender.armPersist(nowNs);
  return null;
}

function build(
  connection: Connection,
  seq: number,
  flags: number,
  payload: Uint8Array,
  nowNs: number,
): Segment {
  const { options, receiver, sender, ecn } = connection;
  const pointer = sender.urgent ? urgentPointer(sender, seq) : 0;
  if (pointer > 0) flags |= URG;
  const window = receiver.selectWindow() >>> receiver.windowScale;
  receiver.acks.ackSent();
  connection.segmentsOut++;
  if (payload.length > 0) {
    connection.dataSegmentsOut++;
    connection.bytesSent += payload.length;
  }
  return {
    kind: "tcp",
    sourcePort: connection.localPort,
    destinationPort: connection.remotePort,
    seq,
    ack: receiver.rcvNxt,
    flags: ecn.ok && ecn.echoes ? flags | ECE : flags,
    window,
    payload,
    sack: receiver.sack.empty ? null : receiver.sack.report(),
    timestamps: options.timestamps,
    tsVal: options.timestamps ? options.tsVal(nowNs) : 0,
    tsEcr: options.timestamps ? options.tsRecent : 0,
    urgentPointer: pointer,
    mss: 0,
    windowScale: -1,
    sackPermitted: false,
    fastOpen: null,
  };
}

/** SYN, or SYN and ACK once the peer's SYN has come: its window is never scaled. */
function buildSyn(connection: Connection, nowNs: number): Segment {
  const { options, receiver, sender, ecn } = connection;
  const answers = connection.state === "SYN_RCVD";
  const ecnFlags = answers ? ecn.synAckFlags : ecn.synFlags(connection.synTries > 0);
  const payload = answers ? NO_BYTES : synPayload(connection);
  // What is sent again asks for nothing, as it may have been lost for asking.
  const fastOpen = connection.synTries === 0 ? connection.synCookie : null;
  connection.synDue = false;
  connection.synSentNs = nowNs;
  // Linux's SYN queue answers in place of a connection, which counts from its own first segment on.
  if (!connection.passive) connection.segmentsOut++;
  if (payload.length > 0) {
    connection.dataSegmentsOut++;
    connection.bytesSent += payload.length;
  }
  receiver.acks.ackSent();
  return {
    kind: "tcp",
    sourcePort: connection.localPort,
    destinationPort: connection.remotePort,
    seq: sender.iss,
    ack: answers ? receiver.rcvNxt : 0,
    flags: ecnFlags | (answers ? SYN | ACK : SYN),
    window: Math.min(receiver.rcvWnd, 65_535),
    payload,
    sack: null,
    timestamps: options.timestamps,
    tsVal: options.timestamps ? options.tsVal(nowNs) : 0,
    tsEcr: options.timestamps && answers ? options.tsRecent : 0,
    urgentPointer: 0,
    mss: connection.announcedMss,
    windowScale: options.scaling ? receiver.windowScale : -1,
    sackPermitted: options.sackPermitted,
    fastOpen,
  };
}
