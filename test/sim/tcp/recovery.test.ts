// Losses and how they are repaired, as timelines over 20 ms each way.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { wheelNs } from "../../../src/sim/tcp/timers.ts";
import { isFailure } from "../../../src/socket/core.ts";
import { A, connected, MS, must, randomFrom, SECOND } from "./wire.ts";
import type { Fate, Pair } from "./wire.ts";

const DELAY = 20 * MS;
const TOTAL = 200_000;

interface Transfer extends Pair {
  /** Relative number of each data segment the client sent, in order. */
  readonly numbers: number[];
  readonly received: () => number;
}

/**
 * A client that sends 200,000 bytes to a reader. `fate` is asked for each data segment, with its number relative to the first
 * and how often that number has left before: ns on the way for each copy.
 */
function transfer(fate: (seq: number, before: number, atNs: number) => readonly number[]): Transfer {
  const numbers: number[] = [];
  const left = new Map<number, number>();
  let first = -1;
  const judge: Fate = (segment, from) => {
    if (from !== A || segment.payload.length === 0) return [DELAY];
    if (first < 0) first = segment.seq;
    const seq = (segment.seq - first) >>> 0;
    const before = left.get(seq) ?? 0;
    left.set(seq, before + 1);
    numbers.push(seq);
    return fate(seq, before, pair.wire.nowNs);
  };
  const pair = connected({ delayNs: DELAY, recording: true });
  pair.wire.fate = judge;
  let received = 0;
  pair.server.onWake = () => {
    for (;;) {
      const data = pair.server.recv(65_536);
      if (isFailure(data) || data.length === 0) return;
      received += data.length;
    }
  };
  let data = new Uint8Array(TOTAL);
  pair.client.onWake = () => {
    while (data.length > 0) {
      const taken = pair.client.send(data);
      if (typeof taken !== "number") return;
      data = data.subarray(taken);
    }
  };
  pair.client.onWake();
  return { ...pair, numbers, received: () => received };
}

function timeouts({ wire }: Pair): string[] {
  return wire.events.flatMap((event) =>
    event.kind === "timer" && event.timer === "rto" ? [event.timer] : [],
  );
}

/** Numbers that left more than once, each as often as it left again. */
function repeated(numbers: readonly number[]): number[] {
  return numbers.filter((seq, index) => numbers.indexOf(seq) < index);
}

const SEGMENT = 1448;

describe("with SACK", () => {
  test("a lost segment is sent once more, and nothing else", () => {
    const run = transfer((seq, before) => (seq === 5 * SEGMENT && before === 0 ? [] : [DELAY]));
    run.wire.run(10 * SECOND);
    expect(run.received()).toBe(TOTAL);
    expect(repeated(run.numbers)).toEqual([5 * SEGMENT]);
    expect(timeouts(run)).toEqual([]);
    // Ten and the five acknowledged before the loss, times CUBIC's 0.7.
    expect(must(run.client.info())).toMatchObject({ totalRetrans: 1, reordering: 3, sndSsthresh: 10 });
  });

  test("a retransmission that is lost as well is found out by what was sent after it", () => {
    const run = transfer((seq, before) => (seq === 12 * SEGMENT && before < 3 ? [] : [DELAY]));
    run.wire.run(10 * SECOND);
    expect(run.received()).toBe(TOTAL);
    expect(repeated(run.numbers)).toEqual([12 * SEGMENT, 12 * SEGMENT, 12 * SEGMENT]);
    expect(timeouts(run)).toEqual([]);
  });

  test("every third segment of a window lost: all are repaired without a timeout, none of the others is sent again", () => {
    const lost = (seq: number): boolean =>
      seq >= 10 * SEGMENT && seq < 30 * SEGMENT && (seq / SEGMENT) % 3 === 0;
    const run = transfer((seq, before) => (lost(seq) && before === 0 ? [] : [DELAY]));
    run.wire.run(10 * SECOND);
    expect(run.received()).toBe(TOTAL);
    expect(repeated(run.numbers).every(lost)).toBe(true);
    expect(timeouts(run)).toEqual([]);
  });

  test("the last segments lost are asked for by a probe, long before a timeout", () => {
    const last = Math.floor(TOTAL / SEGMENT) * SEGMENT;
    const run = transfer((seq, before) => (seq >= last - SEGMENT && before === 0 ? [] : [DELAY]));
    run.wire.run(10 * SECOND);
    expect(run.received()).toBe(TOTAL);
    expect(timeouts(run)).toEqual([]);
  });

  test("a segment merely late costs no window in the end: D-SACK tells, and later ones are waited for", () => {
    const late = new Set([20, 60, 100].map((index) => index * SEGMENT));
    const run = transfer((seq) => [late.has(seq) ? DELAY + 6 * MS : DELAY]);
    run.wire.run(10 * SECOND);
    expect(run.received()).toBe(TOTAL);
    const info = must(run.client.info());
    expect(info.sndSsthresh).toBeGreaterThan(1000);
    expect(info.totalRetrans).toBeLessThanOrEqual(1);
  });
});

