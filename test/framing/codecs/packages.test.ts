// Packages from npm: the versions that a split broke are caught, and by that law; those of today pass.

import { describe, expect, test } from "vitest";
import * as packages from "../../../fixtures/codecs/packages.ts";
import { checkFraming } from "../../../src/framing/check.ts";
import type { Codec } from "../../../src/framing/codec.ts";
import { anyChunking } from "../../../src/framing/laws/any-chunking.ts";
import { linearTime } from "../../../src/framing/laws/linear-time.ts";

const codecs = Object.entries(packages) as unknown as [string, Codec<unknown>][];

describe("a version that a split broke is caught", () => {
  test.each(codecs.filter(([name]) => name.endsWith("Old")))("%s", async (_, codec) => {
    const { laws } = await checkFraming(codec, { laws: [anyChunking] });
    expect(laws[0].verdict).toBe("broken");
    expect(laws[0].counterexample?.cuts.length).toBeLessThanOrEqual(2);
  });
});

describe("the version of today passes", () => {
  test.each(codecs.filter(([name]) => name.endsWith("New")))("%s", async (_, codec) => {
    const report = await checkFraming(codec, { runs: 40, timeMs: 15_000 });
    // Time is measured by a test of its own: this machine does other things too.
    const broken = report.laws.filter(({ verdict, law }) => verdict === "broken" && law !== linearTime.name);
    expect(broken).toEqual([]);
  });
});
