// Socket options by their BSD and Linux names, and what TCP_INFO tells.

/**
 * Values: booleans for switches, numbers for counts, bytes and times in the unit of the man page
 * (TCP_KEEPIDLE and TCP_KEEPINTVL in seconds, TCP_USER_TIMEOUT in ms), `SO_LINGER` the seconds or -1 for off.
 */
export type OptionValue = number | boolean | string;

export const OPTIONS = {
  SO_BROADCAST: "boolean",
  SO_ERROR: "string",
  SO_KEEPALIVE: "boolean",
  SO_LINGER: "number",
  SO_RCVBUF: "number",
  SO_REUSEADDR: "boolean",
  SO_REUSEPORT: "boolean",
  SO_SNDBUF: "number",
  IP_RECVERR: "boolean",
  IP_TTL: "number",
  IPV6_V6ONLY: "boolean",
  TCP_CONGESTION: "string",
  TCP_CORK: "boolean",
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

/** What Linux's TCP_INFO gives, by its field names in camel case; times in microseconds, windows in bytes or segments as there. */
export interface TcpInfo {
  readonly state: TcpState;
  readonly retransmits: number;
  readonly probes: number;
  readonly backoff: number;
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
  readonly rttUs: number;
  readonly rttvarUs: number;
  readonly sndSsthresh: number;
  readonly sndCwnd: number;
  readonly reordering: number;
  readonly rcvSpace: number;
  readonly totalRetrans: number;
  readonly bytesAcked: number;
  readonly bytesReceived: number;
  readonly segsOut: number;
  readonly segsIn: number;
  readonly delivered: number;
}
