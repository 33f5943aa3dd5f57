// What setsockopt has set on a socket. Most set nothing: they all share one set of values, and accepted ones their listener's.

import { PMTUDISC } from "../../socket/options.ts";
import type { PmtuDiscovery } from "../../socket/options.ts";
import type { TcpPersonality } from "./personality.ts";

export interface TcpSettings {
  readonly noDelay: boolean;
  readonly cork: boolean;
  readonly keepAlive: boolean;
  readonly keepIdleS: number;
  readonly keepIntervalS: number;
  readonly keepCount: number;
  /** 0: the system's own limits. */
  readonly userTimeoutMs: number;
  /** 0: the system's own count. */
  readonly synCount: number;
  /** Upper bound of the MSS announced and used; 0: none. */
  readonly maxSeg: number;
  /** Seconds; -1: off. */
  readonly lingerS: number;
  readonly reuseAddr: boolean;
  readonly reusePort: boolean;
  readonly v6Only: boolean;
  readonly ttl: number;
  readonly broadcast: boolean;
  readonly recvErr: boolean;
  /** IP_MTU_DISCOVER and IPV6_MTU_DISCOVER. */
  readonly pathMtuV4: PmtuDiscovery;
  readonly pathMtuV6: PmtuDiscovery;
  /** Handshakes a listener hands out early at once; 0: none. */
  readonly fastOpenQueue: number;
  /** The SYN waits for data where there is a cookie. */
  readonly fastOpenConnect: boolean;
  /** Urgent data stays in the stream. */
  readonly oobInline: boolean;
  readonly congestion: string;
  /** Bytes a second, unsigned; -1: no limit. */
  readonly maxPacingRate: number;
  /** As getsockopt answers, twice what was asked; 0: tuned automatically. */
  readonly receiveBuffer: number;
  readonly sendBuffer: number;
}

/** The settings of one socket and of the connection it has. */
export class SocketSettings {
  /** Never changed, only replaced: others may have them, too. */
  current: TcpSettings;

  constructor(current: TcpSettings) {
    this.current = current;
  }

  change(what: Partial<TcpSettings>): void {
    this.current = { ...this.current, ...what };
  }
}

export function defaultSettings(personality: TcpPersonality): TcpSettings {
  return {
    noDelay: false,
    cork: false,
    keepAlive: false,
    keepIdleS: personality.keepIdleS,
    keepIntervalS: personality.keepIntervalS,
    keepCount: personality.keepCount,
    userTimeoutMs: 0,
    synCount: 0,
    maxSeg: 0,
    lingerS: -1,
    reuseAddr: false,
    reusePort: false,
    v6Only: false,
    ttl: 64,
    broadcast: false,
    recvErr: false,
    pathMtuV4: PMTUDISC.WANT,
    pathMtuV6: PMTUDISC.WANT,
    fastOpenQueue: 0,
    fastOpenConnect: false,
    oobInline: false,
    congestion: "cubic",
    maxPacingRate: -1,
    receiveBuffer: 0,
    sendBuffer: 0,
  };
}
