// What transfers carry over lossy links, beside what Linux carries over the same (bench/goodput.ts has the numbers).

import { describe, expect, test } from "vitest";
import { GOODPUT_CASES, goodputs, median } from "../../../bench/goodput.ts";

const SEEDS = 3;
/**
 * Twenty seeds' median is within 15% (npm run goodput). One run's spread over seeds is 10 to 20% of it (standard deviation), so
 * a median of three differs from it by up to 30% in 99 of 100 choices of seeds; these three seeds are always the same.
 */
const MARGIN = 0.15 + 0.3;

describe("over 100 Mbit/s and 40 ms", () => {
  test.each(GOODPUT_CASES)(
    "$control carries what Linux does at a loss of $loss",
    ({ control, loss, linuxMbps }) => {
      const margin = loss === 0 ? 0.02 : MARGIN;
      const middle = median(goodputs(control, loss, loss === 0 ? 1 : SEEDS));
      expect(middle).toBeGreaterThan(linuxMbps * (1 - margin));
      expect(middle).toBeLessThan(linuxMbps * (1 + margin));
    },
  );
});
