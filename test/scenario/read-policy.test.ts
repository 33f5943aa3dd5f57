import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatReadPolicy, limitRead, parseReadPolicy } from "../../src/scenario/read-policy.ts";
import type { ReadPolicy } from "../../src/scenario/scenario.ts";

const policies: fc.Arbitrary<ReadPolicy> = fc.oneof(
  fc.constantFrom<ReadPolicy>({ kind: "all" }, { kind: "one-byte" }, { kind: "half" }, { kind: "random" }),
  fc.integer({ min: 1, max: 999_999_999 }).map((bytes): ReadPolicy => ({ kind: "at-most", bytes })),
);
const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe("a read policy", () => {
  test("lets a recv return at least one byte and at most what it asked for", () => {
    fc.assert(
      fc.property(policies, fc.integer({ min: 1, max: 1 << 20 }), unit, (policy, max, random) => {
        const limit = limitRead(policy, max, () => random);
        expect(limit).toBeGreaterThanOrEqual(1);
        expect(limit).toBeLessThanOrEqual(max);
        expect(Number.isInteger(limit)).toBe(true);
      }),
    );
  });

  test("is read back as it was written", () => {
    fc.assert(
      fc.property(policies, (policy) => {
        expect(parseReadPolicy(formatReadPolicy(policy))).toEqual(policy);
      }),
    );
  });

  test("is null for anything else", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!/^(all|one-byte|half|random|at-most:\d+)$/.test(text));
        expect(parseReadPolicy(text)).toBeNull();
      }),
    );
  });
});