test("a delay of a second looks like a loss of everything, but F-RTO sends little again and takes the window back", () => {
  let spike = Infinity;
  const run = transfer((seq, _before, atNs) => {
    if (seq === 50 * SEGMENT) spike = atNs;
    const held = atNs >= spike && atNs < spike + 500 * MS ? spike + 500 * MS - atNs : 0;
    return [DELAY + held];
  });
  run.wire.run(20 * SECOND);
  expect(run.received()).toBe(TOTAL);
  expect(timeouts(run)).not.toEqual([]);
  expect(repeated(run.numbers).length).toBeLessThanOrEqual(3);
  expect(must(run.client.info()).sndCwnd).toBeGreaterThan(10);
});

test("whatever is lost or late, TCP_INFO's counts fit together at all times, and end at nothing on the way", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1 << 30 }),
      fc.integer({ min: 0, max: 25 }),
      fc.integer({ min: 0, max: 30 }),
      fc.constantFrom("cubic", "reno"),
      (seed, lossPercent, spreadMs, control) => {
        const random = randomFrom(seed);
        const run = transfer(() => (random(100) < lossPercent ? [] : [DELAY + random(spreadMs * MS + 1)]));
        must(run.client.setOption("TCP_CONGESTION", control));
        for (let i = 0; i < 400; i++) {
          run.wire.pass(i < 300 ? 7 : 500);
          const { unacked, sacked, lost, retrans, sndCwnd, sndSsthresh, delivered } = must(run.client.info());
          expect(Math.min(unacked, sacked, lost, retrans, delivered)).toBeGreaterThanOrEqual(0);
          expect(sacked + lost).toBeLessThanOrEqual(unacked);
          expect(retrans).toBeLessThanOrEqual(unacked - sacked);
          expect(Math.min(sndCwnd, sndSsthresh)).toBeGreaterThanOrEqual(1);
        }
        expect(run.received()).toBe(TOTAL);
        expect(must(run.client.info())).toMatchObject({ unacked: 0, sacked: 0, lost: 0, retrans: 0 });
      },
    ),
    { numRuns: 40 },
  );
});

test("a timer on the wheel is never early, and late by at most two ticks and an eighth", () => {
  const tick = 4 * MS;
  fc.assert(
    fc.property(fc.nat(1e12), fc.nat(120e9), (nowNs, delayNs) => {
      const late = wheelNs(nowNs, delayNs, tick) - nowNs - delayNs;
      expect(late).toBeGreaterThan(0);
      expect(late).toBeLessThanOrEqual(2 * tick + delayNs / 7);
    }),
  );
  expect(wheelNs(0, 200 * MS, tick)).toBe(204 * MS);
  expect(wheelNs(0, 1 * SECOND, tick)).toBe(1024 * MS);
});
