// The constants of an operating system's TCP: what RFCs leave open, and the few places programs can tell systems apart.

/** Times in ns, sizes in bytes. */
export interface TcpPersonality {
  readonly name: "linux";
  /** Retransmission timeout before any measurement (RFC 6298 2.1). */
  readonly rtoInitialNs: number;
  /** Least value of the variance term of the RTO: RTO = SRTT + max(this, 4 RTTVAR). */
  readonly rtoMinNs: number;
  readonly rtoMaxNs: number;
  /** SYN retransmissions that back off, after the linear ones. */
  readonly synRetries: number;
  /** SYN retransmissions at a constant interval before the back-off begins. */
  readonly synLinearTimeouts: number;
  readonly synAckRetries: number;
  /** Back-offs whose sum is how long unacknowledged data is retransmitted. */
  readonly dataRetries: number;
  /** The same once no program holds the socket. */
  readonly orphanRetries: number;
  /** Delay of a delayed ACK, and the most it adapts to. */
  readonly delayedAckMinNs: number;
  readonly delayedAckMaxNs: number;
  /** Clock tick: the delay of an ACK nothing has set a delay for yet. */
  readonly tickNs: number;
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
  /** Largest value SO_RCVBUF and SO_SNDBUF take before they are doubled. */
  readonly socketBufferLimit: number;
  readonly keepIdleS: number;
  readonly keepIntervalS: number;
  readonly keepCount: number;
  /** Connections that may wait for accept beyond the backlog asked for. */
  readonly backlogExtra: number;
  readonly backlogMax: number;
  /** At most one ACK in this time answers segments that are out of place and carry no data. */
  readonly outOfWindowAckNs: number;
  readonly portFirst: number;
  readonly portLast: number;
}

const MS = 1e6;
const SECOND = 1e9;

/** Linux 6: observed, and the defaults of its sysctls. */
export const LINUX: TcpPersonality = {
  name: "linux",
  rtoInitialNs: SECOND,
  rtoMinNs: 200 * MS,
  rtoMaxNs: 120 * SECOND,
  synRetries: 6,
  synLinearTimeouts: 4,
  synAckRetries: 5,
  dataRetries: 15,
  orphanRetries: 8,
  delayedAckMinNs: 40 * MS,
  delayedAckMaxNs: 200 * MS,
  tickNs: 4 * MS,
  quickAcks: 16,
  pingpongThreshold: 1,
  timeWaitNs: 60 * SECOND,
  finWait2Ns: 60 * SECOND,
  initialWindowSegments: 10,
  receiveBufferDefault: 131_072,
  receiveBufferMax: 6_291_456,
  receiveBufferMin: 2304,
  sendBufferDefault: 16_384,
  // Twice tcp_wmem: a writer is woken when a third is free, and what remains must still fill 1 Gbit/s over 40 ms.
  sendBufferMax: 8_388_608,
  sendBufferMin: 4608,
  socketBufferLimit: 212_992,
  keepIdleS: 7200,
  keepIntervalS: 75,
  keepCount: 9,
  backlogExtra: 1,
  backlogMax: 4096,
  outOfWindowAckNs: 500 * MS,
  portFirst: 32_768,
  portLast: 60_999,
};
