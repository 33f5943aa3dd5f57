import { describe, expect, it } from "vitest";
import { checkFraming } from "../../src/framing/check.ts";
import { LAW_NAMES } from "../../src/framing/law-names.ts";
import { STREAM_LAWS } from "../../src/framing/laws/all.ts";
import { DATAGRAM_LAWS } from "../../src/framing/laws/datagram/all.ts";
import { throughSim } from "../../src/framing/laws/through-sim.ts";
import { breaking, right } from "./decoders.ts";

/** A cut inside a character is a cut. */
const ALSO: Readonly<Record<string, readonly string[]>> = { "split-text": ["any-chunking"] };

describe("the laws", () => {
  it("are all kept by a decoder that is right", async () => {
    const report = await checkFraming(right);
    expect(report.laws.filter(({ verdict }) => verdict === "broken")).toEqual([]);
    expect(report.laws.filter(({ verdict }) => verdict === "not asked").map(({ law }) => law)).toEqual([
      "reference",
    ]);
  });

  it("have the names that flags take", () => {
    const names = [...STREAM_LAWS, throughSim, ...DATAGRAM_LAWS].map(({ name }) => name);
    expect(names).toEqual([...LAW_NAMES]);
  });

  it("each have a decoder here that breaks them", () => {
    expect(Object.keys(breaking)).toEqual(STREAM_LAWS.map(({ name }) => name));
  });

  for (const [law, codec] of Object.entries(breaking)) {
    it(`${law} is broken by its own mistake, and by that alone`, async () => {
      const report = await checkFraming(codec);
      const broken = report.laws.filter(({ verdict }) => verdict === "broken").map(({ law: name }) => name);
      expect(broken.filter((name) => !(ALSO[law] ?? []).includes(name))).toEqual([law]);
    });
  }

  it("give the same report for the same seed, to the byte", async () => {
    const once = await checkFraming(breaking["any-chunking"], { seed: 7 });
    const again = await checkFraming(breaking["any-chunking"], { seed: 7 });
    expect(JSON.stringify(again)).toBe(JSON.stringify(once));
  });

  it("replay a counterexample by its path", async () => {
    const report = await checkFraming(breaking["any-chunking"], { seed: 3 });
    const found = report.laws.find(({ law }) => law === "any-chunking")?.counterexample;
    const again = await checkFraming(breaking["any-chunking"], {
      seed: 3,
      path: `any-chunking/${found?.path}`,
    });
    expect(again.laws).toHaveLength(1);
    expect(again.laws[0].counterexample).toEqual(found);
  });

  it("find in the shards together what they find in one", async () => {
    const shards = await Promise.all(
      [0, 1, 2].map((index) => checkFraming(breaking["coalesced"], { shard: { index, count: 3 } })),
    );
    const verdicts = shards.map((report) => report.laws.find(({ law }) => law === "coalesced")?.verdict);
    expect(verdicts).toContain("broken");
    const runs = await Promise.all(
      [0, 1, 2].map((index) => checkFraming(right, { runs: 10, shard: { index, count: 3 } })),
    );
    expect(runs.map((report) => report.laws.find(({ law }) => law === "round-trip")?.runs)).toEqual([
      4, 3, 3,
    ]);
  });
});
