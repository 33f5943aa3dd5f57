// TCP_INFO, as Linux fills it.

import type { TcpInfo, TcpState } from "../../socket/options.ts";
import type { Connection } from "./connection.ts";

const NO_CONNECTION: Omit<TcpInfo, "state"> = {
  retransmits: 0,
  probes: 0,
  backoff: 0,
  sndWscale: 0,
  rcvWscale: 0,
  rtoUs: 1_000_000,
  atoUs: 0,
  sndMss: 536,
  rcvMss: 536,
  unacked: 0,
  sacked: 0,
  lost: 0,
  retrans: 0,
  rttUs: 0,
  rttvarUs: 250_000,
  sndSsthresh: 0x7fffffff,
  sndCwnd: 10,
  reordering: 3,
  rcvSpace: 0,
  totalRetrans: 0,
  bytesAcked: 0,
  bytesReceived: 0,
  segsOut: 0,
  segsIn: 0,
  delivered: 0,
};

/** `idle` is the state of a socket without a connection. */
export function infoOf(connection: Connection | null, idle: TcpState): TcpInfo {
  if (connection === null) return { ...NO_CONNECTION, state: idle };
  const { sender, receiver, options } = connection;
  const { rtt, board, window } = sender;
  return {
    ...NO_CONNECTION,
    state: connection.state,
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
    rttUs: Math.round(rtt.srttNs / 1000),
    rttvarUs: Math.round(rtt.rttvarNs / 1000),
    sndSsthresh: window.ssthresh,
    sndCwnd: window.cwnd,
    rcvSpace: receiver.readPerRoundTrip,
    totalRetrans: sender.synRetransmits + sender.resender.total,
    bytesAcked: sender.bytesAcked,
    bytesReceived: receiver.bytesReceived,
    segsOut: connection.segmentsOut,
    segsIn: connection.segmentsIn,
    delivered: board.delivered,
  };
}
