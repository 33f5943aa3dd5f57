// What transfers carry over lossy links, beside what Linux carries over the same (bench/goodput.ts has the numbers).

import { describe, expect, test } from "vitest";
import { GOODPUT_CASES, goodput, goodputs, median } from "../../../bench/goodput.ts";

/** As many as in `npm run goodput`, whose median is to be within 15% of Linux's, where runs are short. */
const SEEDS = 20;
const MARGIN = 0.15;
/**
 * At a loss of 0.1% a run is ten times as long, so there are fewer. One run's standard deviation over seeds is 20%, a median of
 * five has half of that: three times it is beyond the margin in 3 of 1,000 choices of seeds, and these are always the same.
 */
const SEEDS_LONG = 5;
const MARGIN_LONG = MARGIN + 0.3;
/** Without loss there is no chance in it. */
const MARGIN_LOSSLESS = 0.02;

function trial(loss: number): { seeds: number; margin: number } {
  if (loss === 0) return { seeds: 1, margin: MARGIN_LOSSLESS };
  return loss < 0.01 ? { seeds: SEEDS_LONG, margin: MARGIN_LONG } : { seeds: SEEDS, margin: MARGIN };
}

describe("over 100 Mbit/s and 40 ms", () => {
  test.each(GOODPUT_CASES.filter(({ control }) => control !== "bbr"))(
    "$control carries what Linux does at a loss of $loss",
    ({ control, loss, linuxMbps }) => {
      const { seeds, margin } = trial(loss);
      const middle = median(goodputs(control, loss, seeds));
      expect(middle).toBeGreaterThan(linuxMbps * (1 - margin));
      expect(middle).toBeLessThan(linuxMbps * (1 + margin));
    },
  );

  // A hundred times the packets of the others: a run has hardly any chance in it, and five seconds of one are enough.
  test("bbr carries what Linux does at a loss of 5%", () => {
    const linuxMbps = GOODPUT_CASES.find(
      ({ control, loss }) => control === "bbr" && loss === 0.05,
    )?.linuxMbps;
    const mbps = goodput("bbr", 0.05, 1, 5);
    expect(mbps / (linuxMbps ?? 0)).toBeGreaterThan(1 - MARGIN);
    expect(mbps / (linuxMbps ?? 0)).toBeLessThan(1 + MARGIN);
  });
});
