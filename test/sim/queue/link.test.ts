// Links with queues that are managed: what TCP flows get of them, and what the trace shows.

import { describe, expect, test } from "vitest";
import { isFailure } from "../../../src/socket/core.ts";
import { LinkDirection } from "../../../src/sim/link.ts";
import { packetOf } from "../../../src/sim/packet-build.ts";
import type { IpPacket } from "../../../src/sim/packet.ts";
import { Recorder } from "../../../src/sim/record.ts";
import { Scheduler } from "../../../src/sim/scheduler.ts";
import { createSimulation } from "../../../src/sim/simulation.ts";
import type { Simulation } from "../../../src/sim/simulation.ts";
import { LINK_DEFAULTS } from "../../../src/sim/topology.ts";
import type { LinkSettings } from "../../../src/sim/topology.ts";
import { traceHash } from "../../../src/trace/hash.ts";

const MS = 1e6;

/** Hosts s1 .. s4 send as much as they can to d1 .. d4 over one link r-t, each over a delay of its own. */
function fourFlows(
  link: Partial<LinkSettings>,
  seconds: number,
  seed: number = 1,
): { simulation: Simulation; received: number[] } {
  const sides = [1, 2, 3, 4];
  const hosts = Object.fromEntries(sides.flatMap((n) => [[`s${n}`, {}] as const, [`d${n}`, {}] as const]));
  const simulation = createSimulation({
    topology: {
      hosts: { ...hosts, r: { forwards: true }, t: { forwards: true } },
      links: [
        { between: ["r", "t"], delayMs: 5, bandwidthBps: 10e6, ...link },
        ...sides.map((n) => ({ between: [`s${n}`, "r"] as const, delayMs: n * 5 })),
        ...sides.map((n) => ({ between: ["t", `d${n}`] as const, delayMs: 1 })),
      ],
    },
    seed,
    recording: true,
  });
  const open = (name: string) => {
    const made = simulation.hosts.get(name)?.socket("inet", "stream");
    if (made === undefined || isFailure(made)) throw new Error(`no socket on ${name}`);
    return made;
  };
  const received = [0, 0, 0, 0];
  const chunk = new Uint8Array(65_536);
  for (const [index, n] of sides.entries()) {
    const listener = open(`d${n}`);
    listener.bind({ family: "inet", address: "0.0.0.0", port: 80 });
    listener.listen(1);
    listener.onWake = () => {
      const accepted = listener.accept();
      if (isFailure(accepted)) return;
      accepted.onWake = () => {
        for (;;) {
          const data = accepted.recv(1 << 20);
          if (isFailure(data) || data.length === 0) return;
          received[index] += data.length;
        }
      };
    };
    const sender = open(`s${n}`);
    sender.onWake = () => {
      while (typeof sender.send(chunk) === "number");
    };
    const address = simulation.hosts.get(`d${n}`)?.ipv4 ?? "";
    sender.connect({ family: "inet", address, port: 80 });
  }
  simulation.run(seconds * 1e9);
  return { simulation, received };
}

/** Jain's index: 1 when all have the same, 1/n when one has all. */
function fairness(shares: readonly number[]): number {
  const sum = shares.reduce((total, share) => total + share, 0);
  return sum ** 2 / (shares.length * shares.reduce((total, share) => total + share ** 2, 0));
}

/** Mean of packets waiting on r-t from `fromMs` on, weighted by time. */
function meanDepth(simulation: Simulation, fromMs: number): number {
  const depths = simulation.trace.queues.find(({ link, from }) => link === "r-t" && from === "r");
  if (depths === undefined) throw new Error("nothing waited");
  let sum = 0;
  let last = fromMs * MS;
  for (let i = 0; i < depths.count; i++) {
    if (depths.times[i] <= last) continue;
    sum += depths.at(last) * (depths.times[i] - last);
    last = depths.times[i];
  }
  return sum / (last - fromMs * MS);
}

/** One direction by itself, and what comes out at its end. */
function direction(settings: Partial<LinkSettings>): {
  scheduler: Scheduler;
  recorder: Recorder;
  link: LinkDirection;
  arrived: IpPacket[];
} {
  const scheduler = new Scheduler();
  const recorder = new Recorder();
  const arrived: IpPacket[] = [];
  const sink = { name: "b", receive: (packet: IpPacket) => void arrived.push(packet) };
  const identity = { link: "a-b", where: "link a-b forward", from: "a", to: sink };
  const link = new LinkDirection(scheduler, recorder, 1, identity, { ...LINK_DEFAULTS, ...settings });
  return { scheduler, recorder, link, arrived };
}

