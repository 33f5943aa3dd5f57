// Packets through FQ-CoDel by hand: whose turn it is, who is dropped, and flows that share a link (RFC 8290).

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { packetOf } from "../../../src/sim/packet-build.ts";
import type { IpPacket } from "../../../src/sim/packet.ts";
import { FqCodelQueue } from "../../../src/sim/queue/fq-codel.ts";
import type { QueueParameters } from "../../../src/sim/queue/link-queue.ts";

const MS = 1e6;
const PARAMETERS: QueueParameters = {
  packetsMax: 1000,
  targetNs: 5 * MS,
  intervalNs: 100 * MS,
  marks: false,
  quantumBytes: 1514,
  mtu: 1500,
};

/** A packet of the flow that sends from port `flow`. */
function packet(flow: number, bytes: number, id: number = 0, ecn: number = 0): IpPacket {
  const payload = { kind: "udp", sourcePort: flow, destinationPort: 9, payload: new Uint8Array(0) } as const;
  return packetOf(4, "10.0.0.1", "10.0.0.2", 64, ecn, true, id, payload, bytes, -1);
}

function flowOf({ payload }: IpPacket): number {
  return payload.kind === "udp" ? payload.sourcePort : -1;
}

interface Made {
  readonly queue: FqCodelQueue;
  /** Flows of packets dropped, with why. */
  readonly dropped: [number, string][];
  add(flow: number, bytes: number, count?: number, atMs?: number, ecn?: number): void;
  /** Flows in the order their packets leave at `ms`. */
  take(count: number, ms: number): number[];
}

function make(parameters: Partial<QueueParameters> = {}, flows: number = 1024, key: number = 1): Made {
  const dropped: [number, string][] = [];
  const queue = new FqCodelQueue(
    { dropped: (lost, reason) => dropped.push([flowOf(lost), reason]) },
    { ...PARAMETERS, ...parameters },
    flows,
    key,
  );
  return {
    queue,
    dropped,
    add: (flow, bytes, count = 1, atMs = 0, ecn = 0) => {
      for (let i = 0; i < count; i++) queue.enqueue(packet(flow, bytes, i, ecn), 0, 0, -1, atMs * MS);
    },
    take: (count, ms) => {
      const taken: number[] = [];
      for (let i = 0; i < count; i++) {
        const next = queue.dequeue(ms * MS);
        if (next !== null) taken.push(flowOf(next));
      }
      return taken;
    },
  };
}

