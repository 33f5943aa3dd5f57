import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isFailure } from "../../src/socket/core.ts";
import type { SocketCore } from "../../src/socket/core.ts";
import { Simulation } from "../../src/sim/simulation.ts";
import type { LinkConfig, LinkSettings, Topology } from "../../src/sim/topology.ts";
import { indexPacket } from "../../src/trace/index-packet.ts";
import { PacketTable } from "../../src/trace/packets.ts";
import { StreamTable } from "../../src/trace/streams.ts";
import { LINKTYPE } from "../../src/trace/trace.ts";
import { bytes, inet, pair, udp, udpOn } from "./lab.ts";

const chance = fc.double({ min: 0, max: 0.3, noNaN: true });
const ms = fc.double({ min: 0, max: 50, noNaN: true });

/** Any impairments at all, in moderation. */
const impairments: fc.Arbitrary<Partial<LinkSettings>> = fc.record(
  {
    delayMs: ms,
    jitterMs: ms,
    jitterDistribution: fc.constantFrom("uniform", "normal", "exponential", "pareto"),
    jitterReorders: fc.boolean(),
    bandwidthBps: fc.constantFrom(0, 64e3, 1e6, 100e6),
    queuePackets: fc.nat(20),
    loss: fc.oneof(chance, fc.record({ enterBad: chance, leaveBad: fc.constant(0.5) })),
    reorder: chance,
    reorderMs: ms,
    duplicate: chance,
    corrupt: chance,
    mtu: fc.constantFrom(300, 576, 1280, 1500, 9000),
    partitions: fc.constantFrom([], [{ fromMs: 20, untilMs: 40 }]),
  },
  { requiredKeys: [] },
);

/** Two ends and up to two routers between them. */
const topology: fc.Arbitrary<Topology> = fc
  .array(fc.record({ forward: impairments, backward: impairments }), { minLength: 1, maxLength: 3 })
  .map((links) => {
    const names = ["a", "r", "s"].slice(0, links.length).concat("b");
    const hosts = Object.fromEntries(names.map((name) => [name, { forwards: name !== "a" && name !== "b" }]));
    return {
      hosts,
      links: links.map((link, i): LinkConfig =>
        Object.assign({ between: [names[i], names[i + 1]] as const }, link),
      ),
    };
  });

const HEADERS_MOST = 56;

/** How many pieces a datagram may come in on the way from a to b. */
function fragmentsAtMost(size: number, { links }: Topology): number {
  const mtu = Math.min(...links.map(({ forward }) => forward?.mtu ?? 1500));
  return size + HEADERS_MOST <= mtu ? 1 : Math.ceil(size / (mtu - HEADERS_MOST)) + 1;
}

function bitsApart(left: Uint8Array, right: Uint8Array): number {
  let count = 0;
  for (const [at, byte] of left.entries()) {
    for (let bits = byte ^ right[at]; bits !== 0; bits &= bits - 1) count++;
  }
  return count;
}

interface Sending {
  readonly atMs: number;
  readonly size: number;
  readonly v6: boolean;
}
const sendings = fc.array(
  fc.record({ atMs: fc.nat(100), size: fc.integer({ min: 4, max: 5000 }), v6: fc.boolean() }),
  { maxLength: 25 },
);

/** Numbered datagrams from a to b; answers those that arrived, by number. */
function runUdp(simulation: Simulation, plan: readonly Sending[]): Map<number, Uint8Array[]> {
  const got = new Map<number, Uint8Array[]>();
  const target = {
    inet: simulation.hosts.get("b")?.ipv4 ?? "",
    inet6: simulation.hosts.get("b")?.ipv6 ?? "",
  };
  for (const family of ["inet", "inet6"] as const) {
    const port = family === "inet" ? 9 : 10;
    const receiver = udpOn(simulation, "b", port, family);
    receiver.setOption("SO_RCVBUF", 212_992);
    receiver.onWake = () => {
      for (;;) {
        const data = receiver.recv(65_536);
        if (isFailure(data)) return;
        const number = new DataView(data.buffer, data.byteOffset).getUint32(0);
        got.set(number, [...(got.get(number) ?? []), data]);
      }
    };
    const sender = udp(simulation, "a", family);
    for (const [number, { atMs, size, v6 }] of plan.entries()) {
      if (v6 !== (family === "inet6")) continue;
      simulation.scheduler.at(atMs * 1e6, () => {
        sender.sendTo(numbered(number, size), inet(target[family], port));
      });
    }
  }
  simulation.run();
  return got;
}

