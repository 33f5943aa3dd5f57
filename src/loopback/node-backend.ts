// The backend on Node's own modules: needs nothing installed, and refuses what node:net and node:dgram cannot show.

import type { Family, SocketType } from "../socket/address.ts";
import type { BackendHost } from "../socket/backend.ts";
import type { Failure, SocketCore } from "../socket/core.ts";
import { RealClock } from "./clock.ts";
import { holdHosts } from "./guard.ts";
import type { LoopbackBackend } from "./loopback-backend.ts";
import { NodeDatagram } from "./node-dgram.ts";
import { BoundPorts } from "./node-run.ts";
import type { NodeRun } from "./node-run.ts";
import { NodeStream } from "./node-stream.ts";
import { programRandom } from "./run-options.ts";
import type { LoopbackOptions } from "./run-options.ts";
import { UnixPaths } from "./unix-paths.ts";

/** A run on Node's sockets. Throws RangeError for impossible host names. */
export async function createNodeBackend(options: LoopbackOptions): Promise<LoopbackBackend> {
  const held = await holdHosts(options.hosts);
  const clock = new RealClock();
  const paths = new UnixPaths();
  const run: NodeRun = { hosts: held.hosts, paths, clock, ports: new BoundPorts(), open: new Set() };
  const random = programRandom(options);
  const hosts = new Map<string, BackendHost>();
  for (const name of options.hosts) {
    hosts.set(name, {
      name,
      socket: (family, type) => openNodeSocket(run, name, family, type),
      resolve: (other, family) => held.hosts.resolve(name, other, family),
      random: random(name),
    });
  }
  let disposed: Promise<void> | null = null;
  return {
    name: "node",
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
    await Promise.all([...Array.from(run.open, (one) => one.destroy()), held.release()]);
    paths.dispose();
  }
}

function openNodeSocket(run: NodeRun, host: string, family: Family, type: SocketType): SocketCore | Failure {
  if (type === "stream") return new NodeStream(run, host, family);
  if (family === "unix") return { code: "ENOTSUP", why: "Node has no Unix datagram sockets" };
  return new NodeDatagram(run, host, family);
}