describe("FQ-CoDel", () => {
  test("flows take turns of a quantum", () => {
    const { add, take } = make({ quantumBytes: 1500 });
    add(1, 1500, 4);
    add(2, 1500, 4);
    add(3, 500, 8);
    // A turn of flow 3 is three packets.
    expect(take(10, 1)).toEqual([1, 2, 3, 3, 3, 1, 2, 3, 3, 3]);
  });

  test("what a packet took beyond the quantum is missing in the next turn", () => {
    const { add, take } = make({ quantumBytes: 1000 });
    add(1, 1500, 6);
    add(2, 500, 12);
    // 1: 1000 - 1500, so 500 in the next: 1500 twice in three turns; 2: two packets a turn.
    const taken = take(12, 1);
    expect(taken.filter((flow) => flow === 1).length * 1500).toBeGreaterThanOrEqual(4500);
    const bytes = taken.reduce((sum, flow) => sum + (flow === 1 ? 1500 : -500), 0);
    expect(Math.abs(bytes)).toBeLessThanOrEqual(2500);
  });

  test("a sparse flow goes before those that have been waiting", () => {
    const { add, take } = make();
    add(1, 1500, 50);
    add(2, 1500, 50);
    expect(take(4, 1)).toEqual([1, 1, 2, 2]);
    add(7, 100);
    expect(take(1, 2)).toEqual([7]);
    take(6, 3);
    add(7, 100);
    expect(take(1, 4)).toEqual([7]);
  });

  test("a flow that comes back at once waits its turn: a burst of small ones cannot starve the rest", () => {
    const { add, take } = make();
    add(1, 1500, 50);
    take(3, 1);
    const taken: number[] = [];
    for (let i = 0; i < 40; i++) {
      add(7, 1500, 1);
      taken.push(...take(1, 2));
    }
    expect(taken.filter((flow) => flow === 1).length).toBeGreaterThanOrEqual(18);
  });

  test("when there are too many packets, the head of the fattest queue goes, whoever came last", () => {
    const { add, take, dropped, queue } = make({ packetsMax: 10 });
    add(1, 1000, 9);
    add(2, 100, 3);
    expect(dropped).toEqual([
      [1, "queue full"],
      [1, "queue full"],
    ]);
    expect(queue.length).toBe(10);
    expect(take(20, 1).filter((flow) => flow === 2)).toHaveLength(3);
  });

  test("each flow has a CoDel of its own: only the one whose packets wait is dropped from", () => {
    const { add, take, dropped } = make({ packetsMax: 10_000 });
    for (let ms = 1; ms <= 1000; ms++) {
      add(1, 1000, 2, ms);
      if (ms % 10 === 0) add(2, 100, 1, ms);
      take(1, ms);
    }
    expect(dropped.length).toBeGreaterThan(10);
    expect(new Set(dropped.map(([flow, reason]) => `${flow} ${reason}`))).toEqual(new Set(["1 codel"]));
  });

  test("marks where it may, and drops the rest", () => {
    const { add, queue, dropped } = make({ marks: true });
    let marks = 0;
    for (let ms = 1; ms <= 1000; ms++) {
      add(1, 1000, 2, ms, 1);
      if (queue.dequeue(ms * MS)?.ecn === 3) marks++;
    }
    expect(marks).toBeGreaterThan(10);
    expect(dropped.filter(([, reason]) => reason === "codel")).toEqual([]);
  });

  test("which flows share a queue depends on the key alone", () => {
    const order = (key: number): number[] => {
      const { add, take } = make({ quantumBytes: 1000 }, 4, key);
      for (let flow = 1; flow <= 12; flow++) add(flow, 1000, 2);
      return take(24, 1);
    };
    expect(order(1)).toEqual(order(1));
    expect(new Set([1, 2, 3, 4, 5, 6].map((key) => order(key).join())).size).toBeGreaterThan(1);
  });

  test("whatever comes and goes, flows keep their order and the counts add up", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            flow: fc.integer({ min: 1, max: 5 }),
            bytes: fc.integer({ min: 28, max: 1500 }),
            take: fc.integer({ min: 0, max: 3 }),
            gapMs: fc.integer({ min: 0, max: 60 }),
          }),
          { maxLength: 200 },
        ),
        fc.integer({ min: 1, max: 1024 }),
        (steps, flows) => {
          let lost = 0;
          let lostBytes = 0;
          const queue = new FqCodelQueue(
            {
              dropped: ({ length }) => {
                lost++;
                lostBytes += length;
              },
            },
            { ...PARAMETERS, packetsMax: 20 },
            flows,
            7,
          );
          const last = new Map<number, number>();
          let now = 0;
          let id = 0;
          let sent = 0;
          let bytes = 0;
          for (const { flow, bytes: length, take, gapMs } of steps) {
            queue.enqueue(packet(flow, length, id++), 0, 0, -1, now);
            bytes += length;
            now += gapMs * MS;
            for (let i = 0; i < take; i++) {
              const taken = queue.dequeue(now);
              if (taken === null) continue;
              sent++;
              bytes -= taken.length;
              expect(taken.id).toBeGreaterThan(last.get(flowOf(taken)) ?? -1);
              last.set(flowOf(taken), taken.id);
            }
            expect(queue.length).toBeLessThanOrEqual(20);
            expect(queue.length).toBe(id - sent - lost);
            expect(queue.bytes).toBe(bytes - lostBytes);
          }
        },
      ),
    );
  });
});
