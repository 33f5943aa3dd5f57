// Every built-in codec, with the options that change how it reads, keeps all the laws.

import { describe, expect, test } from "vitest";
import { checkFraming } from "../../../src/framing/check.ts";
import type { Codec } from "../../../src/framing/codec.ts";
import { linearTime } from "../../../src/framing/laws/linear-time.ts";
import type { LawReport } from "../../../src/framing/report/report.ts";
import { BUILT_IN } from "./built-in.ts";

describe("each built-in codec keeps every law", () => {
  for (const codec of BUILT_IN)
    test(codec.name, async () => {
      const report = await checkFraming(codec, { runs: 60, timeMs: 8000 });
      const broken: LawReport[] = [];
      for (const law of report.laws)
        if (law.verdict === "broken" && !(law.law === linearTime.name && (await isLinearAfterAll(codec))))
          broken.push(law);
      expect(broken.map(({ law, counterexample }) => ({ law, ...counterexample }))).toEqual([]);
      expect(report.laws.filter(({ verdict }) => verdict === "kept").length).toBeGreaterThan(6);
    });
});

/** The one law that looks at a clock, on a machine that does other things too: a quadratic decoder breaks it every time. */
async function isLinearAfterAll(codec: Codec<unknown>): Promise<boolean> {
  for (let i = 0; i < 3; i++) {
    const { laws } = await checkFraming(codec, { laws: [linearTime] });
    if (laws[0].verdict === "kept") return true;
  }
  return false;
}
