import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { TickClock } from "../../src/capture/ticks.ts";

describe("TickClock", () => {
  it("converts ticks of every resolution as exact arithmetic does, rounding nanoseconds down", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 255 }),
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        fc.integer({ min: -1000, max: 2_000_000_000 }),
        (tsresol, ticks, offset) => {
          const clock = new TickClock(tsresol, offset);
          clock.convert(Number(ticks >> 32n), Number(ticks & 0xffffffffn));
          const unit = (tsresol & 0x80) === 0 ? 10n ** BigInt(tsresol) : 2n ** BigInt(tsresol & 0x7f);
          expect(clock.seconds).toBe(Number(ticks / unit) + offset);
          expect(clock.nanoseconds).toBe(Number(((ticks % unit) * 1_000_000_000n) / unit));
        },
      ),
      {
        numRuns: 2000,
        examples: [
          [6, 2n ** 64n - 1n, 0],
          [9, 2n ** 64n - 1n, 0],
          [0x94, 2n ** 63n + 1n, 0],
        ],
      },
    );
  });
});
