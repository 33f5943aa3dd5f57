// Two thousand random socket programs, on the simulator and on the kernel: what docs/differential.md does not leave open must agree.
// More of them: `npm run differential -- --runs 100000`.

import { expect, test } from "vitest";
import { campaign, describeFinding } from "./campaign.ts";

const RUNS = 2000;
const SEED = 20_261_121;

test(
  `${RUNS} random programs see on the simulator what they see on the kernel (seed ${SEED})`,
  { timeout: 120_000 },
  async (context) => {
    const result = await campaign({ runs: RUNS, seed: SEED });
    if (typeof result === "string") {
      context.skip(result);
      return;
    }
    expect(result.findings.map(describeFinding).join("\n")).toBe("");
    expect(result.runs).toBeGreaterThanOrEqual(RUNS);
    // A comparison in which calls hardly ever happen would agree about nothing.
    expect(result.steps).toBeGreaterThan(RUNS * 8);
  },
);
