// Mutated captures: never an exception, never a packet that takes long. `npm run fuzz` runs a million.

import { describe, expect, it } from "vitest";

import { campaign, problemOf } from "./campaign.ts";
import { mutatedCapture } from "./mutate.ts";
import { readSeeds } from "./seeds.ts";
import { smallest } from "./shrink.ts";

describe("mutated captures", () => {
  it("20,000 are dissected, one in a hundred also read, printed, filtered, counted and followed: no exception, 100 ms a packet at most", async () => {
    const result = await campaign(await readSeeds(), { seed: 1, from: 0, to: 20_000, wholeEvery: 100 });
    expect(result.failure).toBeNull();
    expect(result.packets).toBeGreaterThan(20_000);
  }, 300_000);

  it("are the same again for the same seed and number", async () => {
    const seeds = await readSeeds();
    expect(mutatedCapture(seeds, 3, 77)).toEqual(mutatedCapture(seeds, 3, 77));
    expect(mutatedCapture(seeds, 3, 77)).not.toEqual(mutatedCapture(seeds, 3, 78));
  });

  it("that pass are as small as they were: there is nothing to look for", async () => {
    const bytes = mutatedCapture(await readSeeds(), 3, 77);
    expect(await problemOf(bytes, 77)).toMatchObject({ packets: expect.any(Number) });
    expect(await smallest(bytes, 77, "throws Error", 500)).toEqual(bytes);
  });
});
