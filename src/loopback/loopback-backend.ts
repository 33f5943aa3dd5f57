// What a backend on real sockets has besides the contract of all: what a packet tap needs to know of the run.

import type { Backend } from "../socket/backend.ts";
import type { RealClock } from "./clock.ts";
import type { RunHosts } from "./hosts.ts";

export interface LoopbackBackend extends Backend {
  readonly name: "kernel" | "node";
  readonly runHosts: RunHosts;
  readonly clock: RealClock;
  /** Sends a datagram over the loopback interface that belongs to no program. */
  probe(payload: string): void;
}
