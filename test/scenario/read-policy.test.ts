import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { formatReadPolicy, limitRead, parseReadPolicy } from "../../src/scenario/read-policy.ts";
import type { ReadPolicy } from "../../src/scenario/scenario.ts";

const policies: fc.Arbitrary<ReadPolicy> = fc.oneof(
  fc.constantFrom<ReadPolicy>({ kind: "all" }, { kind: "one-byte" }, { kind: "half" }, { kind: "random" }),
  fc.integer({ min: 1, max: 999_999_999 }).map((bytes): ReadPolicy => ({ kind: "at-most", bytes })),
);

describe("a read policy", () => {
  test.prop([
    policies,
    fc.integer({ min: 1, max: 1 << 20 }),
    fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  ])("lets a recv return at least one byte and at most what it asked for", (policy, max, random) => {
    const limit = limitRead(policy, max, () => random);
    expect(limit).toBeGreaterThanOrEqual(1);
    expect(limit).toBeLessThanOrEqual(max);
    expect(Number.isInteger(limit)).toBe(true);
  });

  test.prop([policies])("is read back as it was written", (policy) => {
    expect(parseReadPolicy(formatReadPolicy(policy))).toEqual(policy);
  });

  test.prop([fc.string()])("is null for anything else", (text) => {
    fc.pre(!/^(all|one-byte|half|random|at-most:\d+)$/.test(text));
    expect(parseReadPolicy(text)).toBeNull();
  });
});
