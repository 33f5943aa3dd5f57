// Unix sockets of one simulated host: what the trace shows of them, and that bytes arrive as sent however they are cut.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isFailure } from "../../../src/socket/core.ts";
import type { SocketCore } from "../../../src/socket/core.ts";
import { createSimulation } from "../../../src/sim/simulation.ts";
import type { Simulation } from "../../../src/sim/simulation.ts";

function oneHost(): Simulation {
  return createSimulation({ topology: { hosts: { a: {} }, links: [] }, seed: 1, recording: true });
}

function open(simulation: Simulation, type: "stream" | "dgram" = "stream"): SocketCore {
  const made = simulation.hosts.get("a")?.socket("unix", type);
  if (made === undefined || isFailure(made)) throw new Error("no socket");
  return made;
}

/** Both ends of a connection through the path `p`. */
function pair(simulation: Simulation): readonly [SocketCore, SocketCore] {
  const listener = open(simulation);
  listener.bind({ family: "unix", path: "p" });
  listener.listen(1);
  const client = open(simulation);
  client.connect({ family: "unix", path: "p" });
  const server = listener.accept();
  if (isFailure(server)) throw new Error("nobody to accept");
  return [client, server];
}

describe("Unix sockets", () => {
  test("leave states and queues in the trace, and no packets", () => {
    const simulation = oneHost();
    const [client, server] = pair(simulation);
    client.send(new Uint8Array(100));
    server.recv(60);
    server.close();
    const { trace } = simulation;
    expect(trace.packets.count).toBe(0);
    const lines = trace.events.map((event) => {
      if (event.kind === "state") return `${event.local} to ${event.remote}: ${event.from} ${event.to}`;
      return event.kind === "buffers" ? `${event.local} has ${event.receiveQueue}` : event.kind;
    });
    expect(lines).toEqual([
      "p to *: CLOSED LISTEN",
      "*2 to p: CLOSED ESTABLISHED",
      "p to *2: CLOSED ESTABLISHED",
      "p has 100",
      "p has 40",
      "p to *2: ESTABLISHED CLOSED",
    ]);
  });

  test("wake who waits after the call that changed something, in a later event", () => {
    const simulation = oneHost();
    const [client, server] = pair(simulation);
    const woken: number[] = [];
    simulation.run();
    server.onWake = () => woken.push(simulation.scheduler.now);
    const before = simulation.scheduler.now;
    client.send(new Uint8Array(1));
    client.send(new Uint8Array(1));
    expect(woken).toEqual([]);
    simulation.run();
    expect(woken).toEqual([before + 5000]);
  });

  test("a stream gives back what was sent, whatever the sizes of sends and recvs", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.record({ send: fc.integer({ min: 0, max: 100_000 }) }),
            fc.record({ recv: fc.integer({ min: 1, max: 60_000 }), peek: fc.boolean() }),
          ),
          { maxLength: 40 },
        ),
        (steps) => {
          const [client, server] = pair(oneHost());
          let sent = 0;
          let read = 0;
          const check = (data: Uint8Array): void => {
            for (const [at, byte] of data.entries()) {
              if (byte !== (read + at) % 251) throw new Error(`byte ${read + at} is ${byte}`);
            }
          };
          for (const step of steps) {
            if ("send" in step) {
              const data = Uint8Array.from({ length: step.send }, (_, at) => (sent + at) % 251);
              const took = client.send(data);
              if (typeof took === "number") sent += took;
              else expect(took).toBe("EAGAIN");
              continue;
            }
            const data = server.recv(step.recv, { peek: step.peek });
            if (isFailure(data)) {
              expect([data, read]).toEqual(["EAGAIN", sent]);
              continue;
            }
            expect(data.length).toBe(Math.min(step.recv, sent - read));
            check(data);
            if (!step.peek) read += data.length;
          }
          client.close();
          for (let data = server.recv(65_536); !isFailure(data) && data.length > 0;) {
            check(data);
            read += data.length;
            data = server.recv(65_536);
          }
          expect(read).toBe(sent);
        },
      ),
      { numRuns: 50 },
    );
  });
});