function packet(id: number, ecn: number): IpPacket {
  const datagram = { kind: "udp", sourcePort: 1, destinationPort: 2, payload: new Uint8Array(972) } as const;
  return packetOf(4, "10.0.0.1", "10.0.0.2", 64, ecn, true, id, datagram, 1000, -1);
}

describe("a link", () => {
  test("with fq-codel gives four flows of different round trips the same, and keeps few packets waiting", () => {
    const deep = fourFlows({ queuePackets: 500 }, 10);
    const fair = fourFlows({ queuePackets: 500, queue: "fq-codel" }, 10);
    expect(fairness(fair.received)).toBeGreaterThan(0.99);
    expect(meanDepth(deep.simulation, 3000)).toBeGreaterThan(200);
    expect(meanDepth(fair.simulation, 3000)).toBeLessThan(60);
    const total = fair.received.reduce((sum, bytes) => sum + bytes, 0);
    expect((total * 8) / 10e6).toBeGreaterThan(9);
  });

  test("with codel keeps the wait near its target, and says which packets it dropped for it", () => {
    const { simulation } = fourFlows({ queuePackets: 500, queue: "codel" }, 10);
    // 5 ms at 10 Mbit/s are 4 packets of 1,500 bytes.
    expect(meanDepth(simulation, 3000)).toBeLessThan(30);
    const drops = simulation.trace.events.filter((event) => event.kind === "drop");
    expect(drops.length).toBeGreaterThan(10);
    expect(new Set(drops.map(({ where, reason }) => `${where} ${reason}`))).toEqual(new Set(["r-t codel"]));
  });

  test.each(["codel", "fq-codel"] as const)("with %s runs the same twice", (queue) => {
    const [once, again] = [1, 2].map(() => traceHash(fourFlows({ queue }, 2).simulation.trace));
    expect(again).toBe(once);
  });

  test("that marks lets ECN-capable packets through marked, in bytes too, and drops the others", () => {
    const { scheduler, recorder, link, arrived } = direction({
      bandwidthBps: 8e6,
      queue: "codel",
      queueEcn: true,
    });
    // Twice what it carries, for 400 ms: every other packet is ECN-capable.
    for (let id = 0; id < 800; id++) scheduler.at(id * 0.5 * MS, () => link.enter(packet(id, (id % 2) * 2)));
    scheduler.run();
    const marks = arrived.filter(({ ecn }) => ecn === 3);
    expect(marks.length).toBeGreaterThan(0);
    expect(marks.every(({ id }) => id % 2 === 1)).toBe(true);
    const drops = recorder.trace.events.flatMap((event) => (event.kind === "drop" ? [event.packet] : []));
    expect(drops.length).toBeGreaterThan(0);
    expect(drops.every((row) => (recorder.trace.bytes(row)[1] & 3) === 0)).toBe(true);
    const rows = Array.from({ length: recorder.trace.packets.count }, (_, row) => row);
    expect(rows.filter((row) => (recorder.trace.bytes(row)[1] & 3) === 3)).toHaveLength(marks.length);
    expect(arrived.length + drops.length).toBe(800);
  });

  test("takes what waits along when its queue changes", () => {
    const { scheduler, recorder, link, arrived } = direction({ bandwidthBps: 8e6 });
    for (let id = 0; id < 20; id++) link.enter(packet(id, 0));
    scheduler.run(2.5 * MS);
    link.use({ ...link.settings, queue: "fq-codel" });
    expect(link.counts.waiting).toBe(17);
    scheduler.run(5.5 * MS);
    link.use({ ...link.settings, queue: "codel", queuePackets: 10 });
    expect(link.counts).toMatchObject({ waiting: 10, lost: 4 });
    link.use({ ...link.settings, queue: "drop-tail" });
    scheduler.run();
    expect(arrived.map(({ id }) => id)).toEqual(Array.from({ length: 16 }, (_, id) => id));
    const [depths] = recorder.trace.queues;
    expect(depths).toMatchObject({ link: "a-b", from: "a", to: "b" });
    const at = [0, 1, 2, 2.5, 3, 5, 5.5, 6, 14, 15, 16].map((ms) => depths.at(ms * MS));
    expect(at).toEqual([19, 18, 17, 17, 16, 14, 10, 9, 1, 0, 0]);
  });
});
