// A simulation for tests, with what they ask of it most: UDP sockets, and the trace as lines.

import type { InetAddress } from "../../src/socket/address.ts";
import { isFailure } from "../../src/socket/core.ts";
import type { SocketCore } from "../../src/socket/core.ts";
import { createSimulation } from "../../src/sim/simulation.ts";
import type { Simulation } from "../../src/sim/simulation.ts";
import type { HostConfig, LinkConfig } from "../../src/sim/topology.ts";
import { PROTOCOL } from "../../src/trace/packets.ts";

const PROTOCOL_NAMES = Object.fromEntries(Object.entries(PROTOCOL).map(([name, id]) => [id, name]));

/** Hosts a and b and one link `a-b`. */
export function pair(link: Partial<LinkConfig> = {}, seed: number = 1): Simulation {
  return network({ a: {}, b: {} }, [{ between: ["a", "b"], ...link }], seed);
}

export function network(
  hosts: Record<string, HostConfig>,
  links: readonly LinkConfig[],
  seed: number = 1,
): Simulation {
  return createSimulation({ topology: { hosts, links }, seed, recording: true });
}

export function inet(address: string, port: number): InetAddress {
  return { family: address.includes(":") ? "inet6" : "inet", address, port };
}

export function udp(simulation: Simulation, host: string, family: "inet" | "inet6" = "inet"): SocketCore {
  const socket = simulation.hosts.get(host)?.socket(family, "dgram");
  if (socket === undefined || isFailure(socket)) throw new Error(`no socket on ${host}`);
  return socket;
}

/** A UDP socket on every address of `host`. */
export function udpOn(
  simulation: Simulation,
  host: string,
  port: number,
  family: "inet" | "inet6" = "inet",
): SocketCore {
  const socket = udp(simulation, host, family);
  const answer = socket.bind(inet(family === "inet" ? "0.0.0.0" : "::", port));
  if (answer !== null) throw new Error(`bind: ${JSON.stringify(answer)}`);
  return socket;
}

/** Everything a socket has to read: datagrams as text, or the errno that is in the way. */
export function drain(socket: SocketCore): string[] {
  const seen: string[] = [];
  for (;;) {
    const data = socket.recv(65_536);
    if (data === "EAGAIN") return seen;
    seen.push(isFailure(data) ? JSON.stringify(data) : new TextDecoder().decode(data));
    if (isFailure(data)) return seen;
  }
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The trace, a step a line: `1.5 a>b udp 29`, `2.5 b has 0`, `2 drop 1 at a-b: loss`. */
export function story(simulation: Simulation): string[] {
  const { trace } = simulation;
  const lines: string[] = [];
  for (let index = 0; index < trace.length; index++) {
    const ms = trace.timeNs(index) / 1e6;
    const step = trace.step(index);
    if ("packet" in step) {
      const { from, to, copyOf } = trace.transits[step.packet];
      const protocol = PROTOCOL_NAMES[trace.packets.protocol[step.packet]];
      const copy = copyOf === null ? "" : ` copy of ${copyOf}`;
      lines.push(`${ms} ${from}>${to} ${protocol} ${trace.packets.length[step.packet]}${copy}`);
      continue;
    }
    const event = trace.events[step.event];
    if (event.kind === "arrive") lines.push(`${ms} ${event.host} has ${event.packet}`);
    else if (event.kind === "drop")
      lines.push(`${ms} drop ${event.packet} at ${event.where}: ${event.reason}`);
    else if (event.kind === "intervention") lines.push(`${ms} ${event.text}`);
    else lines.push(`${ms} ${event.kind}`);
  }
  return lines;
}