function numbered(number: number, size: number): Uint8Array {
  const data = Uint8Array.from({ length: size }, (_, i) => (i * 31 + number) & 255);
  new DataView(data.buffer).setUint32(0, number);
  return data;
}

/** A digest of everything in a trace, packets' bytes included. */
function digest(simulation: Simulation): string {
  const { trace } = simulation;
  const hash = createHash("sha256");
  for (let index = 0; index < trace.length; index++) {
    const step = trace.step(index);
    hash.update(String(trace.timeNs(index)));
    if ("packet" in step) {
      hash.update(trace.bytes(step.packet)).update(JSON.stringify(trace.transits[step.packet]));
    } else hash.update(JSON.stringify(trace.events[step.event]));
  }
  return hash.digest("hex");
}

describe("a simulation", () => {
  test("with the same seed is the same to the last byte", () => {
    fc.assert(
      fc.property(topology, sendings, fc.nat(), (topology, plan, seed) => {
        const digests = [1, 2].map(() => {
          const simulation = new Simulation({ topology, seed, recording: true });
          runUdp(simulation, plan);
          return digest(simulation);
        });
        expect(digests[0]).toBe(digests[1]);
      }),
      { numRuns: 40 },
    );
  });

  test("goes the same way whether or not it is recorded", () => {
    fc.assert(
      fc.property(topology, sendings, fc.nat(), (topology, plan, seed) => {
        const [seen, unseen] = [true, false].map((recording) => {
          const simulation = new Simulation({ topology, seed, recording });
          const got = runUdp(simulation, plan);
          return { got, now: simulation.scheduler.now, fired: simulation.scheduler.fired };
        });
        expect(unseen).toEqual(seen);
      }),
      { numRuns: 40 },
    );
  });

  test("delivers datagrams as they were sent, but for damage no checksum sees; and what is missing has a reason", () => {
    fc.assert(
      fc.property(topology, sendings, fc.nat(), (topology, plan, seed) => {
        const simulation = new Simulation({ topology, seed, recording: true });
        const got = runUdp(simulation, plan);
        for (const [number, copies] of got) {
          const sent = numbered(number, plan[number].size);
          const most = fragmentsAtMost(sent.length, topology);
          for (const copy of copies) {
            expect(copy.length).toBe(sent.length);
            // A bit in each of two fragments can cancel out in the Internet checksum; one bit in the whole never goes unseen.
            expect(bitsApart(copy, sent)).toBeLessThanOrEqual(most > 1 ? most : 0);
          }
        }
        const drops = simulation.trace.events.filter((event) => event.kind === "drop").length;
        expect(plan.length - got.size).toBeLessThanOrEqual(drops);
      }),
      { numRuns: 60 },
    );
  });

  test("loses no packet without saying so: sent and copied are delivered, lost, waiting or in flight", () => {
    fc.assert(
      fc.property(topology, sendings, fc.nat(), fc.nat(120), (topology, plan, seed, stopMs) => {
        const simulation = new Simulation({ topology, seed, recording: true });
        simulation.scheduler.at(stopMs * 1e6, () => checkCounts(simulation));
        runUdp(simulation, plan);
        checkCounts(simulation);
        let sent = 0;
        for (const link of simulation.links) {
          for (const direction of ["forward", "backward"] as const) {
            const counts = simulation.counts(link, direction);
            sent += counts.entered + counts.duplicated;
            expect([counts.waiting, counts.inFlight]).toEqual([0, 0]);
          }
        }
        expect(simulation.trace.packets.count).toBe(sent);
      }),
      { numRuns: 60 },
    );
  });

  function checkCounts(simulation: Simulation): void {
    for (const link of simulation.links) {
      for (const direction of ["forward", "backward"] as const) {
        const { entered, duplicated, delivered, lost, waiting, inFlight } = simulation.counts(
          link,
          direction,
        );
        if (entered + duplicated !== delivered + lost + waiting + inFlight) {
          throw new Error(`${link} ${direction} loses count`);
        }
      }
    }
  }

  test("adding a link changes nothing on the others", () => {
    fc.assert(
      fc.property(impairments, sendings, fc.nat(), (link, plan, seed) => {
        const hosts = { a: {}, b: {} };
        const links: LinkConfig[] = [{ between: ["a", "b"], ...link }];
        const small = new Simulation({ topology: { hosts, links }, seed, recording: false });
        const large = new Simulation({
          topology: { hosts: { ...hosts, c: {} }, links: [...links, { between: ["b", "c"], loss: 0.5 }] },
          seed,
          recording: false,
        });
        expect(runUdp(large, plan)).toEqual(runUdp(small, plan));
      }),
      { numRuns: 30 },
    );
  });
});

