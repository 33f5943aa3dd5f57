// Socket options by their BSD and Linux names, and what TCP_INFO tells.

/**
 * Values: booleans for switches, numbers for counts, bytes and times in the unit of the man page
 * (TCP_KEEPIDLE and TCP_KEEPINTVL in seconds, TCP_USER_TIMEOUT in ms), `SO_LINGER` the seconds or -1 for off, `SO_MAX_PACING_RATE`
 * bytes a second or -1 for no limit.
 */
export type OptionValue = number | boolean | string;

export const OPTIONS = {
  SO_BROADCAST: "boolean",
  SO_ERROR: "string",
  SO_KEEPALIVE: "boolean",
  SO_LINGER: "number",
  SO_MAX_PACING_RATE: "number",
  SO_OOBINLINE: "boolean",
  SO_RCVBUF: "number",
  SO_REUSEADDR: "boolean",
  SO_REUSEPORT: "boolean",
  SO_SNDBUF: "number",
  IP_MTU: "number",
  IP_MTU_DISCOVER: "number",
  IP_RECVERR: "boolean",
  IP_TTL: "number",
  IPV6_MTU: "number",
  IPV6_MTU_DISCOVER: "number",
  IPV6_V6ONLY: "boolean",
  TCP_CONGESTION: "string",
  TCP_CORK: "boolean",
  TCP_FASTOPEN: "number",
  TCP_FASTOPEN_CONNECT: "boolean",
  TCP_KEEPCNT: "number",
  TCP_KEEPIDLE: "number",
  TCP_KEEPINTVL: "number",
  TCP_MAXSEG: "number",
  TCP_NODELAY: "boolean",
  TCP_QUICKACK: "boolean",
  TCP_SYNCNT: "number",
  TCP_USER_TIMEOUT: "number",
} as const;

export type OptionName = keyof typeof OPTIONS;

/**
 * Values of IP_MTU_DISCOVER and IPV6_MTU_DISCOVER (ip(7)): never set DF; set it, and cut what the path is known not to carry; set it, and
 * refuse that with EMSGSIZE; set it whatever is known of the path; go by the interface alone, without believing ICMP, and cut or not.
 */
export const PMTUDISC = { DONT: 0, WANT: 1, DO: 2, PROBE: 3, INTERFACE: 4, OMIT: 5 } as const;

export type PmtuDiscovery = (typeof PMTUDISC)[keyof typeof PMTUDISC];

/** Whether setsockopt(2) can be handed `value`: a C int. */
export function isInt(value: number): boolean {
  return value === (value | 0);
}

export type TcpState =
  | "CLOSED"
  | "LISTEN"
  | "SYN_SENT"
  | "SYN_RCVD"
  | "ESTABLISHED"
  | "FIN_WAIT_1"
  | "FIN_WAIT_2"
  | "CLOSE_WAIT"
  | "CLOSING"
  | "LAST_ACK"
  | "TIME_WAIT";

/** Bits of `TcpInfo.options`, as Linux numbers TCPI_OPT_*. */
export const TCPI_OPT = {
  TIMESTAMPS: 1,
  SACK: 2,
  WSCALE: 4,
  /** Both ends agreed on ECN. */
  ECN: 8,
  /** A packet capable of being marked has come. */
  ECN_SEEN: 16,
  /** Data in our SYN was acknowledged with it (TCP fast open). */
  SYN_DATA: 32,
} as const;

/** What Linux's TCP_INFO gives, by its field names in camel case; times in microseconds, windows in bytes or segments as there. */
export interface TcpInfo {
  readonly state: TcpState;
  /** 0 Open, 1 Disorder, 2 CWR, 3 Recovery, 4 Loss. */
  readonly caState: number;
  readonly retransmits: number;
  readonly probes: number;
  readonly backoff: number;
  /** Bits of TCPI_OPT. */
  readonly options: number;
  readonly sndWscale: number;
  readonly rcvWscale: number;
  readonly rtoUs: number;
  readonly atoUs: number;
  readonly sndMss: number;
  readonly rcvMss: number;
  readonly unacked: number;
  readonly sacked: number;
  readonly lost: number;
  readonly retrans: number;
  /** Path MTU in bytes. */
  readonly pmtu: number;
  readonly rcvSsthresh: number;
  readonly rttUs: number;
  readonly rttvarUs: number;
  readonly sndSsthresh: number;
  readonly sndCwnd: number;
  readonly advMss: number;
  readonly reordering: number;
  readonly rcvSpace: number;
  readonly totalRetrans: number;
  readonly bytesAcked: number;
  readonly bytesReceived: number;
  readonly segsOut: number;
  readonly segsIn: number;
  /** Bytes that wait to be sent for the first time. */
  readonly notsentBytes: number;
  /** 4,294,967,295 before anything was measured. */
  readonly minRttUs: number;
  readonly dataSegsIn: number;
  readonly dataSegsOut: number;
  readonly delivered: number;
  /** Segments delivered by ACKs that told of a mark (ECE). */
  readonly deliveredCe: number;
  /** Payload bytes sent, those sent again included, and those sent again alone. */
  readonly bytesSent: number;
  readonly bytesRetrans: number;
  readonly sndWnd: number;
  readonly rcvWnd: number;
  /** Bytes a second: what leaves is spread to, where it is paced at all; about 2^64 before anything was measured. */
  readonly pacingRate: number;
  /** Bytes a second that arrived lately, and whether the program rather than the network kept it down. */
  readonly deliveryRate: number;
  readonly deliveryRateAppLimited: boolean;
}
