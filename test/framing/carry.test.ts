import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linkConditions } from "../../src/framing/arbitraries/link-conditions.ts";
import { PLAIN_LINK, carry } from "../../src/framing/carry.ts";
import { checkFraming } from "../../src/framing/check.ts";
import { throughSim } from "../../src/framing/laws/through-sim.ts";
import { breaking, right } from "./decoders.ts";

const STREAM = Uint8Array.from({ length: 300 }, (_, i) => i);

describe("a stream carried over the simulated TCP", () => {
  it("arrives in the pieces it was sent in where nothing is in the way", () => {
    expect(carry(STREAM, [10, 200], PLAIN_LINK)?.cuts).toEqual([10, 200]);
  });

  it("is cut by small segments and by small reads", () => {
    const small = carry(STREAM, [], { ...PLAIN_LINK, mtu: 100 });
    expect(small?.cuts.length).toBeGreaterThan(4);
    expect(carry(STREAM, [], { ...PLAIN_LINK, readMax: 100 })?.cuts).toEqual([100, 200]);
  });

  it("comes together while the reader is busy", () => {
    expect(carry(STREAM, [10, 200], { ...PLAIN_LINK, readEveryMs: 500 })?.cuts).toEqual([]);
  });

  it("arrives whatever the network does, and the same way each time", () => {
    fc.assert(
      fc.property(linkConditions(), (conditions) => {
        const once = carry(STREAM, [150], conditions);
        const again = carry(STREAM, [150], conditions);
        expect(once).not.toBeNull();
        expect(again?.cuts).toEqual(once?.cuts);
        expect(once?.cuts.every((cut) => cut > 0 && cut < STREAM.length)).toBe(true);
      }),
      { seed: 1, numRuns: 40 },
    );
  });

  it("is read right by a right decoder, and breaks one that a cut breaks", async () => {
    const kept = await checkFraming(right, { laws: [throughSim], runs: 40 });
    expect(kept.laws[0]).toMatchObject({ verdict: "kept", runs: 40 });
    const broken = await checkFraming(breaking["any-chunking"], { laws: [throughSim], runs: 100 });
    expect(broken.laws[0].verdict).toBe("broken");
    expect(broken.laws[0].counterexample?.cuts.length).toBeLessThanOrEqual(2);
  });
});
