import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { BandwidthFilter } from "../../../../src/sim/tcp/congestion/bbr-bandwidth.ts";

test.prop([
  fc.array(fc.record({ rounds: fc.integer({ min: 0, max: 14 }), bandwidth: fc.nat(1000) }), {
    maxLength: 80,
  }),
])("the maximum is that of the samples at most ten rounds old", (steps) => {
  const filter = new BandwidthFilter();
  const samples: { round: number; bandwidth: number }[] = [];
  let round = 0;
  for (const { rounds, bandwidth } of steps) {
    round += rounds;
    samples.push({ round, bandwidth });
    filter.add(round, bandwidth);
    const present = round;
    const lately = samples.filter((sample) => present - sample.round <= 10);
    expect(filter.max).toBe(Math.max(...lately.map((sample) => sample.bandwidth)));
  }
});
