// `wirelab verify` as a process, on files as users write them.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { wirelab, wirelabProcess } from "./wirelab.ts";

// Beside node_modules, so that the files find fast-check.
const folder = mkdtempSync(join(import.meta.dirname, "../../node_modules/.wirelab-verify-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const HEAD = `import * as fc from "fast-check";
const base = {
  name: "length and bytes",
  encode: (frame) => Uint8Array.of(frame.length, ...frame),
  frames: fc.uint8Array({ maxLength: 8 }),
};
`;
const RIGHT = `${HEAD}
export default { ...base, reportsEnd: false, acceptsAnything: true, decoder() {
  let bytes = [];
  return { push(chunk) {
    const frames = [];
    for (const byte of chunk) {
      bytes.push(byte);
      if (bytes.length > bytes[0]) { frames.push(Uint8Array.from(bytes.slice(1))); bytes = []; }
    }
    return frames;
  } };
} };`;
const FORGETS = `${HEAD}
export const forgets = { ...base, acceptsAnything: true, decoder() {
  return { push(chunk) {
    const frames = [];
    for (let at = 0; at < chunk.length && at + chunk[at] < chunk.length; at += chunk[at] + 1)
      frames.push(chunk.slice(at + 1, at + 1 + chunk[at]));
    return frames;
  } };
} };`;

describe("verify", { timeout: 60_000 }, () => {
  it("exits 0 on a codec that keeps the laws, and says so", () => {
    const { code, stdout, stderr } = wirelabProcess(["verify", file("right.mjs", RIGHT), "--runs", "30"]);
    expect(stderr).toBe("");
    expect(stdout).toContain("length and bytes: keeps all");
    expect(code).toBe(0);
  });

  it("exits 1 on one that breaks a law, with the picture, a test, packets and JUnit", () => {
    const path = file("forgets.mjs", FORGETS);
    const [test, pcap, junit] = ["found.test.mjs", "found.pcapng", "found.xml"].map((name) =>
      join(folder, name),
    );
    const { code, stdout } = wirelabProcess([
      "verify",
      path,
      "--write-test",
      test,
      "--pcap",
      pcap,
      "--junit",
      junit,
    ]);
    expect(code).toBe(1);
    expect(stdout).toContain("any-chunking is broken: frame 1 comes out different");
    expect(stdout).toMatch(/hex {6}01│00\n/);
    expect(readFileSync(test, "utf8")).toContain(`import { forgets } from "./forgets.mjs"`);
    expect(readFileSync(pcap).readUInt32LE(0)).toBe(0x0a0d0d0a);
    expect(readFileSync(junit, "utf8")).toContain(`<failure message="frame 1 comes out different">`);
  });

  it("replays a path, prints the same each time, and merges shards", () => {
    const path = file("forgets.mjs", FORGETS);
    const json = wirelabProcess(["verify", path, "--json", "--law", "any-chunking", "--seed", "5"]);
    const again = wirelabProcess(["verify", path, "--json", "--law", "any-chunking", "--seed", "5"]);
    expect(again.stdout).toBe(json.stdout);
    const { reports } = JSON.parse(json.stdout) as {
      reports: { report: { laws: { counterexample: { path: string } }[] } }[];
    };
    const found = reports[0].report.laws[0].counterexample;
    const replayed = wirelabProcess([
      "verify",
      path,
      "--json",
      "--seed",
      "5",
      "--path",
      `any-chunking/${found.path}`,
    ]);
    expect(replayed.code).toBe(1);
    expect(
      (JSON.parse(replayed.stdout) as { reports: typeof reports }).reports[0].report.laws[0].counterexample,
    ).toEqual(found);
    const shards = [1, 2].map((i) => {
      const { stdout } = wirelabProcess([
        "verify",
        path,
        "--json",
        "--law",
        "round-trip",
        "--shard",
        `${i}/2`,
      ]);
      return file(`shard${i}.json`, stdout);
    });
    expect(wirelabProcess(["verify", ...shards]).stdout).toContain("✓ kept     round-trip (100 runs)");
  });

  it("carries streams over the simulated TCP", () => {
    const through = wirelabProcess(["verify", file("forgets.mjs", FORGETS), "--through", "sim"]);
    expect(through.code).toBe(1);
    expect(through.stdout).toContain("through-sim is broken");
    expect(
      wirelabProcess(["verify", file("right.mjs", RIGHT), "--through", "sim", "--runs", "20"]).code,
    ).toBe(0);
  });

  function stuckAfter(wait: string): string {
    return `${HEAD}
export default { ...base, decoder: () => ({
  async push(chunk) { await ${wait}; while (chunk.length > 1); return []; },
  async end() { return []; },
}) };`;
  }

  it("stops a decoder that loops in a promise's callback, and makes what it looped on small", () => {
    const { code, stdout } = wirelabProcess(["verify", file("stuck.mjs", stuckAfter("null"))]);
    expect(stdout).toContain("completion is broken: the decoder does not return from chunk 1 of 1");
    expect(stdout).toContain("again with --path completion/");
    expect(code).toBe(1);
  });

  it("ends a decoder that takes its thread along", () => {
    const waits = "new Promise((resolve) => process.nextTick(resolve))";
    const { code, stdout } = wirelabProcess(["verify", file("stuck.mjs", stuckAfter(waits))]);
    expect(stdout).toContain(
      "completion is broken: the decoder stops the whole thread and does not come back",
    );
    expect(code).toBe(1);
  });

  const mistakes: Readonly<Record<string, [string, string]>> = {
    "throws at import": [`throw new Error("not today");`, "does not load: Error: not today"],
    "exports no codec": [`export const x = 1;`, "exports no codec: want `export default"],
    "exports half a codec": [
      `export default { name: "half", encode: () => new Uint8Array() };`,
      "decoder must be a function",
    ],
    "encodes nothing": [
      `${HEAD}export default { ...base, encode: () => new Uint8Array(), decoder: () => ({ push: () => [] }) };`,
      "encode gives no bytes for any frame",
    ],
    "is not deterministic": [
      `${HEAD}export default { ...base, encode: () => Uint8Array.of(Math.random() * 256, Math.random() * 256), decoder: () => ({ push: () => [] }) };`,
      "not deterministic",
    ],
    "ends the process": [`process.exit(0);`, "ends the process it runs in"],
  };
  for (const [name, [text, message]] of Object.entries(mistakes)) {
    it(`exits 2 with one line for a file that ${name}`, () => {
      const { code, stdout, stderr } = wirelabProcess(["verify", file("mistake.mjs", text)]);
      expect(stderr).toContain(message);
      expect(stderr.trimEnd().split("\n")).toHaveLength(1);
      expect(stdout).toBe("");
      expect(code).toBe(2);
    });
  }

  it("exits 2 for flags that mean nothing", async () => {
    const path = file("right.mjs", RIGHT);
    for (const flags of [
      ["--law", "round"],
      ["--time", "soon"],
      ["--shard", "5/4"],
      ["--path", "12"],
      ["--through", "air"],
    ]) {
      const { code, stderr } = await wirelab(["verify", path, ...flags]);
      expect.soft(stderr, flags.join(" ")).toContain(`wirelab: ${flags[0]} ${flags[1]}: `);
      expect.soft(code, flags.join(" ")).toBe(2);
    }
    expect(wirelabProcess(["verify", "split2"]).stderr).toContain(
      "split2: no such file: for a package, give a file",
    );
  });
});
