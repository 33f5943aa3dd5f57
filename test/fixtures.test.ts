import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openCapture } from "../src/capture/open.ts";
import { loadScenario } from "../src/scenario/load.ts";
import { runScenario } from "../src/scenario/run.ts";

const ROOT = join(import.meta.dirname, "..");
const FIXTURES = join(ROOT, "fixtures");

describe("fixtures", () => {
  const captures = readdirSync(join(FIXTURES, "captures")).filter((file) => file.endsWith(".pcapng"));
  const scenarios = readdirSync(join(FIXTURES, "scenarios"));
  const readme = readFileSync(join(FIXTURES, "README.md"), "utf8");

  it.each([...captures, ...scenarios])("%s has a line on where it comes from", (file) => {
    expect(readme).toContain(`\`${file}\``);
  });

  it.each(captures)("%s opens whole", async (file) => {
    const capture = await openCapture(join(FIXTURES, "captures", file));
    expect(capture.problems).toEqual([]);
    expect(capture.trace.packets.count).toBeGreaterThan(1);
    capture.close();
  });

  it.each(scenarios)("%s runs and keeps its claims", async (file) => {
    const result = await runScenario(await loadScenario(join(FIXTURES, "scenarios", file)));
    expect(result.failure).toBeNull();
    expect(result.claims.filter(({ holds }) => !holds)).toEqual([]);
  });

  it("greeting.ts is the README's example", () => {
    const [, example] = /```ts\n(.*?)```/s.exec(readFileSync(join(ROOT, "README.md"), "utf8")) ?? [];
    expect(readFileSync(join(FIXTURES, "scenarios/greeting.ts"), "utf8")).toContain(example);
  });
});
