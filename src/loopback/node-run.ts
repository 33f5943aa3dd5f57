// What the sockets of one run on Node's own modules share, and how Node's asynchronous calls become answers of a core.

import { createServer } from "node:net";
import type { Failure } from "../socket/core.ts";
import type { RealClock } from "./clock.ts";
import type { InetFamily, RunHosts } from "./hosts.ts";
import { errnoOfError } from "./platform.ts";
import type { UnixPaths } from "./unix-paths.ts";

export interface NodeRun {
  readonly hosts: RunHosts;
  readonly paths: UnixPaths;
  readonly clock: RealClock;
  readonly ports: BoundPorts;
  /** Everything with a handle of libuv's, closed sockets that still send included. */
  readonly open: Set<{ destroy(): Promise<void> }>;
}

/**
 * A call Node answers later: the core answers EAGAIN, wakes when it is over, and the repeated call gets the outcome, once.
 */
export class Deferred {
  #state: "none" | "pending" | "over" = "none";
  #outcome: null | Failure = null;

  get isPending(): boolean {
    return this.#state === "pending";
  }

  /** Whether there is an outcome nobody has been told. */
  get isOver(): boolean {
    return this.#state === "over";
  }

  /** The outcome if there is one to tell, EAGAIN while it is awaited; otherwise starts the call. */
  answer(start: () => void): null | Failure {
    if (this.#state === "none") {
      this.#state = "pending";
      start();
    }
    // A start may end at once.
    if (this.isPending) return "EAGAIN";
    this.#state = "none";
    return this.#outcome;
  }

  settle(outcome: null | Failure): void {
    if (!this.isPending) return;
    this.#state = "over";
    this.#outcome = outcome;
  }
}

const EPHEMERAL_FIRST = 32_768;
const EPHEMERAL_COUNT = 28_232;

/**
 * TCP ports the run's programs have bound. Node binds only when it listens or connects; the run's addresses being its own, who
 * bound what before is known here.
 */
export class BoundPorts {
  readonly #taken = new Set<string>();
  #next = Math.floor(Date.now() % EPHEMERAL_COUNT);

  /** Takes `port`, or a free one for 0; null when it is taken. */
  take(host: string, family: InetFamily, port: number): number | null {
    for (let i = 0; i < EPHEMERAL_COUNT; i++) {
      const wanted = port === 0 ? EPHEMERAL_FIRST + (this.#next++ % EPHEMERAL_COUNT) : port;
      const key = `${family} ${host} ${wanted}`;
      if (!this.#taken.has(key)) {
        this.#taken.add(key);
        return wanted;
      }
      if (port !== 0) return null;
    }
    return null;
  }

  release(host: string, family: InetFamily, port: number): void {
    this.#taken.delete(`${family} ${host} ${port}`);
  }
}

/** A free TCP port of the machine at `address`, as the kernel picks it. */
export function freePort(address: string): Promise<number | Failure> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => resolve(errnoOfError(error)));
    server.listen({ host: address, port: 0, exclusive: true }, () => {
      const at = server.address();
      server.close(() => resolve(typeof at === "object" && at !== null ? at.port : "EADDRNOTAVAIL"));
    });
  });
}
