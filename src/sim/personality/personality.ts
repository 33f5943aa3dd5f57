// The operating system a simulated host behaves as, where programs can tell systems apart.
//
// All of them share one TCP: loss recovery, congestion control and reassembly are Linux's. What differs is constants and
// what calls answer. Errnos keep their BSD names; Winsock's codes are the same with WSA before them (WSAECONNRESET, 10054),
// and its WSAEWOULDBLOCK is EAGAIN.

import type { TcpPersonality } from "../tcp/personality.ts";
import type { UdpPersonality } from "../udp/personality.ts";
import { BSD } from "./bsd.ts";
import { LINUX } from "./linux.ts";
import { WINDOWS } from "./windows.ts";

export interface Personality {
  /** Hop limit of packets, unless a socket sets one. */
  readonly ttl: number;
  readonly tcp: TcpPersonality;
  readonly udp: UdpPersonality;
}

export type PersonalityName = "linux" | "windows" | "bsd";

export const PERSONALITIES: Readonly<Record<PersonalityName, Personality>> = {
  linux: LINUX,
  windows: WINDOWS,
  bsd: BSD,
};

export const PERSONALITY_NAMES: readonly PersonalityName[] = ["linux", "windows", "bsd"];
