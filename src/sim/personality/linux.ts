// Linux 6: what its kernel was seen to do, and the defaults of its sysctls (Documentation/networking/ip-sysctl.rst).

import type { Personality } from "./personality.ts";

const MS = 1e6;
const SECOND = 1e9;
/** net.core.rmem_max and wmem_max, which are also the defaults of UDP. */
const BUFFER_MAX = 212_992;

export const LINUX: Personality = {
  // net.ipv4.ip_default_ttl
  ttl: 64,
  tcp: {
    // include/net/tcp.h: TCP_TIMEOUT_INIT, TCP_RTO_MIN, TCP_RTO_MAX. The variance term, not the whole, has the minimum.
    rtoInitialNs: SECOND,
    rtoMinNs: 200 * MS,
    rtoVarianceMinNs: 200 * MS,
    rtoSlopNs: 0,
    rtoMaxNs: 120 * SECOND,
    // tcp_syn_retries, tcp_syn_linear_timeouts, tcp_synack_retries
    synRetries: 6,
    synLinearTimeouts: 4,
    synAckRetries: 5,
    connectTimeoutNs: Infinity,
    // A RST is believed at once.
    refusedRetries: 0,
    refusedRetryNs: 0,
    // tcp_retries2, tcp_orphan_retries
    dataRetries: 15,
    orphanRetries: 8,
    retriesMeanTime: true,
    // tcp_early_retrans, tcp_timestamps, tcp_ecn
    lossProbes: true,
    timestamps: true,
    ecn: 2,
    fastOpen: 1,
    // TCP_DELACK_MIN and TCP_DELACK_MAX at HZ=250; the rest of include/net/tcp.h's delayed ACKs.
    delayedAckMinNs: 40 * MS,
    delayedAckMaxNs: 200 * MS,
    acksEverySecondSegment: false,
    tickNs: 4 * MS,
    coarseTimers: true,
    quickAcks: 16,
    pingpongThreshold: 1,
    // TCP_TIMEWAIT_LEN, tcp_fin_timeout
    timeWaitNs: 60 * SECOND,
    finWait2Ns: 60 * SECOND,
    // TCP_INIT_CWND (RFC 6928)
    initialWindowSegments: 10,
    // tcp_rmem and tcp_wmem
    receiveBufferDefault: 131_072,
    receiveBufferMax: 6_291_456,
    receiveBufferMin: 2304,
    sendBufferDefault: 16_384,
    // Twice tcp_wmem: a writer is woken when a third is free, and what remains must still fill 1 Gbit/s over 40 ms.
    sendBufferMax: 8_388_608,
    sendBufferMin: 4608,
    // socket(7): clamped, and doubled "to allow space for bookkeeping overhead"
    socketBufferLimit: BUFFER_MAX,
    socketBufferErrno: null,
    socketBufferShift: 1,
    sendTakesAll: false,
    // tcp_keepalive_time, _intvl, _probes; tcp(7): ETIMEDOUT
    keepIdleS: 7200,
    keepIntervalS: 75,
    keepCount: 9,
    keepAliveErrno: "ETIMEDOUT",
    // sk_acceptq_is_full compares with "greater than"; net.core.somaxconn
    backlogFactor: 1,
    backlogExtra: 1,
    backlogMax: 4096,
    // tcp_abort_on_overflow is off
    backlogOverflow: "drops SYNs",
    // tcp_invalid_ratelimit
    outOfWindowAckNs: 500 * MS,
    // ip_local_port_range
    portFirst: 32_768,
    portLast: 60_999,
    bindRule: "linux",
    // tcp_reset: sk_err, once; recv looks at the queue first. EPIPE in CLOSE_WAIT.
    resetDiscardsUnread: false,
    errorStays: false,
    sendTellsError: true,
    endHidesError: true,
    resetAfterFinErrno: "EPIPE",
    shutdownErrno: "EPIPE",
    // SHUT_RD only lets recv answer the end once the queue is empty
    afterReadShutdown: "keeps",
    // tcp_close: TCPABORTONCLOSE
    closeResetsUnread: true,
    lacks: [],
  },
  udp: {
    // net.core.rmem_default, wmem_default; SOCK_MIN_RCVBUF, SOCK_MIN_SNDBUF
    receiveBufferDefault: BUFFER_MAX,
    receiveBufferMin: 2304,
    sendBufferDefault: BUFFER_MAX,
    sendBufferMin: 4608,
    socketBufferLimit: BUFFER_MAX,
    socketBufferErrno: null,
    socketBufferShift: 1,
    countsOverhead: true,
    sendBufferQueues: true,
    sendBufferLimitsDatagrams: false,
    payloadMax: Infinity,
    // udp(7): errors reach connected sockets, or those with IP_RECVERR
    portUnreachable: "ECONNREFUSED",
    sendTellsErrors: true,
    unconnectedHearsErrors: false,
    truncationIsError: false,
    shutdownErrno: "EPIPE",
    portFirst: 32_768,
    portLast: 60_999,
    bindRule: "linux",
    lacks: [],
  },
};
