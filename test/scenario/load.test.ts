import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { checkScenario, loadScenario } from "../../src/scenario/load.ts";

const folder = mkdtempSync(join(tmpdir(), "wirelab-load-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const good = {
  name: "mine",
  title: "Mine",
  lesson: "One.",
  topology: { hosts: { a: {}, b: {} }, links: [{ between: ["a", "b"] }] },
  programs: { a: async () => {} },
  expect: () => [],
};

describe("loading a scenario", () => {
  it("finds a lesson by its name", async () => {
    expect((await loadScenario("tcp-hello")).name).toBe("tcp-hello");
  });

  it("names near lessons when there is none of that name", async () => {
    await expect(loadScenario("tcp-helo")).rejects.toThrow(
      "no lesson called tcp-helo (did you mean tcp-hello",
    );
    await expect(loadScenario("nagle")).rejects.toThrow(
      "no lesson called nagle (did you mean nagle-delayed-ack?)",
    );
    await expect(loadScenario("xyzzy-12345")).rejects.toThrow("(known: tcp-hello, ");
  });

  it("loads TypeScript as it stands", async () => {
    const path = file(
      "mine.ts",
      `const hosts: Record<string, object> = { a: {}, b: {} };
       export default { name: "mine", title: "Mine", lesson: "One.", topology: { hosts, links: [{ between: ["a", "b"] }] },
         programs: { a: async (): Promise<void> => {} }, expect: () => [] };`,
    );
    expect((await loadScenario(path)).name).toBe("mine");
  });

  it("takes a named export, from JavaScript too", async () => {
    const path = file(
      "named.mjs",
      `export const scenario = { name: "named", title: "N", lesson: "L", topology: { hosts: { a: {} }, links: [] }, programs: { a: async () => {} }, expect: () => [] };`,
    );
    expect((await loadScenario(path)).name).toBe("named");
  });

  it("says what is wrong with a file that does not load", async () => {
    await expect(loadScenario(join(folder, "none.ts"))).rejects.toThrow("no such file");
    await expect(loadScenario(file("throws.ts", "throw new Error('at import');"))).rejects.toThrow(
      "does not load: at import",
    );
    await expect(loadScenario(file("syntax.ts", "export default {"))).rejects.toThrow("does not load");
    await expect(loadScenario(file("empty.ts", "export const other = 1;"))).rejects.toThrow(
      "exports no scenario",
    );
  });

  it.each([
    [{ title: "" }, "title must be a text"],
    [{ topology: {} }, "topology.hosts must name the hosts"],
    [{ topology: { hosts: { a: {} }, links: [{ between: ["a", "x"] }] } }, "topology.links[0]: no host x"],
    [{ topology: { hosts: { a: {} }, links: [{}] } }, "topology.links[0].between must name two hosts"],
    [
      { topology: { hosts: { a: {}, b: {} }, links: [{ between: ["a", "b"] }, { between: ["a", "b"] }] } },
      "two links are called a-b",
    ],
    [{ programs: {} }, "programs must have one async function a host"],
    [{ programs: { x: async () => {} } }, "programs.x: no host of that name"],
    [{ programs: { a: 1 } }, "programs.a must be a function"],
    [{ expect: undefined }, "expect must be a function"],
  ])("refuses %j", (change, message) => {
    expect(() => checkScenario({ ...good, ...change }, "mine.ts")).toThrow(message);
    expect(checkScenario(good, "mine.ts")).toBe(good);
  });
});
