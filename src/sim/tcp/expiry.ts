// Timeouts (RFC 9293 section 3.10.8): retransmission, tail loss probe, persist, delayed ACK, keepalive, TIME_WAIT.

import { abort } from "./closing.ts";
import type { Connection } from "./connection.ts";
import { XMIT } from "./timers.ts";

/** net.ipv4.tcp_retries1 */
const RETRIES_BEFORE_DOUBT = 3;

/** Lets every timer fire whose time has come. */
export function expire(connection: Connection, nowNs: number): void {
  const { timers, receiver, sender } = connection;
  if (timers.closeNs <= nowNs && connection.lingering) {
    fired(connection, "linger");
    timers.closeNs = Infinity;
    connection.endLinger();
  }
  if (timers.closeNs <= nowNs) {
    fired(connection, connection.state === "TIME_WAIT" ? "time wait" : "fin wait 2");
    connection.finish();
    return;
  }
  if (timers.delayedAckNs <= nowNs) {
    fired(connection, "delayed ack");
    receiver.acks.expired(sender.rtt.rtoNs);
  }
  if (timers.pacingNs <= nowNs) {
    timers.pacingNs = Infinity;
    sender.paced();
  }
  if (timers.xmitNs <= nowNs) expireXmit(connection, nowNs);
  if (timers.keepAliveNs <= nowNs) keepAlive(connection, nowNs);
}

function fired(connection: Connection, timer: string): void {
  if (connection.recording) connection.fired = [...connection.fired, timer];
}

function expireXmit(connection: Connection, nowNs: number): void {
  const { timers, sender } = connection;
  const kind = timers.xmit;
  timers.clearXmit();
  if (connection.state === "SYN_SENT") synTimeout(connection, nowNs);
  else if (connection.state === "SYN_RCVD") synAckTimeout(connection, nowNs);
  else if (kind === XMIT.PERSIST) persist(connection, nowNs);
  else if (kind === XMIT.LOSS_PROBE) {
    fired(connection, "loss probe");
    sender.lossProbe();
  } else if (kind === XMIT.REORDERING) {
    fired(connection, "reordering");
    sender.reorderingOver(nowNs);
  } else retransmit(connection, nowNs);
}

/** The first few SYNs go out at a constant interval, then ever more rarely. */
function synTimeout(connection: Connection, nowNs: number): void {
  const { personality, settings, timers, sender } = connection;
  fired(connection, "rto");
  const retries = settings.synCount || personality.synRetries;
  const patienceNs =
    settings.userTimeoutMs > 0
      ? settings.userTimeoutMs * 1e6
      : sender.rtt.patienceNs(retries, personality.rtoInitialNs);
  const limitNs = connection.openedNs + Math.min(patienceNs, personality.connectTimeoutNs);
  const spent = connection.synTries >= retries + personality.synLinearTimeouts;
  if (connection.refused) {
    // A RST is no last word to every system: the same SYN again, as if nothing had been lost.
    connection.refused = false;
    connection.synDue = true;
    timers.setXmit(XMIT.RTO, nowNs, personality.rtoInitialNs);
    return;
  }
  if (spent || nowNs >= limitNs) {
    connection.fail(connection.softError ?? "ETIMEDOUT");
    return;
  }
  const doublings = Math.max(connection.synTries + 1 - personality.synLinearTimeouts, 0);
  connection.synTries++;
  sender.synRetransmits++;
  connection.synDue = true;
  const connectLeftNs = connection.openedNs + personality.connectTimeoutNs - nowNs;
  timers.setXmit(XMIT.RTO, nowNs, Math.min(sender.rtt.backedOff(doublings), connectLeftNs));
}

function synAckTimeout(connection: Connection, nowNs: number): void {
  const { personality, timers, sender } = connection;
  fired(connection, "rto");
  if (connection.synTries >= personality.synAckRetries) {
    if (connection.passive && !connection.early) connection.finish();
    else connection.fail(connection.softError ?? "ETIMEDOUT");
    return;
  }
  connection.synTries++;
  sender.synRetransmits++;
  connection.synDue = true;
  timers.setXmit(XMIT.RTO, nowNs, sender.rtt.backedOff(connection.synTries));
}

