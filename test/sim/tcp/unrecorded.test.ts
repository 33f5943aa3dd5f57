import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isFailure } from "../../../src/socket/core.ts";
import type { SocketCore } from "../../../src/socket/core.ts";
import type { Loss } from "../../../src/sim/topology.ts";
import { createSimulation } from "../../../src/sim/simulation.ts";

interface Network {
  readonly seed: number;
  readonly delayMs: number;
  readonly bandwidthBps: number;
  readonly loss: Loss;
  readonly congestion: string;
  readonly recvMax: number;
}

/** When each call answered what. */
function run(network: Network, recording: boolean): string[] {
  const { seed, delayMs, bandwidthBps, loss, congestion, recvMax } = network;
  // Late packets make a sender think of reordering, and its buffer large.
  const jitter = { jitterMs: 2, jitterReorders: true };
  const link = {
    between: ["a", "b"] as const,
    delayMs,
    bandwidthBps,
    ...jitter,
    queuePackets: 5,
    forward: { loss, reorder: 0.02 },
  };
  const simulation = createSimulation({
    topology: { hosts: { a: {}, b: {} }, links: [link] },
    seed,
    recording,
  });
  const { scheduler } = simulation;
  const log: string[] = [];
  const socket = (host: string): SocketCore => {
    const made = simulation.hosts.get(host)?.socket("inet", "stream");
    if (made === undefined || isFailure(made)) throw new Error("no socket");
    return made;
  };
  const listener = socket("b");
  expect(listener.bind({ family: "inet", address: "0.0.0.0", port: 80 })).toBe(null);
  expect(listener.listen(4)).toBe(null);
  listener.onWake = () => {
    const accepted = listener.accept();
    if (isFailure(accepted)) return;
    accepted.onWake = () => {
      for (let data = accepted.recv(recvMax); ; data = accepted.recv(recvMax)) {
        if (isFailure(data)) return;
        log.push(`${scheduler.now} received ${data.length}`);
        if (data.length === 0) return;
      }
    };
    accepted.onWake();
  };
  const chunk = new Uint8Array(30_000);
  const client = socket("a");
  expect(client.setOption("TCP_CONGESTION", congestion)).toBe(null);
  let left = 600_000;
  client.onWake = () => {
    while (left > 0) {
      const sent = client.send(left < chunk.length ? chunk.subarray(0, left) : chunk);
      if (typeof sent !== "number") return;
      log.push(`${scheduler.now} sent ${sent}`);
      left -= sent;
    }
    client.close();
  };
  client.connect({ family: "inet", address: "10.0.0.2", port: 80 });
  simulation.run(30e9);
  return log;
}

test("programs see the same, to the nanosecond, whether anybody records or not", () => {
  const network: fc.Arbitrary<Network> = fc.record({
    seed: fc.nat(1000),
    delayMs: fc.constantFrom(0, 1, 5),
    bandwidthBps: fc.constantFrom(1e6, 10e6, 100e6),
    loss: fc.constantFrom(0, 0.01, { enterBad: 0.01, leaveBad: 0.3 }),
    congestion: fc.constantFrom("cubic", "reno", "bbr"),
    recvMax: fc.constantFrom(1000, 65_536),
  });
  fc.assert(
    fc.property(network, (network) => {
      const log = run(network, true);
      expect(log.length).toBeGreaterThan(20);
      expect(run(network, false)).toEqual(log);
    }),
    { numRuns: 30, seed: 7 },
  );
});
