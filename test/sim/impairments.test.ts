// What chance does to many packets, beside what the settings promise: means, spreads and lengths of bursts.

import { describe, expect, test } from "vitest";
import { FATE, FATE_LOST, Impairments } from "../../src/sim/impairments.ts";
import { packetOf } from "../../src/sim/packet-build.ts";
import { LINK_DEFAULTS } from "../../src/sim/topology.ts";
import type { LinkSettings } from "../../src/sim/topology.ts";

const PACKETS = 100_000;
const MS = 1e6;

const packet = packetOf(
  4,
  "10.0.0.1",
  "10.0.0.2",
  64,
  0,
  true,
  0,
  { kind: "udp", sourcePort: 1, destinationPort: 2, payload: new Uint8Array(72) },
  100,
  -1,
);

/** The judgements of many packets under `settings`. */
function judge(settings: Partial<LinkSettings>): { fates: number[]; latesMs: number[]; flips: number[] } {
  const impairments = new Impairments(7, "link a-b forward", { ...LINK_DEFAULTS, ...settings });
  const fates: number[] = [];
  const latesMs: number[] = [];
  const flips: number[] = [];
  for (let i = 0; i < PACKETS; i++) {
    impairments.judge(packet, i);
    fates.push(impairments.fate);
    latesMs.push(impairments.lateNs / MS);
    flips.push(impairments.flip);
  }
  return { fates, latesMs, flips };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}

/** Five standard errors of a share of `chance` among the packets. */
function tolerance(chance: number): number {
  return 5 * Math.sqrt((chance * (1 - chance)) / PACKETS);
}

function share(fates: readonly number[], bits: number): number {
  return fates.filter((fate) => (fate & bits) !== 0).length / PACKETS;
}

describe("impairments", () => {
  test.each([
    ["loss", FATE.lost],
    ["duplicate", FATE.duplicated],
    ["reorder", FATE.apart],
  ] as const)("%s happens to its share of packets, one apart from the other", (name, bit) => {
    const { fates } = judge({ [name]: 0.03 });
    expect(Math.abs(share(fates, bit) - 0.03)).toBeLessThan(tolerance(0.03));
    const again = fates.filter((fate, i) => i > 0 && (fate & bit) !== 0 && (fates[i - 1] & bit) !== 0).length;
    expect(Math.abs(again / PACKETS - 0.0009)).toBeLessThan(tolerance(0.0009));
  });

  test("corruption flips one bit of its share of packets, anywhere in them", () => {
    const { flips } = judge({ corrupt: 0.1 });
    const bits = flips.filter((flip) => flip !== -1);
    expect(Math.abs(bits.length / PACKETS - 0.1)).toBeLessThan(tolerance(0.1));
    expect(Math.abs(mean(bits) - 399.5)).toBeLessThan((5 * 231) / Math.sqrt(bits.length));
    expect([Math.min(...bits) >= 0, Math.max(...bits) <= 799]).toEqual([true, true]);
  });

  test("Gilbert and Elliott's chain loses the share and in bursts of the length its chances promise", () => {
    const { fates } = judge({ loss: { enterBad: 0.01, leaveBad: 0.2, lossGood: 0.001, lossBad: 0.8 } });
    // In the bad state 0.01 / (0.01 + 0.2) of the time.
    const bad = 0.01 / 0.21;
    const lost = share(fates, FATE_LOST);
    expect(Math.abs(lost - (bad * 0.8 + (1 - bad) * 0.001))).toBeLessThan(0.004);
    expect(Math.abs(share(fates, FATE.lost) - (1 - bad) * 0.001)).toBeLessThan(tolerance(0.001));
    // A loss is followed by another when the state stays and loses again: 0.8 x 0.8.
    const inBurst = fates.filter((fate) => fate === FATE.lostInBurst).length;
    const followed = fates.filter((fate, i) => fate === FATE.lostInBurst && fates[i + 1] === fate).length;
    expect(Math.abs(followed / inBurst - 0.64)).toBeLessThan(0.04);
  });

  test.each([
    // Of half-width 4; of standard deviation 4; of mean 4; of scale 4 and shape 2, whose mean is 4 and spread without bound.
    ["uniform", 0, 4 / Math.sqrt(3)],
    ["normal", 0, 4],
    ["exponential", 4, 4],
    ["pareto", 4, null],
  ] as const)(
    "%s jitter has the mean and the spread of its distribution",
    (jitterDistribution, middle, spread) => {
      const { latesMs, fates } = judge({ jitterMs: 4, jitterDistribution });
      expect(Math.abs(mean(latesMs) - middle)).toBeLessThan(jitterDistribution === "pareto" ? 0.3 : 0.1);
      if (spread !== null) expect(Math.abs(deviation(latesMs) / spread - 1)).toBeLessThan(0.02);
      else expect(latesMs.filter((late) => late > 36).length / PACKETS).toBeCloseTo(0.01, 2);
      expect(share(fates, FATE.apart)).toBe(0);
    },
  );

  test("jitter that reorders draws the same delays, and lets every packet go apart", () => {
    const inOrder = judge({ jitterMs: 4, jitterDistribution: "normal" });
    const apart = judge({ jitterMs: 4, jitterDistribution: "normal", jitterReorders: true });
    expect(apart.latesMs).toEqual(inOrder.latesMs);
    expect(share(apart.fates, FATE.apart)).toBe(1);
  });
});
