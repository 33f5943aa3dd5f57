import { describe, expect, it } from "vitest";
import { kernelAvailable } from "../../src/loopback/kernel-backend.ts";
import { LESSONS } from "../../src/scenario/catalogue.ts";
import { compareRuns } from "../../src/scenario/compare.ts";
import { runScenario } from "../../src/scenario/run.ts";
import type { RunResult } from "../../src/scenario/run.ts";
import type { BackendName } from "../../src/socket/backend.ts";
import { firstDifference } from "../../src/trace/hash.ts";

const kernel = kernelAvailable();
const REAL: BackendName[] = kernel.available ? ["kernel", "node"] : ["node"];

function failing(result: RunResult): string[] {
  return result.claims.filter(({ holds }) => !holds).map(({ text }) => text);
}

describe.each(LESSONS.map((lesson) => [lesson.name, lesson] as const))("%s", (_, lesson) => {
  it("keeps its claims on the simulator, whatever the seed", async () => {
    for (const seed of [1, 2, 3, 4_294_967_295]) {
      const result = await runScenario(lesson, { seed });
      expect(result.failure).toBeNull();
      expect(failing(result)).toEqual([]);
      expect(result.claims.length).toBeGreaterThan(1);
    }
  });

  const unseeded = lesson.unseeded !== undefined;
  it(`runs the same twice, ${unseeded ? "but for what no seed decides in its payloads" : "to the byte"}`, async () => {
    const runs = [await runScenario(lesson, { seed: 7 }), await runScenario(lesson, { seed: 7 })];
    const scrutiny = unseeded ? "but payloads" : "all";
    expect(firstDifference(runs[0].trace, runs[1].trace, scrutiny)).toBeNull();
    // Where nothing links the hosts, nothing can be on a wire.
    if (lesson.topology.links.length > 0) expect(runs[0].trace.packets.count).toBeGreaterThan(0);
  });

  for (const on of REAL.filter((name) => lesson.backends?.includes(name) ?? true)) {
    it(`keeps its claims on ${on} and agrees with the simulator`, async () => {
      const real = await runScenario(lesson, { on, previewBytes: 1 << 20 });
      expect(real.failure).toBeNull();
      expect(failing(real)).toEqual([]);
      const sim = await runScenario(lesson, { previewBytes: 1 << 20 });
      const { differences } = compareRuns(sim, real);
      expect(differences.filter(({ kind }) => kind === "disagreement")).toEqual([]);
    });
  }
});

it.skipIf(kernel.available)(`kernel runs are skipped: ${kernel.available ? "" : kernel.why}`, () => {
  expect(kernel.available).toBe(false);
});
