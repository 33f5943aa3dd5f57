// The run's own loopback address: held for as long as the run, so that no two runs pick the same 127.x.y, and where a packet tap's
// probes go. On systems where runs share one address there is nothing to hold.

import { createSocket } from "node:dgram";
import type { Socket } from "node:dgram";
import { RunHosts } from "./hosts.ts";
import { thisPlatform } from "./platform.ts";
import { netAt } from "./run-options.ts";

/** Any port does, as long as it is the same for all: the one nobody uses. */
const GUARD_PORT = 47_808;
const TRIES_MAX = 20;

export interface HeldHosts {
  readonly hosts: RunHosts;
  /** Sends a datagram from the guard to itself: a packet a tap can wait for. */
  probe(payload: string): void;
  release(): Promise<void>;
}

/** The millisecond whose net was taken last: a process may make several runs in one. */
let taken = 0;

function nextNet(): [number, number] {
  taken = Math.max(taken + 1, Date.now());
  return netAt(taken);
}

/** Finds addresses for a run. Throws RangeError for names `RunHosts` refuses. */
export async function holdHosts(names: readonly string[]): Promise<HeldHosts> {
  const whole = thisPlatform()?.wholeLoopbackNet === true;
  for (let i = 0; ; i++) {
    const hosts = new RunHosts(names, nextNet(), whole);
    if (!whole) return { hosts, probe: () => undefined, release: () => Promise.resolve() };
    const socket = await bindGuard(hosts.guardAddress);
    if (socket !== null) return held(hosts, socket);
    // Without the guard a run still works: it is merely not protected from another that has the same address.
    if (i === TRIES_MAX) return { hosts, probe: () => undefined, release: () => Promise.resolve() };
  }
}

function held(hosts: RunHosts, socket: Socket): HeldHosts {
  return {
    hosts,
    probe: (payload) => socket.send(payload, GUARD_PORT, hosts.guardAddress),
    release: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

function bindGuard(address: string): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.once("error", () => {
      socket.close();
      resolve(null);
    });
    socket.bind({ address, port: GUARD_PORT, exclusive: true }, () => {
      socket.unref();
      socket.removeAllListeners("error");
      // Probes are sent for a tap to see; that they are not delivered concerns nobody.
      socket.on("error", () => undefined);
      resolve(socket);
    });
  });
}
