// What the simulator is measured with: the same work as ns-3 was given, as programs on its non-blocking sockets.

import { isFailure } from "../src/socket/core.ts";
import type { Failure, SocketCore } from "../src/socket/core.ts";
import { createSimulation } from "../src/sim/simulation.ts";
import type { Simulation } from "../src/sim/simulation.ts";
import type { LinkConfig } from "../src/sim/topology.ts";

const TCP_BYTES = 100_000_000;
const UDP_DATAGRAMS = 1_000_000;

/** Work done. */
export interface Work {
  readonly simulation: Simulation;
  /** Packets carried. */
  readonly count: number;
  readonly note: string;
}

/** What a call answered that cannot fail here. */
export function must<T>(answer: T): Exclude<T, Failure> {
  if (isFailure(answer)) throw new Error(`a call failed: ${JSON.stringify(answer)}`);
  return answer as Exclude<T, Failure>;
}

export function twoHosts(link: Partial<LinkConfig>, recording: boolean): Simulation {
  const topology = { hosts: { a: {}, b: {} }, links: [{ between: ["a", "b"] as const, ...link }] };
  return createSimulation({ topology, seed: 1, recording });
}

export function socket(simulation: Simulation, host: string, type: "stream" | "dgram"): SocketCore {
  const made = simulation.hosts.get(host)?.socket("inet", type);
  if (made === undefined || isFailure(made)) throw new Error(`no socket: ${JSON.stringify(made)}`);
  return made;
}

/** Packets that have entered the link, both ways. */
export function carried(simulation: Simulation): number {
  const forward = simulation.counts("a-b", "forward");
  const backward = simulation.counts("a-b", "backward");
  return forward.entered + backward.entered;
}

/** One way, 1,000 bytes each, as fast as 1 Gbit/s lets them through: whenever the send buffer has room again. */
export function udpFlood(recording: boolean, untilNs?: number): Work {
  const simulation = twoHosts({ delayMs: 10, bandwidthBps: 1e9 }, recording);
  const receiver = socket(simulation, "b", "dgram");
  const sender = socket(simulation, "a", "dgram");
  must(receiver.bind({ family: "inet", address: "0.0.0.0", port: 9 }));
  must(sender.connect({ family: "inet", address: "10.0.0.2", port: 9 }));
  const data = new Uint8Array(1000);
  let received = 0;
  receiver.onWake = () => {
    while (!isFailure(receiver.recv(2000))) received++;
  };
  let sent = 0;
  sender.onWake = () => {
    while (sent < UDP_DATAGRAMS) {
      const taken = sender.send(data);
      if (taken === "EAGAIN") return;
      must(taken);
      sent++;
    }
  };
  sender.onWake();
  simulation.run(untilNs);
  return { simulation, count: carried(simulation), note: `${received} of ${sent} received` };
}

/** So many bytes one way, 20 ms each way. */
export function tcpTransfer(
  loss: number,
  recording: boolean,
  bytes: number = TCP_BYTES,
  bandwidthBps: number = 100e6,
  untilNs?: number,
): Work {
  const settings = { delayMs: 20, bandwidthBps, forward: { loss } };
  const simulation = twoHosts(settings, recording);
  const listener = socket(simulation, "b", "stream");
  const client = socket(simulation, "a", "stream");
  must(listener.bind({ family: "inet", address: "0.0.0.0", port: 80 }));
  must(listener.listen(1));
  let received = 0;
  let done = 0;
  listener.onWake = () => {
    const accepted = listener.accept();
    if (isFailure(accepted)) return;
    const drain = (): void => {
      for (;;) {
        const data = accepted.recv(65_536);
        if (isFailure(data)) return;
        if (data.length === 0) {
          done = simulation.scheduler.now;
          accepted.close();
          return;
        }
        received += data.length;
      }
    };
    accepted.onWake = drain;
    drain();
  };
  const chunk = new Uint8Array(65_536);
  let sent = 0;
  client.onWake = () => {
    while (sent < bytes) {
      const left = bytes - sent;
      const taken = client.send(left < chunk.length ? chunk.subarray(0, left) : chunk);
      if (typeof taken !== "number") return;
      sent += taken;
    }
    client.onWake = null;
    client.close();
  };
  client.connect({ family: "inet", address: "10.0.0.2", port: 80 });
  simulation.run(untilNs);
  const mbps = (received * 8e3) / done;
  return { simulation, count: carried(simulation), note: `${received} bytes, ${mbps.toFixed(1)} Mbit/s` };
}