/** Sends `size` bytes from a to b over TCP and answers what arrived. */
function runTcp(simulation: Simulation, size: number): Uint8Array {
  const listener = stream(simulation, "b");
  listener.bind(inet("0.0.0.0", 80));
  listener.listen(1);
  const parts: Uint8Array[] = [];
  listener.onWake = () => {
    const accepted = listener.accept();
    if (isFailure(accepted)) return;
    const read = (): void => {
      for (;;) {
        const data = accepted.recv(65_536);
        if (isFailure(data)) return;
        if (data.length === 0) {
          accepted.close();
          return;
        }
        parts.push(data);
      }
    };
    accepted.onWake = read;
    read();
  };
  const client = stream(simulation, "a");
  const data = numbered(1, size);
  let taken = 0;
  client.onWake = () => {
    while (taken < size) {
      const answer = client.send(data.subarray(taken));
      if (typeof answer !== "number") return;
      taken += answer;
    }
    client.onWake = null;
    client.close();
  };
  client.connect(inet(simulation.hosts.get("b")?.ipv4 ?? "", 80));
  simulation.run();
  return Buffer.concat(parts);
}

function stream(simulation: Simulation, host: string): SocketCore {
  const socket = simulation.hosts.get(host)?.socket("inet", "stream");
  if (socket === undefined || isFailure(socket)) throw new Error("no socket");
  return socket;
}

