// How a program ends a connection, or one direction of it: CLOSE and ABORT of RFC 9293 sections 3.10.4 and 3.10.5, shutdown, SO_LINGER.

import type { Connection } from "./connection.ts";
import { wheelNs } from "./timers.ts";

/** Sends FIN behind what is queued. */
export function shutdownWrite(connection: Connection): void {
  if (connection.writeShutdown) return;
  const { state, sender } = connection;
  connection.writeShutdown = true;
  sender.more = false;
  if (state === "ESTABLISHED") connection.become("FIN_WAIT_1");
  else if (state === "CLOSE_WAIT") connection.become("LAST_ACK");
  else if (state !== "SYN_RCVD") return;
  sender.finQueued = true;
}

export function shutdownRead(connection: Connection): void {
  if (connection.readShutdown) return;
  connection.readShutdown = true;
  connection.wake = true;
  const { buffer } = connection.receiver;
  const { afterReadShutdown } = connection.personality;
  if (afterReadShutdown === "keeps" || buffer.length === 0) return;
  buffer.clear();
  if (afterReadShutdown === "resets") abandon(connection);
}

/** What nobody will read has come: the connection is aborted under its program. */
export function abandon(connection: Connection): void {
  abort(connection);
  connection.error = "ECONNABORTED";
}

/**
 * The program lets go. Unread data or SO_LINGER 0 make it a RST, as the peer's data or ours is lost; with a longer time it lingers
 * until the peer has acknowledged the FIN, and what then is over goes on without it.
 */
export function close(connection: Connection, nowNs: number): void {
  connection.orphan = true;
  if (connection.state === "CLOSED") return;
  const { receiver, personality } = connection;
  const { lingerS } = connection.settings;
  const unread = receiver.buffer.length > 0;
  receiver.buffer.clear();
  if (connection.state === "SYN_SENT") {
    connection.finish();
  } else if (
    connection.state !== "TIME_WAIT" &&
    ((unread && personality.closeResetsUnread) || lingerS === 0)
  ) {
    abort(connection);
  } else {
    connection.readShutdown = true;
    shutdownWrite(connection);
    if (connection.state === "FIN_WAIT_2") connection.timers.closeNs = nowNs + personality.finWait2Ns;
    if (lingerS > 0 && connection.closing) linger(connection, nowNs);
  }
}

function linger(connection: Connection, nowNs: number): void {
  const { personality, settings } = connection;
  connection.lingering = true;
  connection.orphan = false;
  connection.timers.closeNs = wheelNs(nowNs, settings.lingerS * 1e9, personality.tickNs);
}

/** ABORT: a RST to the peer if it knows of us. */
export function abort(connection: Connection): void {
  const { state } = connection;
  connection.resetDue =
    state === "SYN_RCVD" ||
    state === "ESTABLISHED" ||
    state === "FIN_WAIT_1" ||
    state === "FIN_WAIT_2" ||
    state === "CLOSE_WAIT";
  connection.finish();
}
