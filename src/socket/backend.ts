// What the runner of programs needs of a network: hosts that make sockets, a clock, and a way to let time pass.

import type { Family, SocketType } from "./address.ts";
import type { Failure, SocketCore } from "./core.ts";

export type BackendName = "sim" | "kernel" | "node";

/** One host of a network, as the programs on it see it. */
export interface BackendHost {
  readonly name: string;
  socket(family: Family, type: SocketType): SocketCore | Failure;
  /**
   * The address that reaches the host called `name` from here, or null when there is no such host. A literal address
   * is answered as it stands.
   */
  resolve(name: string, family: "inet" | "inet6"): string | null;
  /** A number in [0, 1) from this host's program stream. */
  random(): number;
}

/** How letting time pass ended: `idle` means that nothing will ever happen again unless a program acts. */
export type DriveEnd = "finished" | "idle" | "limit";

export interface Backend {
  readonly name: BackendName;
  readonly hosts: ReadonlyMap<string, BackendHost>;
  /** The host's name that an address belongs to, for printing, or null. */
  hostOf(address: string): string | null;
  /** Nanoseconds since the run began: virtual in the simulator, monotonic elsewhere. */
  now(): number;
  /** The run begins now: what was set up before took no time. */
  begin(): void;
  /** Calls back once after `ns`; answers a function that cancels it. */
  after(ns: number, callback: () => void): () => void;
  /** Where time is virtual: it stands still until the answered function is called, once. */
  hold?(): () => void;
  /**
   * Lets time pass until `finished()` holds, nothing can happen any more, or `limitNs` since the start has passed.
   * `progress()` is a number that grows whenever a program's call settles; a backend with a real clock answers `idle`
   * when it has not grown for `idleNs` and no `after` is pending.
   */
  drive(run: {
    finished: () => boolean;
    progress: () => number;
    limitNs: number;
    idleNs: number;
  }): Promise<DriveEnd>;
  /** Closes every socket the run left open and lets go of everything. Never throws. */
  dispose(): Promise<void>;
}
