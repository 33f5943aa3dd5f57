// Packets through CoDel queues by hand: what leaves when, and what is dropped or marked, beside times computed from RFC 8289.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { packetOf } from "../../../src/sim/packet-build.ts";
import type { IpPacket } from "../../../src/sim/packet.ts";
import { CodelQueue } from "../../../src/sim/queue/codel.ts";
import type { QueueParameters } from "../../../src/sim/queue/link-queue.ts";

const MS = 1e6;
const PACKET_BYTES = 1000;
const PARAMETERS: QueueParameters = {
  packetsMax: 10_000,
  targetNs: 5 * MS,
  intervalNs: 100 * MS,
  marks: false,
  quantumBytes: 1514,
  mtu: 1500,
};

function packet(id: number, ecn: number = 0): IpPacket {
  const payload = { kind: "udp", sourcePort: 1, destinationPort: 2, payload: new Uint8Array(0) } as const;
  return packetOf(4, "10.0.0.1", "10.0.0.2", 64, ecn, true, id, payload, PACKET_BYTES, -1);
}

interface Outcome {
  readonly drops: number[];
  readonly marks: number[];
  readonly sent: number[];
  /** How long those sent had waited. */
  readonly waits: number[];
}

/** A packet comes every `gapMs` and one leaves every `serviceMs`, for `lengthMs`; times in ms. */
function overload(
  gapMs: number,
  serviceMs: number,
  lengthMs: number,
  parameters: Partial<QueueParameters> = {},
  ecn: number = 0,
): Outcome {
  const outcome: Outcome = { drops: [], marks: [], sent: [], waits: [] };
  let now = 0;
  const drops = { dropped: () => outcome.drops.push(now) };
  const queue = new CodelQueue(drops, { ...PARAMETERS, ...parameters });
  let id = 0;
  for (let turn = 1; turn * serviceMs <= lengthMs; turn++) {
    now = turn * serviceMs;
    while (id * gapMs < now) {
      queue.enqueue(packet(id, ecn), 0, 0, -1, id * gapMs * MS);
      id++;
    }
    const taken = queue.dequeue(now * MS);
    if (taken === null) continue;
    outcome.sent.push(taken.id);
    outcome.waits.push(now - taken.id * gapMs);
    if (taken.ecn === 3) outcome.marks.push(now);
  }
  return outcome;
}

/** When the control law drops, with packets leaving at whole ms: `count` grows by one at each, from `first` on. */
function controlLaw(firstMs: number, drops: number, count: number = 1): number[] {
  let at = firstMs;
  return Array.from({ length: drops }, (_, n) => {
    if (n > 0) at += 100 / Math.sqrt(count + n - 1);
    return Math.ceil(at);
  });
}

describe("CoDel", () => {
  test("drops at the times of the control law, from an interval after the wait passed the target", () => {
    // Two packets come for one that leaves: that of t ms has waited (t + 1) / 2, the target's 5 ms at 9 ms.
    const { drops } = overload(0.5, 1, 800);
    expect(drops.slice(0, 3)).toEqual([109, 209, 280]);
    expect(drops).toEqual(controlLaw(109, drops.length));
    expect(drops.length).toBeGreaterThan(12);
  });

  test("leaves alone what waits less than the target, and a burst shorter than the interval", () => {
    expect(overload(1, 1, 1000).drops).toEqual([]);
    expect(overload(0.5, 1, 100).drops).toEqual([]);
  });

  test("leaves alone a queue of no more than one packet of the largest size", () => {
    const drops: number[] = [];
    const queue = new CodelQueue({ dropped: ({ id }) => drops.push(id) }, PARAMETERS);
    // Each waits 50 ms, with one behind it.
    for (let id = 0; id < 100; id++) {
      queue.enqueue(packet(id), 0, 0, -1, id * 50 * MS);
      if (id > 0) expect(queue.dequeue((id + 1) * 50 * MS)?.id).toBe(id - 1);
    }
    expect(drops).toEqual([]);
  });

  test("stops when the wait is below the target, and when it rises again soon goes on at the rate that had worked", () => {
    const drops: number[] = [];
    let now = 0;
    const queue = new CodelQueue({ dropped: () => drops.push(now) }, PARAMETERS);
    const spell = (fromMs: number, lengthMs: number): void => {
      // They have waited 6 ms when the first leaves.
      for (let id = 0; id < lengthMs; id++) queue.enqueue(packet(id), 0, 0, -1, fromMs * MS);
      for (now = fromMs + 6; queue.length > 0; now++) queue.dequeue(now * MS);
    };
    spell(0, 400);
    expect(drops).toEqual(controlLaw(106, 5));
    drops.length = 0;
    // Five packets dropped, four more than when dropping began: it begins with a count of four.
    spell(600, 250);
    expect(drops).toEqual(controlLaw(706, 4, 4));
    drops.length = 0;
    spell(10_000, 250);
    expect(drops).toEqual(controlLaw(10_106, 2));
  });

  test("with marking, marks those that are ECN-capable at the same times and loses none", () => {
    const dropping = overload(0.5, 1, 400);
    const marking = overload(0.5, 1, 400, { marks: true }, 2);
    expect(marking.drops).toEqual([]);
    expect(marking.marks.slice(0, 4)).toEqual(dropping.drops.slice(0, 4));
    expect(marking.sent).toEqual(marking.sent.map((_, index) => index));
    expect(overload(0.5, 1, 400, { marks: true }, 0)).toEqual(dropping);
  });

  test("takes no more packets than there is room for", () => {
    const { drops, sent } = overload(0.5, 1, 100, { packetsMax: 10, targetNs: 1000 * MS });
    expect(sent.length).toBe(100);
    expect(drops.length).toBeGreaterThan(80);
  });

  test("keeps the wait near the target where senders yield", () => {
    // A sender that halves its rate at every drop and adds to it in between, as TCP does.
    let rate = 2;
    let now = 0;
    let owed = 0;
    let id = 0;
    const waits: number[] = [];
    const queue = new CodelQueue({ dropped: () => (rate /= 2) }, PARAMETERS);
    for (let turn = 0; turn < 20_000; turn++) {
      now++;
      for (owed += rate; owed >= 1; owed--) queue.enqueue(packet(id++), 0, 0, -1, now * MS);
      rate += 0.0005;
      const before = queue.dequeue(now * MS);
      if (before !== null && turn > 5000) waits.push(queue.length);
    }
    const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
    expect(mean).toBeLessThan(25);
  });

  test("whatever comes and goes, every packet is sent once, dropped once or waits, in order", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 40 })), {
          maxLength: 200,
        }),
        fc.boolean(),
        (steps, marks) => {
          const seen: number[] = [];
          const queue = new CodelQueue(
            { dropped: ({ id }) => seen.push(id) },
            { ...PARAMETERS, marks, packetsMax: 1e6 },
          );
          let now = 0;
          let id = 0;
          for (const [come, gap] of steps) {
            for (let i = 0; i < come; i++) queue.enqueue(packet(id++, id % 2), 0, 0, -1, now * MS);
            now += gap;
            const taken = queue.dequeue(now * MS);
            if (taken !== null) seen.push(taken.id);
          }
          expect(seen).toEqual(seen.map((_, index) => index));
          expect(queue.length).toBe(id - seen.length);
          expect(queue.bytes).toBe(queue.length * PACKET_BYTES);
        },
      ),
    );
  });
});
