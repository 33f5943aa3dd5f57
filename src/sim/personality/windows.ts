// Windows (Server 2019, Windows 10 and later), as Microsoft documents it. Registry names are those of
// HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters; "template" is what Get-NetTCPSetting -SettingName Internet shows.

import type { OptionName } from "../../socket/options.ts";
import type { Personality } from "./personality.ts";

const MS = 1e6;
const SECOND = 1e9;
/** SO_RCVBUF and SO_SNDBUF of a new socket (Winsock's DefaultReceiveWindow and DefaultSendWindow). */
const BUFFER_DEFAULT = 65_536;
/** An int: nothing is clamped. */
const BUFFER_MAX = 0x7fff_ffff;
/** Winsock reference: SOL_SOCKET, IPPROTO_IP and IPPROTO_TCP options; those below are Linux's, or BSD's. */
const LACKS: readonly OptionName[] = [
  "SO_MAX_PACING_RATE",
  "SO_REUSEPORT",
  "IP_RECVERR",
  "TCP_CONGESTION",
  "TCP_CORK",
  "TCP_MAXSEG",
  "TCP_QUICKACK",
  "TCP_SYNCNT",
  "TCP_USER_TIMEOUT",
];

export const WINDOWS: Personality = {
  // DefaultTTL
  ttl: 128,
  tcp: {
    // Template: InitialRto 1000, MinRto 300. The rest is RFC 6298's formula.
    rtoInitialNs: SECOND,
    rtoMinNs: 300 * MS,
    rtoVarianceMinNs: MS,
    rtoSlopNs: 0,
    rtoMaxNs: 60 * SECOND,
    // Template: MaxSynRetransmissions 4; TcpMaxConnectResponseRetransmissions 2
    synRetries: 4,
    synLinearTimeouts: 0,
    synAckRetries: 2,
    connectTimeoutNs: Infinity,
    // KB 175523: a RST to a SYN is no last word; SYNs go on at a constant interval, three in all, half a second apart.
    refusedRetries: 2,
    refusedRetryNs: 500 * MS,
    // TcpMaxDataRetransmissions 5
    dataRetries: 5,
    orphanRetries: 5,
    retriesMeanTime: false,
    // "Algorithmic improvements boost TCP performance" (Windows networking blog): RACK and TLP are on.
    lossProbes: true,
    // Template: Timestamps disabled, EcnCapability disabled
    timestamps: false,
    ecn: 0,
    fastOpen: 0,
    // Template: DelayedAckTimeout 40, DelayedAckFrequency 2 (the registry's TcpDelAckTicks meant 200 ms before templates)
    delayedAckMinNs: 40 * MS,
    delayedAckMaxNs: 40 * MS,
    acksEverySecondSegment: true,
    // No tick is documented.
    tickNs: MS,
    coarseTimers: false,
    quickAcks: 0,
    // Nothing counts as interactive: the count ends at 255.
    pingpongThreshold: 256,
    // TcpTimedWaitDelay: 0x78 s since Windows Server 2003 (0xF0 in Windows 2000); TcpFinWait2Delay: 0x78 s
    timeWaitNs: 120 * SECOND,
    finWait2Ns: 120 * SECOND,
    // Template: InitialCongestionWindow 10
    initialWindowSegments: 10,
    receiveBufferDefault: BUFFER_DEFAULT,
    // Receive window auto-tuning, level normal: up to 16 MB
    receiveBufferMax: 16_777_216,
    receiveBufferMin: 1,
    sendBufferDefault: BUFFER_DEFAULT,
    // Send buffer follows the ideal send backlog (SIO_IDEAL_SEND_BACKLOG_QUERY)
    sendBufferMax: 16_777_216,
    sendBufferMin: 1,
    socketBufferLimit: BUFFER_MAX,
    socketBufferErrno: null,
    socketBufferShift: 0,
    // KB 214397: a send completes at once while less than SO_SNDBUF is buffered, whatever its own length
    sendTakesAll: true,
    // SO_KEEPALIVE: two hours, one second, ten probes; recv: WSAENETRESET
    keepIdleS: 7200,
    keepIntervalS: 1,
    keepCount: 10,
    keepAliveErrno: "ENETRESET",
    // listen: the backlog is what waits; KB 113576: 200 at most, and a SYN too many is reset
    backlogFactor: 1,
    backlogExtra: 0,
    backlogMax: 200,
    backlogOverflow: "resets SYNs",
    // RFC 5961's challenge ACKs are not limited further.
    outOfWindowAckNs: 0,
    // Template: DynamicPortRangeStartPort 49152, 16384 of them (KB 929851)
    portFirst: 49_152,
    portLast: 65_535,
    // "Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE"
    bindRule: "windows",
    // recv, send: WSAECONNRESET, "the application should close the socket as it is no longer usable"
    resetDiscardsUnread: true,
    errorStays: true,
    sendTellsError: true,
    endHidesError: false,
    resetAfterFinErrno: "ECONNRESET",
    // send: WSAESHUTDOWN
    shutdownErrno: "ESHUTDOWN",
    // shutdown, SD_RECEIVE: "if there is still data queued, or data arrives subsequently, the connection is reset"
    afterReadShutdown: "resets",
    // RFC 2525 section 2.17 done as it asks
    closeResetsUnread: true,
    lacks: LACKS,
  },
  udp: {
    receiveBufferDefault: BUFFER_DEFAULT,
    receiveBufferMin: 1,
    sendBufferDefault: BUFFER_DEFAULT,
    sendBufferMin: 1,
    socketBufferLimit: BUFFER_MAX,
    socketBufferErrno: null,
    socketBufferShift: 0,
    countsOverhead: false,
    // SO_MAX_MSG_SIZE: 65,507
    sendBufferQueues: true,
    sendBufferLimitsDatagrams: false,
    payloadMax: 65_507,
    // recvfrom: WSAECONNRESET after a port unreachable, connected or not; SIO_UDP_CONNRESET turns it off (KB 263823)
    portUnreachable: "ECONNRESET",
    sendTellsErrors: false,
    unconnectedHearsErrors: true,
    // recvfrom: WSAEMSGSIZE, "the buffer is filled with the first part of the message ... the excess data is lost"
    truncationIsError: true,
    shutdownErrno: "ESHUTDOWN",
    portFirst: 49_152,
    portLast: 65_535,
    bindRule: "windows",
    lacks: LACKS,
  },
};
