// What an acknowledgement changes for the sender: what it no longer has to keep, what it knows of the path, of losses and of the peer's
// window (RFC 9293 section 3.10.7.4, fifth check).

import type { Segment } from "../packet.ts";
import { news } from "./ack-news.ts";
import { sample } from "./delivery-rate.ts";
import { RECOVERY } from "./recovery.ts";
import type { Sender } from "./sender.ts";
import { after } from "./seq.ts";

const { FAST, OPEN } = RECOVERY;

/** As timestamps tell the time. */
function wholeMs(ns: number): number {
  return Math.floor(ns / 1e6) * 1e6;
}

/** What the ACK being taken said: read at once, so one does for all connections. */
const said = {
  advanced: false,
  prior: 0,
  duplicate: false,
  original: false,
  canSendNew: false,
  congested: false,
};

/**
 * Takes the acknowledgement and the window of a segment that was found acceptable; `ack` is not beyond SND.NXT.
 * `rttFromEchoNs` is what its timestamp measured, or -1; `echoedNs` when the segment it echoes was sent, at least, or
 * Infinity. Answers whether something new was acknowledged.
 */
export function acknowledge(
  sender: Sender,
  segment: Segment,
  ack: number,
  hasLength: boolean,
  rttFromEchoNs: number,
  echoedNs: number,
  nowNs: number,
): boolean {
  const acked = (ack - sender.sndUna) | 0;
  const congested = sender.congestionEchoed;
  sender.congestionEchoed = false;
  if (acked < 0) return false;
  const { board, recovery } = sender;
  const window = segment.window << sender.peer.scale;
  const seq = segment.seq | 0;
  const told = board.sackPermitted ? segment.sack : null;
  const wasOut = board.sent.count > 0;
  const sackedOut = board.sackedOut;
  const priorWnd = sender.peer.sndWnd;
  if (acked === 0) {
    sender.peer.offer(window, seq);
    opened(sender, priorWnd);
    if (!wasOut && told === null) return false;
  }
  const prior = sender.sndUna;
  const { delivered, lost } = board;
  recovery.rack.begin(nowNs);
  board.begin(told !== null);
  if (told !== null) board.sack(told, ack, prior, sender.sndNxt, recovery.highSeq, recovery.rack);
  if (acked > 0) advance(sender, ack, acked);
  else if (news.sackedNew) board.noteReordering(sender.mss);
  measure(sender, acked > 0, rttFromEchoNs, nowNs);
  if (acked > 0) offered(sender, window, seq);
  const informs = hasLength || acked > 0 || sender.peer.sndWnd !== priorWnd;
  const duplicate = !informs && !news.duplicateSeen && wasOut;
  answerProbe(sender, ack, !informs && !news.sackedNew);
  const plain = !news.sackedNew && !news.duplicateSeen && !congested;
  sample.delayed = plain && acked < sender.mss && news.ackedSegments === 1 && sackedOut === 0;
  const orderly = recovery.state === OPEN && !congested;
  if (news.sackedNew || news.duplicateSeen || !orderly || !informs) {
    said.advanced = acked > 0;
    said.prior = prior;
    said.duplicate = duplicate;
    said.original = recovery.retransmitStampNs >= 0 && echoedNs < wholeMs(recovery.retransmitStampNs);
    said.canSendNew = sender.unsent > 0 && sender.peer.sndWnd > sender.flight;
    said.congested = congested;
    const { state } = recovery;
    recovery.acknowledged(said, sender.sndUna, sender.sndNxt, nowNs);
    if (recovery.probeFailed) {
      recovery.probeFailed = false;
      sender.resendTooLong();
    }
    if (recovery.state >= FAST && state < FAST) sender.probe.cancel();
  }
  const { reneged } = recovery;
  sender.timers.acknowledged(acked > 0, nowNs);
  const arrived = board.delivered - delivered;
  if (congested) sender.deliveredMarked += arrived;
  const minRttUs = Math.floor(sender.rtt.minNs / 1000);
  board.rate.finish(arrived, board.lost - lost, board.delivered, minRttUs, reneged, nowNs);
  if (sender.congestion.ownsWindow) {
    if (wasOut) sender.congestion.onSample(sample, nowNs);
  } else if (recovery.reducing) recovery.reduce(arrived, board.lost - lost, acked > 0);
  else if (acked > 0 || (board.reordering > 3 && arrived > 0)) {
    sender.congestion.onAck(sender.window, arrived, nowNs);
  }
  follow(sender);
  return acked > 0;
}

/** The rate of pacing goes by the window. */
export function follow(sender: Sender): void {
  if (sender.congestion.ownsWindow) return;
  sender.pacer.follow(sender.window, sender.board.sent.count, sender.mss, sender.rtt.srttNs);
}

function advance(sender: Sender, ack: number, acked: number): void {
  const { board, buffer } = sender;
  sender.sndUna = ack;
  if (sender.urgent && !after(sender.sndUp, ack)) sender.urgent = false;
  const bytes = acked < buffer.length ? acked : buffer.length;
  buffer.discard(bytes);
  sender.bytesAcked += bytes;
  board.acknowledge(ack, sender.recovery.highSeq, sender.mss, sender.recovery.rack);
  sender.resender.acknowledged(ack);
  const { search } = sender.recovery;
  if (search !== null && search.arrived(ack)) {
    sender.window.cwnd = search.succeed(sender.window.cwnd, sender.mss);
    sender.window.count = 0;
    sender.window.ssthresh = sender.window.cautious;
    sender.syncMss(sender.ceiling);
  }
  sender.retransmits = 0;
  sender.probes = 0;
}

/** The round trip of what was sent once: of what is acknowledged in order, else of what is reported, else by timestamps. */
function measure(sender: Sender, advanced: boolean, rttFromEchoNs: number, nowNs: number): void {
  const { rtt } = sender;
  let leastNs = -1;
  const inOrder = news.ackedFirstNs >= 0 && !news.ackedRetransmitted;
  if (inOrder) leastNs = nowNs - news.ackedLastNs;
  if (news.firstSentNs >= 0) leastNs = nowNs - news.lastSentNs;
  if (inOrder) rtt.measured(nowNs - news.ackedFirstNs, leastNs);
  else if (news.firstSentNs >= 0) rtt.measured(nowNs - news.firstSentNs, leastNs);
  else if (advanced && rttFromEchoNs >= 0) rtt.measured(rttFromEchoNs, -1);
  if (leastNs >= 0) {
    sample.rttUs = Math.floor(leastNs / 1000);
    sender.congestion.onRoundTrip(sender.window, leastNs, sender.sndUna, sender.sndNxt, nowNs);
  }
}

function answerProbe(sender: Sender, ack: number, duplicate: boolean): void {
  const probed = news.duplicateSeen && sender.probe.explains(news.duplicateEnd);
  if (news.duplicateSeen && !probed) sender.recovery.rack.duplicateSeen();
  if (!sender.probe.pending) return;
  if (sender.probe.repaired(ack, probed, duplicate) && sender.recovery.state < FAST)
    sender.recovery.probeRepaired(sender.sndNxt);
}

/** The window of a segment, in bytes, and the number it came with. */
export function offered(sender: Sender, window: number, seq: number): void {
  const prior = sender.peer.sndWnd;
  sender.peer.set(window, seq);
  opened(sender, prior);
}

/** A window that opens needs no more asking. */
function opened(sender: Sender, prior: number): void {
  const { sndWnd } = sender.peer;
  if (sndWnd !== prior && sndWnd > 0 && sender.timers.endPersist()) sender.persistBackoff = 0;
}
