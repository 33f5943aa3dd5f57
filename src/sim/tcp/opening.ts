// How a connection comes to be: OPEN of RFC 9293 section 3.10.1, passive opens by a SYN, and the moment at which data may flow.

import type { Segment } from "../packet.ts";
import { MSS_MOST } from "./connection.ts";
import type { Connection } from "./connection.ts";
import { mostInSyn } from "./fast-open.ts";
import { MtuSearch } from "./mtu-search.ts";
import { TIMESTAMPS_LENGTH } from "./options.ts";
import { XMIT } from "./timers.ts";

/** Active open. `inherits`: the addresses and ports were in TIME_WAIT here, and its timestamps go on. */
export function open(connection: Connection, nowNs: number, inherits: boolean): void {
  const { receiver } = connection;
  const unit = connection.announcedMss - (inherits ? TIMESTAMPS_LENGTH : 0);
  receiver.rcvWnd = receiver.initialWindow(unit);
  if (!connection.deferred) sendSyn(connection, nowNs);
  connection.become("SYN_SENT");
}

/** Puts as many of `bytes` into the SYN as fit, which is about to leave. Answers how many. */
export function sendWithSyn(connection: Connection, bytes: Uint8Array): number {
  const count = Math.min(bytes.length, mostInSyn(connection.announcedMss));
  connection.sender.buffer.append(bytes, 0, count);
  connection.synData = count;
  return count;
}

/** The SYN that waited for data leaves. */
export function release(connection: Connection, nowNs: number): void {
  connection.deferred = false;
  sendSyn(connection, nowNs);
}

/** Passive open: a listener received `syn`. */
export function openPassive(connection: Connection, syn: Segment, nowNs: number): void {
  const { options, receiver } = connection;
  connection.passive = true;
  options.negotiate(syn, nowNs);
  connection.ecn.asked(syn.flags);
  const unit = connection.announcedMss - (options.timestamps ? TIMESTAMPS_LENGTH : 0);
  receiver.start(syn.seq | 0, receiver.initialWindow(unit), unit);
  connection.sender.peer.sndWnd = syn.window;
  sendSyn(connection, nowNs);
  connection.lastReceivedNs = nowNs;
  connection.segmentsIn++;
  connection.become("SYN_RCVD");
}

/** Passive open with data in the SYN, for which it has shown a cookie: programs have the connection from now on. */
export function openEarly(connection: Connection, syn: Segment, nowNs: number): void {
  openPassive(connection, syn, nowNs);
  connection.early = true;
  connection.fastOpened = syn.payload.length > 0;
  startSender(connection, syn.window, syn.seq | 0, nowNs);
  connection.receiver.takeEarly(syn.payload);
  if (syn.payload.length > 0) connection.dataSegmentsIn++;
}

function sendSyn(connection: Connection, nowNs: number): void {
  const { sender, timers, personality } = connection;
  connection.synDue = true;
  connection.openedNs = nowNs;
  sender.sndNxt = (sender.iss + 1 + connection.synData) | 0;
  timers.setXmit(XMIT.RTO, nowNs, personality.rtoInitialNs);
}

/** The SYN is acknowledged and the peer's SYN has come: data may flow. `window` is the acknowledging segment's, in bytes. */
export function establish(connection: Connection, window: number, seq: number, nowNs: number): void {
  const { sender, receiver, options, synSentNs } = connection;
  // RFC 6298 section 5.7 and RFC 5681 section 3.1: a lost SYN makes cautious.
  if (connection.synTries === 0) sender.rtt.measured(nowNs - synSentNs, nowNs - synSentNs);
  if (connection.early) sender.handshakeOver(window, seq);
  else startSender(connection, window, seq, nowNs);
  receiver.sackPermitted = options.sackPermitted;
  if (!options.scaling) receiver.windowScale = 0;
  receiver.acks.start(sender.mss, receiver.rcvWnd);
  connection.timers.clearXmit();
  connection.early = false;
  connection.opened = true;
  connection.become(sender.finQueued ? "FIN_WAIT_1" : "ESTABLISHED");
  connection.keepAliveFrom(nowNs);
}

function startSender(connection: Connection, window: number, seq: number, nowNs: number): void {
  const { sender, options, personality, mtuProbing } = connection;
  const { maxSeg, maxPacingRate } = connection.settings;
  const optionBytes = options.timestamps ? TIMESTAMPS_LENGTH : 0;
  const agreed = Math.min(options.peerMss, maxSeg > 0 ? maxSeg : MSS_MOST);
  connection.agreedMss = Math.max(agreed - optionBytes, 1);
  if (mtuProbing > 0) {
    const headers = connection.headerBytes + optionBytes;
    sender.recovery.search = new MtuSearch(connection.agreedMss, headers, mtuProbing === 2, nowNs);
  }
  sender.sndUna = (sender.iss + 1) | 0;
  sender.establish(
    {
      mss: Math.max(Math.min(options.peerMss, connection.announcedMss) - optionBytes, 1),
      windowScale: options.peerScale,
      sackPermitted: options.sackPermitted,
      initialWindow: connection.synTries > 1 ? 1 : personality.initialWindowSegments,
    },
    window,
    seq,
    nowNs,
  );
  if (maxPacingRate !== -1) sender.pacer.limit(maxPacingRate);
}
