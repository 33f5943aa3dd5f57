// FreeBSD 14, by its man pages (tcp(4), ip(4), syncache(4)) and the names in its sources (sys/netinet, sys/kern).

import type { OptionName } from "../../socket/options.ts";
import type { Personality } from "./personality.ts";

const MS = 1e6;
const SECOND = 1e9;
/** kern.ipc.maxsockbuf; asking for more is ENOBUFS (sbreserve). */
const BUFFER_MAX = 2_097_152;
/** tcp(4), ip(4), ip6(4): what Linux has beyond them. TCP_CORK is TCP_NOPUSH there, IP_MTU_DISCOVER is IP_DONTFRAG. */
const LACKS: readonly OptionName[] = [
  "IP_MTU",
  "IP_MTU_DISCOVER",
  "IPV6_MTU",
  "IPV6_MTU_DISCOVER",
  "IP_RECVERR",
  "TCP_CORK",
  "TCP_QUICKACK",
  "TCP_SYNCNT",
  "TCP_USER_TIMEOUT",
];

export const BSD: Personality = {
  // net.inet.ip.ttl
  ttl: 64,
  tcp: {
    // net.inet.tcp.rexmit_initial, rexmit_min, rexmit_slop; TCPTV_REXMTMAX
    rtoInitialNs: SECOND,
    rtoMinNs: 30 * MS,
    rtoVarianceMinNs: MS,
    rtoSlopNs: 200 * MS,
    rtoMaxNs: 64 * SECOND,
    // tcp_syn_backoff: 1, 1, 1, 1, 1, 2, 4 ... s, cut off by net.inet.tcp.keepinit; syncache.rexmtlimit
    synRetries: 8,
    synLinearTimeouts: 4,
    synAckRetries: 3,
    connectTimeoutNs: 75 * SECOND,
    refusedRetries: 0,
    refusedRetryNs: 0,
    // TCP_MAXRXTSHIFT (net.inet.tcp.retries), whoever holds the socket
    dataRetries: 12,
    orphanRetries: 12,
    retriesMeanTime: false,
    // Tail loss probes are the RACK stack's, which has to be loaded.
    lossProbes: false,
    // net.inet.tcp.rfc1323, net.inet.tcp.ecn.enable
    timestamps: true,
    ecn: 2,
    fastOpen: 0,
    // TCPTV_DELACK: 40 ms (100 before FreeBSD 13.1); DELAY_ACK: one delayed segment at most
    delayedAckMinNs: 40 * MS,
    delayedAckMaxNs: 40 * MS,
    acksEverySecondSegment: true,
    // kern.hz
    tickNs: MS,
    coarseTimers: false,
    quickAcks: 0,
    // Nothing counts as interactive: the count ends at 255.
    pingpongThreshold: 256,
    // Twice net.inet.tcp.msl; finwait2_timeout
    timeWaitNs: 60 * SECOND,
    finWait2Ns: 60 * SECOND,
    // net.inet.tcp.initcwnd_segments
    initialWindowSegments: 10,
    // net.inet.tcp.recvspace, recvbuf_max, sendspace, sendbuf_max
    receiveBufferDefault: 65_536,
    receiveBufferMax: BUFFER_MAX,
    receiveBufferMin: 1,
    sendBufferDefault: 32_768,
    sendBufferMax: BUFFER_MAX,
    sendBufferMin: 1,
    socketBufferLimit: BUFFER_MAX,
    socketBufferErrno: "ENOBUFS",
    socketBufferShift: 0,
    sendTakesAll: false,
    // net.inet.tcp.keepidle, keepintvl, keepcnt
    keepIdleS: 7200,
    keepIntervalS: 75,
    keepCount: 8,
    keepAliveErrno: "ETIMEDOUT",
    // solisten_clone: over = qlen > 3 * qlimit / 2; kern.ipc.soacceptqueue; syncache.rst_on_sock_fail: a RST answers the last ACK
    backlogFactor: 1.5,
    backlogExtra: 1,
    backlogMax: 128,
    backlogOverflow: "resets handshakes",
    // tcp.ack_war_timewindow: challenge ACKs are counted by the second
    outOfWindowAckNs: 0,
    // net.inet.ip.portrange.first and last
    portFirst: 10_000,
    portLast: 65_535,
    // in_pcbbind
    bindRule: "bsd",
    // soreceive looks at the buffer, then at so_error, which it clears, then at SBS_CANTRCVMORE
    resetDiscardsUnread: false,
    errorStays: false,
    // sosend looks at SBS_CANTSENDMORE first: EPIPE
    sendTellsError: false,
    // tcp_do_segment: ECONNRESET in every synchronized state
    endHidesError: false,
    resetAfterFinErrno: "ECONNRESET",
    shutdownErrno: "EPIPE",
    // soshutdown(SHUT_RD): sorflush; what comes later is acknowledged and freed
    afterReadShutdown: "discards",
    // tcp_disconnect: sbflush and a FIN, whatever was unread; only data that comes later meets a RST
    closeResetsUnread: false,
    lacks: LACKS,
  },
  udp: {
    // net.inet.udp.recvspace, maxdgram (which is also the send buffer)
    receiveBufferDefault: 42_080,
    receiveBufferMin: 1,
    sendBufferDefault: 9216,
    sendBufferMin: 1,
    socketBufferLimit: BUFFER_MAX,
    socketBufferErrno: "ENOBUFS",
    socketBufferShift: 0,
    countsOverhead: false,
    // Nothing waits in it: udp_output hands every datagram to the interface at once.
    sendBufferQueues: false,
    // A datagram longer than the send buffer is EMSGSIZE (sosend_dgram).
    sendBufferLimitsDatagrams: true,
    payloadMax: Infinity,
    // udp_common_ctlinput: connected sockets only
    portUnreachable: "ECONNREFUSED",
    sendTellsErrors: true,
    unconnectedHearsErrors: false,
    truncationIsError: false,
    shutdownErrno: "EPIPE",
    portFirst: 10_000,
    portLast: 65_535,
    bindRule: "bsd",
    lacks: LACKS,
  },
};
