// The backend on the real kernel: BSD calls on loopback addresses, one address a host.

import type { BackendHost } from "../socket/backend.ts";
import { RealClock } from "./clock.ts";
import { holdHosts } from "./guard.ts";
import { MessageReader } from "./kernel-message.ts";
import { openKernelSocket } from "./kernel-socket.ts";
import type { KernelRun } from "./kernel-socket.ts";
import { loadLibc } from "./libc.ts";
import type { LoopbackBackend } from "./loopback-backend.ts";
import { acquirePoller, releasePoller } from "./poller.ts";
import { programRandom } from "./run-options.ts";
import type { LoopbackOptions } from "./run-options.ts";
import { UnixPaths } from "./unix-paths.ts";

/** Whether this machine can make kernel sockets; `why` says what is missing and what to do. */
export function kernelAvailable():
  | { readonly available: true }
  | { readonly available: false; readonly why: string } {
  const answer = loadLibc();
  return "libc" in answer ? { available: true } : { available: false, why: answer.why };
}

/**
 * A run on the kernel's sockets. A bind to the wildcard address binds the host's own, so that two hosts can use one port.
 * `unavailable` says what `kernelAvailable` says. Throws RangeError for impossible host names.
 */
export async function createKernelBackend(
  options: LoopbackOptions,
): Promise<LoopbackBackend | { readonly unavailable: string }> {
  const answer = loadLibc();
  if (!("libc" in answer)) return { unavailable: answer.why };
  const { libc } = answer;
  const held = await holdHosts(options.hosts);
  let poller;
  try {
    poller = acquirePoller(libc);
  } catch (error) {
    await held.release();
    return { unavailable: error instanceof Error ? error.message : String(error) };
  }
  const clock = new RealClock();
  const paths = new UnixPaths();
  const run: KernelRun = {
    libc,
    poller,
    clock,
    hosts: held.hosts,
    within: (_host, call) => call(),
    paths,
    reader: new MessageReader(libc),
    sockets: new Set(),
  };
  const random = programRandom(options);
  const hosts = new Map<string, BackendHost>();
  for (const name of options.hosts) {
    hosts.set(name, {
      name,
      socket: (family, type) => openKernelSocket(run, name, family, type),
      resolve: (other, family) => held.hosts.resolve(name, other, family),
      random: random(name),
    });
  }
  let disposed: Promise<void> | null = null;
  return {
    name: "kernel",
    hosts,
    runHosts: held.hosts,
    clock,
    probe: (payload) => held.probe(payload),
    hostOf: (address) => held.hosts.hostOf(address),
    begin: () => clock.restart(),
    now: () => clock.now(),
    after: (ns, callback) => clock.after(ns, callback),
    drive: (limits) => clock.drive(limits),
    dispose: () => (disposed ??= dispose()),
  };

  async function dispose(): Promise<void> {
    clock.dispose();
    for (const socket of run.sockets) socket.discard();
    await Promise.all([releasePoller(), held.release()]);
    paths.dispose();
  }
}
