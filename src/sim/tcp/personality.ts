// What an operating system's TCP decides where RFCs leave it open: constants, and the places where programs can tell systems apart.
// The values, each with its source, are in src/sim/personality.

import type { Errno } from "../../socket/errno.ts";
import type { OptionName } from "../../socket/options.ts";
import type { EcnMode } from "./ecn.ts";
import type { FastOpenMode } from "./fast-open.ts";

/** Times in ns, sizes in bytes. */
export interface TcpPersonality {
  /** Retransmission timeout before any measurement (RFC 6298 2.1). */
  readonly rtoInitialNs: number;
  /** Least RTO. Persist and loss probe timers keep to it, too. */
  readonly rtoMinNs: number;
  /** Least value of the variance term: RTO = max(rtoMin, SRTT + max(this, 4 RTTVAR) + slop). */
  readonly rtoVarianceMinNs: number;
  readonly rtoSlopNs: number;
  readonly rtoMaxNs: number;
  /** SYN retransmissions that back off, after the linear ones. */
  readonly synRetries: number;
  /** SYN retransmissions at a constant interval before the back-off begins. */
  readonly synLinearTimeouts: number;
  readonly synAckRetries: number;
  /** How long an attempt to connect may last at most. */
  readonly connectTimeoutNs: number;
  /** SYNs sent after the first was answered with a RST, before connect fails, and how far apart. */
  readonly refusedRetries: number;
  readonly refusedRetryNs: number;
  /** Retransmissions of unacknowledged data before the connection is given up. */
  readonly dataRetries: number;
  /** The same once no program holds the socket. */
  readonly orphanRetries: number;
  /** Whether those are only a way to say how long: the sum of so many back-offs from the least RTO. */
  readonly retriesMeanTime: boolean;
  /** Whether tail loss probes are sent (RFC 8985 section 7). */
  readonly lossProbes: boolean;
  /** Whether SYNs offer timestamps and take them (RFC 7323). */
  readonly timestamps: boolean;
  /** net.ipv4.tcp_ecn's meaning, where the host does not say otherwise. */
  readonly ecn: EcnMode;
  /** net.ipv4.tcp_fastopen's meaning, likewise. */
  readonly fastOpen: FastOpenMode;
  /** Delay of a delayed ACK, and the most it adapts to. */
  readonly delayedAckMinNs: number;
  readonly delayedAckMaxNs: number;
  /** Every second segment is acknowledged at once, however short; else two full ones, or what a program has read. */
  readonly acksEverySecondSegment: boolean;
  /** Tick of the clock that timers go by; an ACK nothing has set a delay for yet leaves at the next. */
  readonly tickNs: number;
  /** Whether far-off timers fire at coarser steps than ticks, as those of Linux's timer wheel do. */
  readonly coarseTimers: boolean;
  /** ACKs sent at once when data begins to arrive. */
  readonly quickAcks: number;
  /** Replies after which a connection counts as interactive, so that ACKs wait for data to ride on. */
  readonly pingpongThreshold: number;
  readonly timeWaitNs: number;
  /** How long an abandoned connection waits for the peer's FIN. */
  readonly finWait2Ns: number;
  /** Segments (RFC 6928). */
  readonly initialWindowSegments: number;
  readonly receiveBufferDefault: number;
  readonly receiveBufferMax: number;
  readonly receiveBufferMin: number;
  readonly sendBufferDefault: number;
  readonly sendBufferMax: number;
  readonly sendBufferMin: number;
  /** Largest value SO_RCVBUF and SO_SNDBUF take; beyond it the answer is `socketBufferErrno`, or with null this value. */
  readonly socketBufferLimit: number;
  readonly socketBufferErrno: Errno | null;
  /** Doublings between what a program asks of a buffer and what the system counts: 1 where half of it is overhead. */
  readonly socketBufferShift: 0 | 1;
  /** Whether a send is taken whole, however long, as long as less than SO_SNDBUF waits. */
  readonly sendTakesAll: boolean;
  readonly keepIdleS: number;
  readonly keepIntervalS: number;
  readonly keepCount: number;
  /** What ends a connection whose peer answers no keepalive. */
  readonly keepAliveErrno: Errno;
  /** With a backlog of n, floor(n * factor) + extra connections may wait for accept. */
  readonly backlogFactor: number;
  readonly backlogExtra: number;
  readonly backlogMax: number;
  /** What becomes of a peer for which there is no room: its SYN is dropped, or its SYN is reset, or its last ACK of the handshake is. */
  readonly backlogOverflow: "drops SYNs" | "resets SYNs" | "resets handshakes";
  /** At most one ACK in this time answers segments that are out of place and carry no data. */
  readonly outOfWindowAckNs: number;
  readonly portFirst: number;
  readonly portLast: number;
  /** When two sockets may have one port (tcp/ports.ts). */
  readonly bindRule: BindRule;
  /** Whether a RST takes away what had arrived and was not read. */
  readonly resetDiscardsUnread: boolean;
  /** Whether the error that ended a connection is every later call's answer; else one call is told, and reads then find the end. */
  readonly errorStays: boolean;
  /** Whether a send is told of that error; else it finds only that it cannot send. */
  readonly sendTellsError: boolean;
  /** Whether a stream whose end has been received answers with the end though an error came after it. */
  readonly endHidesError: boolean;
  /** What a RST means to a connection whose peer had finished already. */
  readonly resetAfterFinErrno: Errno;
  /** A send after shutdown for writing. */
  readonly shutdownErrno: Errno;
  /** After shutdown for reading: what arrives can be read all the same, or is thrown away, or resets the connection. */
  readonly afterReadShutdown: "keeps" | "discards" | "resets";
  /** Whether close with unread data sends a RST (RFC 2525 section 2.17). */
  readonly closeResetsUnread: boolean;
  /** Options the system does not have. */
  readonly lacks: readonly OptionName[];
}

export type BindRule = "linux" | "windows" | "bsd";
