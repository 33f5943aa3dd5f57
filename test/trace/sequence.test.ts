import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sequenceAround } from "../../src/trace/sequence.ts";
import type { Sequence, SequenceOptions } from "../../src/trace/sequence.ts";
import type { Trace } from "../../src/trace/trace.ts";
import { TraceBuilder, helloTrace } from "../tui/build-trace.ts";

const HOSTS = ["client", "server"];

function around(trace: Trace, step: number, change: Partial<SequenceOptions> = {}): Sequence {
  const lifeline = (host: string): number => HOSTS.indexOf(host);
  return sequenceAround(trace, step, {
    from: (packet) => lifeline(trace.transits[packet].from),
    to: (packet) => lifeline(trace.transits[packet].to),
    lifeline,
    alike: (packet) => `${trace.transits[packet].from} ${trace.packets.payloadLength[packet]}`,
    rowNs: 5e6,
    folded: false,
    key: JSON.stringify(change),
    ...change,
  });
}

describe("a sequence", () => {
  test("has every packet, in order, each on a row of its own, and none arrives above where it left", () => {
    const trace = helloTrace();
    const packets = around(trace, 0).items.filter((item) => item.kind === "packet");
    expect(packets.map(({ packet }) => packet)).toEqual(
      Array.from({ length: trace.packets.count }, (_, i) => i),
    );
    expect(new Set(packets.map(({ y }) => y)).size).toBe(packets.length);
    for (const { y, endY } of packets) expect(endY ?? y).toBeGreaterThanOrEqual(y);
  });

  test("ends a lost packet where it left, with the reason", () => {
    const died = around(helloTrace(), 0).items.filter(
      (item) => item.kind === "packet" && item.end === "died",
    );
    expect(died).toMatchObject([{ reason: "loss" }]);
  });

  test("spreads rows with time, and names what it cuts short", () => {
    const trace = helloTrace();
    expect(around(trace, 0, { rowNs: 1e6 }).rows).toBeGreaterThan(around(trace, 0, { rowNs: 0 }).rows);
    expect(around(trace, 0, { rowNs: 1e6 }).gaps.length).toBeGreaterThan(0);
    expect(around(trace, 0, { rowNs: 0 }).gaps).toEqual([]);
  });

  test("folds alike packets into one line that counts them, unless asked not to", () => {
    const b = new TraceBuilder();
    for (let i = 0; i < 20; i++) b.udp("client", "server", "same");
    const folds = around(b.trace, 0, { folded: true }).items;
    expect(folds).toMatchObject([{ kind: "fold", count: 20, bytes: 80, answers: 0 }]);
    expect(around(b.trace, 0).items).toHaveLength(20);
  });

  test("puts later steps on later rows", () => {
    fc.assert(
      fc.property(fc.nat(60), fc.nat(60), (a, b) => {
        const trace = helloTrace();
        const sequence = around(trace, 0);
        const [low, high] = a < b ? [a, b] : [b, a];
        expect(sequence.rowOf(low)).toBeLessThanOrEqual(sequence.rowOf(high));
        expect(sequence.rowOf(high)).toBeLessThan(sequence.rows);
      }),
      { numRuns: 30 },
    );
  });
});
