import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { CongestionWindow } from "../../../src/sim/tcp/congestion/window.ts";
import { Pacer } from "../../../src/sim/tcp/pacer.ts";

const MSS = 1448;

/** Lets out all it may from `fromNs` to `untilNs`, looking every `lookNs`: times and bytes. */
function departures(pacer: Pacer, burst: number, fromNs: number, untilNs: number, lookNs: number): number[] {
  const times: number[] = [];
  for (let nowNs = fromNs; nowNs < untilNs; nowNs += lookNs) {
    while (!pacer.waits(nowNs)) {
      pacer.left(MSS, true, burst, nowNs);
      times.push(nowNs);
    }
    pacer.pause();
  }
  return times;
}

function paced(rate: number): Pacer {
  const pacer = new Pacer();
  pacer.on = true;
  pacer.rate = rate;
  return pacer;
}

test.prop([
  fc.integer({ min: 20_000, max: 100_000_000 }),
  fc.integer({ min: 1, max: 40 }),
  fc.integer({ min: 1000, max: 3_000_000 }),
])(
  "what leaves in any time is no more than the rate, the first ten, and a burst and a half",
  (rate, burst, lookNs) => {
    const times = departures(paced(rate), burst, 1e9, 1e9 + 50 * lookNs, lookNs);
    const seconds = (times[times.length - 1] - times[0]) / 1e9;
    expect((times.length - 10) * MSS).toBeLessThanOrEqual(rate * seconds * 1.001 + 2 * burst * MSS + MSS);
  },
);

describe("a pacer", () => {
  test("lets out bursts of a millisecond of the rate, two segments at least", () => {
    expect(paced(12_500_000).burst(MSS, 40_000)).toBe(8);
    expect(paced(500_000).burst(MSS, 40_000)).toBe(2);
  });

  test("lets out longer ones where the round trip is short", () => {
    expect(paced(500_000).burst(MSS, 100)).toBe(45);
    expect(paced(500_000).burst(MSS, 1024)).toBe(11);
  });

  test("waits as long as the burst takes at the rate", () => {
    const pacer = paced(1_448_000);
    departures(pacer, 1, 1e9, 1e9 + 1, 1);
    expect(pacer.nextNs - 1e9).toBe(1e6);
  });

  test("makes up for at most half of a burst's time after coming late", () => {
    const pacer = paced(1_448_000);
    departures(pacer, 1, 1e9, 1e9 + 1, 1);
    pacer.left(MSS, true, 1, 9e9);
    expect(pacer.nextNs - 9e9).toBe(0.5e6);
  });

  test("sends what is sent again one by one", () => {
    const pacer = paced(1_448_000);
    departures(pacer, 1, 1e9, 1e9 + 1, 1);
    pacer.left(MSS, false, 8, 1.001e9);
    expect(pacer.waits(1.001e9)).toBe(true);
  });

  test("tells 200% of a window a round trip in slow start, and 120% beyond half the threshold", () => {
    const pacer = new Pacer();
    const window = new CongestionWindow(10);
    pacer.follow(window, 4, MSS, 40e6);
    expect(pacer.rate).toBe((2 * 10 * MSS) / 0.04);
    window.ssthresh = 20;
    pacer.follow(window, 4, MSS, 40e6);
    expect(pacer.rate).toBe((1.2 * 10 * MSS) / 0.04);
  });
});
