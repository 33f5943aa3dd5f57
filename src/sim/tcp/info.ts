// TCP_INFO, as Linux fills it.

import { TCPI_OPT } from "../../socket/options.ts";
import type { TcpInfo } from "../../socket/options.ts";
import { congestionControl } from "./congestion/congestion.ts";
import type { Connection } from "./connection.ts";
import type { Listener } from "./listener.ts";
import { TIMESTAMPS_LENGTH } from "./options.ts";

/** What is assumed of a peer that has not said a word. */
const RCV_MSS_LEAST = 88;
const CA_LOSS = 4;

/** The largest number of Linux's. */
const RATE_UNKNOWN = 2 ** 64;

const NO_CONNECTION: Omit<TcpInfo, "state"> = {
  caState: 0,
  retransmits: 0,
  probes: 0,
  backoff: 0,
  options: 0,
  sndWscale: 0,
  rcvWscale: 0,
  rtoUs: 1_000_000,
  atoUs: 0,
  sndMss: 536,
  rcvMss: 0,
  unacked: 0,
  sacked: 0,
  lost: 0,
  retrans: 0,
  pmtu: 0,
  rcvSsthresh: 0,
  rttUs: 0,
  rttvarUs: 250_000,
  sndSsthresh: 0x7fffffff,
  sndCwnd: 10,
  advMss: 0,
  reordering: 3,
  rcvSpace: 0,
  totalRetrans: 0,
  bytesAcked: 0,
  bytesReceived: 0,
  segsOut: 0,
  segsIn: 0,
  notsentBytes: 0,
  minRttUs: 0xffffffff,
  dataSegsIn: 0,
  dataSegsOut: 0,
  delivered: 0,
  deliveredCe: 0,
  bytesSent: 0,
  bytesRetrans: 0,
  sndWnd: 0,
  rcvWnd: 0,
  pacingRate: RATE_UNKNOWN,
  deliveryRate: 0,
  deliveryRateAppLimited: true,
};

function optionBits({ options, ecn, opened, early, fastOpened }: Connection): number {
  if (!opened && !early) return 0;
  return (
    (options.timestamps ? TCPI_OPT.TIMESTAMPS : 0) |
    (options.sackPermitted ? TCPI_OPT.SACK : 0) |
    (options.scaling ? TCPI_OPT.WSCALE : 0) |
    (ecn.ok ? TCPI_OPT.ECN : 0) |
    (ecn.seen ? TCPI_OPT.ECN_SEEN : 0) |
    (fastOpened ? TCPI_OPT.SYN_DATA : 0)
  );
}

/** Of a socket without a connection. */
export const UNCONNECTED: TcpInfo = { ...NO_CONNECTION, state: "CLOSED" };

/** Of a listener, which tells of its queue in place of segments, and of nothing else. */
export function listenerInfo({ waiting, backlog }: Listener): TcpInfo {
  const nothing = Object.fromEntries(Object.keys(NO_CONNECTION).map((key) => [key, 0])) as Omit<
    typeof NO_CONNECTION,
    "deliveryRateAppLimited"
  >;
  const { sndCwnd, reordering, pacingRate } = NO_CONNECTION;
  return {
    ...nothing,
    sndCwnd,
    reordering,
    pacingRate,
    deliveryRateAppLimited: false,
    state: "LISTEN",
    unacked: waiting,
    sacked: backlog,
  };
}

/** What differs before the peer's SYN has come: the SYN is a segment out, and lost when it has to go again. */
function opening({ sender, receiver, settings, synTries }: Connection): Partial<TcpInfo> {
  // Asked of one like ours, as an algorithm that is asked takes it for a loss.
  const sndSsthresh = congestionControl(settings.congestion, sender, 0).afterLoss(sender.window);
  const again = { caState: CA_LOSS, lost: 1, retrans: 1, sndSsthresh, sndCwnd: 1 };
  return {
    ...(synTries > 0 ? again : null),
    retransmits: synTries,
    rcvWscale: 0,
    sndMss: sender.mss - TIMESTAMPS_LENGTH,
    rcvMss: RCV_MSS_LEAST,
    unacked: 1,
    rcvSsthresh: receiver.rcvWnd,
    rttvarUs: NO_CONNECTION.rttvarUs,
  };
}

export function infoOf(connection: Connection): TcpInfo {
  const { sender, receiver, options } = connection;
  const { rtt, board, window } = sender;
  // SYN and FIN count as bytes.
  const synAcked = connection.opened && !connection.passive ? 1 : 0;
  const finAcked = sender.finSent && sender.sndUna === sender.sndNxt ? 1 : 0;
  return {
    ...NO_CONNECTION,
    state: connection.state,
    caState: sender.recovery.state,
    options: optionBits(connection),
    retransmits: sender.retransmits,
    probes: sender.probes,
    backoff: Math.max(rtt.backoff, sender.persistBackoff),
    sndWscale: options.peerScale,
    rcvWscale: receiver.windowScale,
    rtoUs: Math.round(rtt.rtoNs / 1000),
    atoUs: Math.round(receiver.acks.delayNs / 1000),
    sndMss: sender.mss,
    rcvMss: receiver.acks.rcvMss,
    unacked: board.sent.count,
    sacked: board.sackedOut,
    lost: board.lostOut,
    retrans: board.retransOut,
    reordering: board.reordering,
    pmtu: connection.pathMtu,
    rcvSsthresh: receiver.ssthresh,
    rttUs: Math.round(rtt.srttNs / 1000),
    rttvarUs: Math.round(rtt.rttvarNs / 1000),
    sndSsthresh: window.ssthresh,
    sndCwnd: window.cwnd,
    advMss: connection.opened || connection.early ? receiver.mss : connection.announcedMss,
    rcvSpace: receiver.readPerRoundTrip,
    totalRetrans: sender.synRetransmits + sender.resender.total,
    bytesAcked: sender.bytesAcked + synAcked + finAcked,
    bytesReceived: receiver.bytesReceived + (receiver.finished ? 1 : 0),
    segsOut: connection.segmentsOut,
    segsIn: connection.segmentsIn,
    notsentBytes: connection.synchronized ? Math.max(sender.unsent, 0) : 0,
    minRttUs: rtt.minNs === 0 ? NO_CONNECTION.minRttUs : Math.round(rtt.minNs / 1000),
    dataSegsIn: connection.dataSegmentsIn,
    dataSegsOut: connection.dataSegmentsOut,
    delivered: board.delivered,
    deliveredCe: sender.deliveredMarked,
    bytesSent: connection.bytesSent,
    bytesRetrans: sender.resender.bytes,
    sndWnd: sender.peer.sndWnd,
    rcvWnd: receiver.rcvWnd,
    pacingRate: Math.min(sender.pacer.rate, RATE_UNKNOWN),
    deliveryRate: board.rate.bytesPerS(sender.mss),
    deliveryRateAppLimited: board.rate.limited,
    ...(connection.state === "SYN_SENT" ? opening(connection) : null),
  };
}