/** Whether unacknowledged data has been retransmitted often, or long, enough. `sinceNs`: when that began. */
function isGivenUp(connection: Connection, sinceNs: number, nowNs: number): boolean {
  const { personality, settings, sender, orphan } = connection;
  if (sender.retransmits === 0) return false;
  const retries = orphan ? personality.orphanRetries : personality.dataRetries;
  if (settings.userTimeoutMs > 0) return nowNs - sinceNs >= settings.userTimeoutMs * 1e6;
  if (!personality.retriesMeanTime) return sender.retransmits >= retries;
  return nowNs - sinceNs >= sender.rtt.patienceNs(retries, personality.rtoMinNs);
}

function retransmit(connection: Connection, nowNs: number): void {
  const { sender, timers, settings } = connection;
  if (sender.flight === 0) return;
  fired(connection, "rto");
  const sinceNs =
    sender.recovery.retransmitStampNs < 0 ? connection.lastReceivedNs : sender.recovery.retransmitStampNs;
  if (isGivenUp(connection, sinceNs, nowNs)) {
    connection.fail(connection.softError ?? "ETIMEDOUT");
    return;
  }
  if (connection.mtuProbing > 0 && sender.retransmits >= RETRIES_BEFORE_DOUBT) {
    connection.suspectBlackHole(nowNs);
  }
  sender.timedOut(nowNs);
  let waitNs = sender.rtt.rtoNs;
  if (settings.userTimeoutMs > 0) {
    const limitNs = (sender.recovery.retransmitStampNs < 0 ? nowNs : sinceNs) + settings.userTimeoutMs * 1e6;
    waitNs = Math.max(Math.min(waitNs, limitNs - nowNs), 1);
  }
  timers.setXmit(XMIT.RTO, nowNs, waitNs);
}

/** RFC 9293 section 3.8.6.1: a peer with a closed window is asked for ever, one that does not answer is given up. */
function persist(connection: Connection, nowNs: number): void {
  const { sender, personality, settings, orphan } = connection;
  if (!sender.stuck) return;
  fired(connection, "persist");
  const silentNs = nowNs - connection.lastReceivedNs;
  const most = orphan ? personality.orphanRetries : personality.dataRetries;
  const overdue = settings.userTimeoutMs > 0 && sender.probes > 0 && silentNs >= settings.userTimeoutMs * 1e6;
  if (sender.probes >= most || overdue) {
    connection.fail(connection.softError ?? "ETIMEDOUT");
    return;
  }
  sender.persist();
}

/** SO_KEEPALIVE (RFC 9293 section 3.8.4). */
function keepAlive(connection: Connection, nowNs: number): void {
  const { sender, settings, timers } = connection;
  const idleNs = settings.keepIdleS * 1e9;
  if (!connection.synchronized || connection.state === "TIME_WAIT") {
    timers.keepAliveNs = Infinity;
    return;
  }
  if (sender.flight > 0 || sender.unsent > 0) {
    timers.setKeepAlive(nowNs, idleNs);
    return;
  }
  const silentNs = nowNs - connection.lastReceivedNs;
  if (silentNs < idleNs) {
    timers.setKeepAlive(nowNs, idleNs - silentNs);
    return;
  }
  fired(connection, "keepalive");
  const spent =
    settings.userTimeoutMs > 0
      ? silentNs >= settings.userTimeoutMs * 1e6 && connection.keepProbes > 0
      : connection.keepProbes >= settings.keepCount;
  if (spent) {
    abort(connection);
    connection.error = connection.softError ?? connection.personality.keepAliveErrno;
    return;
  }
  connection.keepProbes++;
  connection.keepAliveDue = true;
  timers.setKeepAlive(nowNs, settings.keepIntervalS * 1e9);
}
