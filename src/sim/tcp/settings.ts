// What setsockopt has set on one socket. An accepted socket starts with a copy of its listener's.

import { PMTUDISC } from "../../socket/options.ts";
import type { PmtuDiscovery } from "../../socket/options.ts";
import type { TcpPersonality } from "./personality.ts";

export interface TcpSettings {
  noDelay: boolean;
  cork: boolean;
  keepAlive: boolean;
  keepIdleS: number;
  keepIntervalS: number;
  keepCount: number;
  /** 0: the system's own limits. */
  userTimeoutMs: number;
  /** 0: the system's own count. */
  synCount: number;
  /** Upper bound of the MSS announced and used; 0: none. */
  maxSeg: number;
  /** Seconds; -1: off. */
  lingerS: number;
  reuseAddr: boolean;
  reusePort: boolean;
  v6Only: boolean;
  ttl: number;
  broadcast: boolean;
  recvErr: boolean;
  /** IP_MTU_DISCOVER and IPV6_MTU_DISCOVER. */
  pathMtuV4: PmtuDiscovery;
  pathMtuV6: PmtuDiscovery;
  /** Handshakes a listener hands out early at once; 0: none. */
  fastOpenQueue: number;
  /** The SYN waits for data where there is a cookie. */
  fastOpenConnect: boolean;
  /** Urgent data stays in the stream. */
  oobInline: boolean;
  congestion: string;
  /** As getsockopt answers, twice what was asked; 0: tuned automatically. */
  receiveBuffer: number;
  sendBuffer: number;
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
    receiveBuffer: 0,
    sendBuffer: 0,
  };
}
