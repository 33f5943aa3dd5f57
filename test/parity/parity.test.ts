// `npm run parity` on the captures of the project; the shared captures' tables have tests of their own.

import { readdirSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { hasTshark } from "../capture/shared-captures.ts";
import { compareLines, FIELDS } from "./packets.ts";
import { parityOf } from "./parity.ts";

const FOLDER = new URL("../../fixtures/captures/", import.meta.url).pathname;
/** Has packets that are there because one of the two reads more of them. */
const DIFFERENT = "applications.pcapng";
const names = readdirSync(FOLDER).filter((name) => name.endsWith(".pcapng") && name !== DIFFERENT);

describe.skipIf(!hasTshark)("beside tshark (skipped without it)", () => {
  it.each(names)(
    "%s has tshark's fields, analysis, streams and statistics, but for what is explained",
    async (name) => {
      const parity = await parityOf(`${FOLDER}${name}`, { filters: 0, seed: 1 });
      if (typeof parity === "string") throw new Error(parity);
      const { fields, analysis, follow, statistics } = parity.tallies;
      expect(analysis.equal).toBe(parity.packets);
      expect(follow.equal).toBe(follow.asked);
      for (const tally of [fields, statistics]) {
        expect([...tally.kinds.values()].filter(({ why }) => why === null)).toEqual([]);
      }
    },
  );
});

describe("a comparison of lines", () => {
  const same = FIELDS.map(() => "1").join("\t");

  it("names the field that differs, where, and how often", () => {
    const other = ["1", "2", ...FIELDS.slice(2).map(() => "1")].join("\t");
    const { fields } = compareLines([same, other, other], [same, same, same]);
    expect(fields.text).toBe(`${3 * FIELDS.length - 1}/${3 * FIELDS.length + 1} 98.837%`);
    expect([...fields.kinds.values()]).toEqual([
      { what: "frame.time_epoch", why: null, count: 2, example: "frame 2: 2 instead of 1" },
    ]);
  });

  it("counts packets that one side has alone", () => {
    expect(compareLines([same], [same, same]).fields.unexplained).toBe(1);
  });
});