describe("what is recorded", () => {
  /** A bit of everything: TCP, UDP with fragments, ICMP errors, both IP versions. */
  function mixed(): Simulation {
    const simulation = new Simulation({
      topology: {
        hosts: { a: {}, r: { forwards: true }, b: {} },
        links: [
          { between: ["a", "r"], loss: 0.02 },
          { between: ["r", "b"], mtu: 1280 },
        ],
      },
      seed: 5,
      recording: true,
    });
    for (const address of ["10.0.0.3", "fd00::3"]) {
      const family = address.includes(":") ? "inet6" : "inet";
      const port = family === "inet" ? 9 : 10;
      udpOn(simulation, "b", port, family);
      const sender = udp(simulation, "a", family);
      for (const size of [0, 1, 1400, 4000]) sender.sendTo(new Uint8Array(size), inet(address, port));
      sender.sendTo(bytes("closed"), inet(address, 99));
      if (family === "inet") simulation.run();
    }
    runTcp(simulation, 50_000);
    return simulation;
  }

  test("fills columns as the index pass over the packets' bytes does", () => {
    const { trace } = mixed();
    const table = new PacketTable();
    const streams = new StreamTable();
    for (let row = 0; row < trace.packets.count; row++) {
      const data = trace.bytes(row);
      expect(table.append()).toBe(row);
      table.length[row] = data.length;
      table.capturedLength[row] = data.length;
      indexPacket(table, row, data, 0, data.length, LINKTYPE.raw, streams);
    }
    const columns = [
      "protocol",
      "networkOffset",
      "transportOffset",
      "payloadOffset",
      "payloadLength",
      "sourcePort",
      "destinationPort",
      "tcpSeq",
      "tcpAck",
      "tcpFlags",
      "tcpWindow",
      "stream",
    ] as const;
    expect(trace.packets.count).toBeGreaterThan(60);
    for (const column of columns) {
      expect([column, ...trace.packets[column].subarray(0, table.count)]).toEqual([
        column,
        ...table[column].subarray(0, table.count),
      ]);
    }
    const names = (t: PacketTable): string[] =>
      Array.from(
        { length: t.count },
        (_, i) => `${t.addresses.text(t.source[i])}>${t.addresses.text(t.destination[i])}`,
      );
    expect(names(trace.packets)).toEqual(names(table));
  });

  test("has an interface for each end of each link, and for lo once it is used", () => {
    const run = pair();
    udp(run, "a").sendTo(bytes("x"), inet("10.0.0.2", 9));
    expect(run.trace.interfaces.map(({ name }) => name)).toEqual(["a/a-b", "b/a-b"]);
    udp(run, "a").sendTo(bytes("x"), inet("127.0.0.1", 9));
    expect(run.trace.interfaces.map(({ name }) => name)).toEqual(["a/a-b", "b/a-b", "a/lo"]);
  });

  test.skipIf(!hasTshark())("is sound to tshark: nothing malformed, no checksum bad", () => {
    const { trace } = mixed();
    const folder = mkdtempSync(join(tmpdir(), "wirelab-"));
    try {
      const file = join(folder, "mixed.pcap");
      const parts = [u32(0xa1b2c3d4, 0x00040002, 0, 0, 65_535, LINKTYPE.raw)];
      for (let row = 0; row < trace.packets.count; row++) {
        const data = trace.bytes(row);
        const us = Math.floor(trace.packets.nanoseconds[row] / 1000);
        parts.push(u32(trace.packets.seconds[row], us, data.length, data.length), Buffer.from(data));
      }
      writeFileSync(file, Buffer.concat(parts));
      const flags = ["ip", "tcp", "udp"].flatMap((name) => ["-o", `${name}.check_checksum:TRUE`]);
      const bad =
        "_ws.malformed || ip.checksum_bad.expert || tcp.checksum_bad.expert || udp.checksum.bad || icmp.checksum_bad || icmpv6.checksum_bad.expert";
      expect(execFileSync("tshark", ["-r", file, ...flags, "-Y", bad], { encoding: "utf8" })).toBe("");
      const all = execFileSync("tshark", ["-r", file], { encoding: "utf8" }).trim().split("\n");
      expect(all).toHaveLength(trace.packets.count);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  function u32(...words: number[]): Buffer {
    const out = Buffer.alloc(words.length * 4);
    for (const [i, word] of words.entries()) out.writeUInt32LE(word, i * 4);
    return out;
  }
});

function hasTshark(): boolean {
  try {
    execFileSync("tshark", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    process.stderr.write("tshark is not installed: the check against it is skipped\n");
    return false;
  }
}

describe("TCP over bad links", () => {
  test("goes through a link narrower than its own: it learns the path's MTU", () => {
    const topology = {
      hosts: { a: {}, r: { forwards: true }, s: { forwards: true }, b: {} },
      links: [
        { between: ["a", "r"] as const },
        { between: ["r", "s"] as const, mtu: 600 },
        { between: ["s", "b"] as const },
      ],
    };
    const simulation = new Simulation({ topology, seed: 1, recording: true });
    expect(Buffer.compare(runTcp(simulation, 50_000), numbered(1, 50_000))).toBe(0);
    const drops = simulation.trace.events.filter((event) => event.kind === "drop");
    expect(new Set(drops.map((drop) => drop.reason))).toEqual(new Set(["mtu"]));
    expect(simulation.hosts.get("a")?.mtuFor("10.0.0.4")).toBe(600);
    expect(simulation.scheduler.now).toBeLessThan(70e9);
  });

  test("goes on when its own link becomes narrower under it", () => {
    const simulation = pair({ bandwidthBps: 1e6 });
    simulation.scheduler.at(100e6, () => simulation.setLink("a-b", "both", { mtu: 500 }));
    expect(Buffer.compare(runTcp(simulation, 50_000), numbered(1, 50_000))).toBe(0);
  });

  test("brings every byte across, in order", () => {
    fc.assert(
      fc.property(impairments, impairments, fc.nat(), (forward, backward, seed) => {
        const mild = { bandwidthBps: 10e6, queuePackets: 50, loss: 0.05, corrupt: 0.01, partitions: [] };
        const topology = {
          hosts: { a: {}, b: {} },
          links: [
            {
              between: ["a", "b"] as const,
              forward: { ...forward, ...mild },
              backward: { ...backward, ...mild },
            },
          ],
        };
        const simulation = new Simulation({ topology, seed, recording: false });
        expect(Buffer.compare(runTcp(simulation, 30_000), numbered(1, 30_000))).toBe(0);
      }),
      { numRuns: 15 },
    );
  });
});
