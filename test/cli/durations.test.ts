import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";

import { parseDuration, parseSpan } from "../../src/cli/durations.ts";

describe("a span of time", () => {
  it("is exact to the nanosecond, however long", () => {
    expect(parseSpan("--x", "1.5s")).toEqual({ seconds: 1, nanoseconds: 500_000_000 });
    expect(parseSpan("--x", "-1.25s")).toEqual({ seconds: -2, nanoseconds: 750_000_000 });
    expect(parseSpan("--x", "+20000d")).toEqual({ seconds: 1_728_000_000, nanoseconds: 0 });
    expect(parseSpan("--x", "-123456789.123456789s")).toEqual({
      seconds: -123_456_790,
      nanoseconds: 876_543_211,
    });
    expect(parseSpan("--x", "0.4ns")).toEqual({ seconds: 0, nanoseconds: 0 });
  });

  test.prop([fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n })])("of so many nanoseconds is that", (ns) => {
    const { seconds, nanoseconds } = parseSpan("--x", `${text(ns)}s`);
    expect(nanoseconds).toBeGreaterThanOrEqual(0);
    expect(nanoseconds).toBeLessThan(1e9);
    expect(BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds)).toBe(ns);
  });

  it.each(["", "s", "1", "1 s", "nan", "1e3s", "1.s", "--1s", "9999999999999s"])("is not %j", (wrong) => {
    expect(() => parseSpan("--x", wrong)).toThrow("--x " + wrong + ": want a time with its unit");
  });

  it("longer than can be counted is refused", () => {
    expect(() => parseSpan("--x", "999999999999d")).toThrow("is longer than can be counted");
    expect(() => parseDuration("--x", "999999999s")).toThrow("is longer than can be counted");
    expect(() => parseDuration("--x", "-1ns")).toThrow("want no negative time");
    expect(parseDuration("--x", "2.5h")).toBe(9000e9);
  });
});

/** Seconds with nine decimals. */
function text(ns: bigint): string {
  const rest = ns % 1_000_000_000n;
  const whole = ns / 1_000_000_000n;
  return `${ns < 0n ? "-" : ""}${whole < 0n ? -whole : whole}.${String(rest < 0n ? -rest : rest).padStart(9, "0")}`;
}
