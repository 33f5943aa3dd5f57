import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RandomStream, mix32 } from "../../src/sim/random.ts";

function draw(count: number, next: () => number): number[] {
  return Array.from({ length: count }, next);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe("random streams", () => {
  test("a stream is the same for the same seed and name", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.string(), (seed, name) => {
        const a = new RandomStream(seed, name);
        const b = new RandomStream(seed, name);
        expect(draw(20, () => a.unit())).toEqual(draw(20, () => b.unit()));
      }),
    );
  });

  test("neighbouring seeds and names have nothing in common", () => {
    const streams = ["a", "b", "link a-b forward/loss", "link a-b backward/loss"].flatMap((name) =>
      [0, 1, 2, 3].map((seed) => new RandomStream(seed, name).unit()),
    );
    expect(new Set(streams).size).toBe(16);
  });

  test("numbers never change from one version to the next", () => {
    const stream = new RandomStream(7, "link a-b forward/loss");
    expect(draw(4, () => stream.integer(1_000_000))).toMatchInlineSnapshot(`
      [
        277255,
        250565,
        920938,
        781535,
      ]
    `);
  });

  test("a unit is in [0, 1) and uniform in its sixteenths", () => {
    const stream = new RandomStream(1, "unit");
    const bins = Array.from({ length: 16 }, () => 0);
    for (const unit of draw(160_000, () => stream.unit())) bins[Math.floor(unit * 16)]++;
    for (const bin of bins) expect(Math.abs(bin - 10_000)).toBeLessThan(500);
  });

  test("an integer is below its limit", () => {
    fc.assert(
      fc.property(fc.integer({ min: -3, max: 2 ** 32 }), (limit) => {
        const value = new RandomStream(1, `${limit}`).integer(limit);
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThan(Math.max(1, limit));
      }),
    );
  });

  test("variates have the mean and the spread they promise", () => {
    const stream = new RandomStream(3, "variates");
    const normal = draw(100_000, () => stream.normal());
    expect(mean(normal)).toBeCloseTo(0, 1);
    expect(mean(normal.map((x) => x * x))).toBeCloseTo(1, 1);
    const exponential = draw(100_000, () => stream.exponential());
    expect(mean(exponential)).toBeCloseTo(1, 1);
    expect(exponential.filter((x) => x > 1).length / 100_000).toBeCloseTo(0.368, 2);
    const pareto = draw(200_000, () => stream.pareto());
    expect(pareto.filter((x) => x > 1).length / 200_000).toBeCloseTo(0.25, 2);
    expect(Math.max(...pareto.slice(0, 10_000))).toBeLessThanOrEqual(100);
    expect(Math.min(...pareto.slice(0, 10_000))).toBeGreaterThanOrEqual(0);
  });

  test("mixing an index spreads over all 32 bits", () => {
    const words = new Set(Array.from({ length: 10_000 }, (_, i) => mix32(5, i)));
    expect(words.size).toBe(10_000);
    const ones = [...words].map((word) => word >>> 31).filter((bit) => bit === 1).length;
    expect(Math.abs(ones - 5000)).toBeLessThan(300);
  });
});
