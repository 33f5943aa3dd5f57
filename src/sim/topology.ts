// What a simulated network is made of, as a scenario writes it down: plain data, times in ms, rates in bits a second.

import type { PersonalityName } from "./personality/personality.ts";

/** Independent loss, or bursts after Gilbert and Elliott: two states with a loss rate each and the chance to change a packet. */
export type Loss =
  | number
  | {
      /** Chance a packet to go from the good state to the bad one. */
      readonly enterBad: number;
      /** Chance a packet to go back. */
      readonly leaveBad: number;
      /** Loss rate in the good state; 0 by default. */
      readonly lossGood?: number;
      /** Loss rate in the bad state; 1 by default. */
      readonly lossBad?: number;
    };

export type JitterDistribution = "uniform" | "normal" | "exponential" | "pareto";

/**
 * How packets wait for the transmitter. `drop-tail` takes them until it is full; `codel` (RFC 8289) drops or marks when they have
 * waited too long for too long; `fq-codel` (RFC 8290) does so flow by flow, and lets flows take turns.
 */
export type QueueDiscipline = "drop-tail" | "codel" | "fq-codel";

/** What a script sees of a packet about to enter a link. */
export interface ScriptPacket {
  /** Packets that entered this direction before it. */
  readonly index: number;
  readonly timeNs: number;
  /** Length in bytes of the IP packet. */
  readonly length: number;
  readonly protocol: "tcp" | "udp" | "icmp" | "fragment";
  /** TCP and UDP payload length in bytes, otherwise 0. */
  readonly payloadLength: number;
  /** TCP flags as `SYN`, `ACK`, ... ; empty for other protocols. */
  readonly flags: readonly string[];
  /** TCP sequence number relative to the first of this direction and flow; 0 for other protocols. */
  readonly relativeSeq: number;
}

/** What a script decides; `undefined` leaves the packet to the link's random impairments. */
export type ScriptVerdict =
  | "pass"
  | "drop"
  | "duplicate"
  | "corrupt"
  | { readonly delayMs: number }
  | undefined;

export type LinkScript = (packet: ScriptPacket) => ScriptVerdict;

/** One direction of a link. */
export interface LinkSettings {
  /** Propagation delay, 0 to 600,000 ms; 1 by default. */
  readonly delayMs: number;
  /** Spread of the delay, 0 by default: the half-width, standard deviation, mean or scale of the distribution. */
  readonly jitterMs: number;
  readonly jitterDistribution: JitterDistribution;
  /** Whether jitter may let packets overtake each other; false keeps them in order. */
  readonly jitterReorders: boolean;
  /** Bits a second of whole IP packets; 0, the default, is unlimited. */
  readonly bandwidthBps: number;
  /** Packets waiting for the transmitter before arrivals are dropped; 1,000 by default. */
  readonly queuePackets: number;
  /** `drop-tail` by default. */
  readonly queue: QueueDiscipline;
  /** CoDel: the waiting time it aims at, 5 ms by default. */
  readonly queueTargetMs: number;
  /** CoDel: how long the waiting time may stay above the target, 100 ms by default; about the longest round trip. */
  readonly queueIntervalMs: number;
  /** CoDel: marks packets of ECN-capable transports where it drops others; off by default. */
  readonly queueEcn: boolean;
  /** FQ-CoDel: bytes a flow may send in its turn, 1,514 by default. */
  readonly queueQuantum: number;
  /** FQ-CoDel: queues that flows are hashed into, 1,024 by default. */
  readonly queueFlows: number;
  readonly loss: Loss;
  /** Chance a packet to be held back by `reorderMs`. */
  readonly reorder: number;
  readonly reorderMs: number;
  /** Chance a packet to arrive twice. */
  readonly duplicate: number;
  /** Chance a packet to arrive with one bit flipped. */
  readonly corrupt: number;
  /** Largest IP packet in bytes, 68 to 65,535; 1,500 by default. */
  readonly mtu: number;
  /** Spans in ms since the start during which nothing passes. */
  readonly partitions: readonly { readonly fromMs: number; readonly untilMs: number }[];
  /** Nothing passes, until it is up again. */
  readonly down: boolean;
  readonly script: LinkScript | null;
}

export const LINK_DEFAULTS: LinkSettings = {
  delayMs: 1,
  jitterMs: 0,
  jitterDistribution: "uniform",
  jitterReorders: false,
  bandwidthBps: 0,
  queuePackets: 1000,
  queue: "drop-tail",
  queueTargetMs: 5,
  queueIntervalMs: 100,
  queueEcn: false,
  queueQuantum: 1514,
  queueFlows: 1024,
  loss: 0,
  reorder: 0,
  reorderMs: 10,
  duplicate: 0,
  corrupt: 0,
  mtu: 1500,
  partitions: [],
  down: false,
  script: null,
};

/** A link between two hosts; settings outside `forward` and `backward` hold for both directions. */
export interface LinkConfig extends Partial<LinkSettings> {
  /** `a-b` by default. */
  readonly name?: string;
  readonly between: readonly [string, string];
  /** From the first host to the second only. */
  readonly forward?: Partial<LinkSettings>;
  /** From the second host to the first only. */
  readonly backward?: Partial<LinkSettings>;
}

export interface HostConfig {
  /** Addresses; by default 10.0.0.n and fd00::n, n counting hosts from 1. */
  readonly ipv4?: string;
  readonly ipv6?: string;
  /** Forwards packets that are not for it: a router. */
  readonly forwards?: boolean;
  /**
   * net.ipv4.tcp_mtu_probing: 1 takes data that is lost again and again for too long for its path, shortens segments and then looks
   * for the longest that arrive; 2 does so from the start; 0, the default, does neither.
   */
  readonly tcpMtuProbing?: 0 | 1 | 2;
  /** Sends, forwards and believes no ICMP, as firewalls are set up that make black holes of narrow paths. */
  readonly icmpFilter?: boolean;
  /** The system it behaves as, where programs can tell systems apart: `linux` by default. */
  readonly personality?: PersonalityName;
  /** ECN of its TCP, as net.ipv4.tcp_ecn has it: 0 never, 1 asks for it, 2 agrees when asked; by default as its system has it, 2 on Linux. */
  readonly tcpEcn?: 0 | 1 | 2;
  /** Fast open of its TCP, as net.ipv4.tcp_fastopen has it: 1 lets clients, 2 servers, 3 both; by default as its system has it, 1 on Linux. */
  readonly tcpFastOpen?: 0 | 1 | 2 | 3;
}

export interface Topology {
  readonly hosts: Readonly<Record<string, HostConfig>>;
  readonly links: readonly LinkConfig[];
}
