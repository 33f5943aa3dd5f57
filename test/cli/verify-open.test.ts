// The Framing screen from the command line, where there is no terminal.

import { join } from "node:path";
import { expect, test } from "vitest";
import { wirelabProcess } from "./wirelab.ts";

const CODECS = join(import.meta.dirname, "../tui/codecs");
const BROKEN = join(CODECS, "forgets-half-header.ts");
const SOUND = join(CODECS, "keeps-half-header.ts");

test("verify --open without a terminal prints the screen at its end, and still ends with 1 for a broken codec", () => {
  const { code, stdout } = wirelabProcess(["verify", BROKEN, "--law", "any-chunking", "--open"]);
  expect(stdout).toContain("6 Framing");
  expect(stdout).toContain("✗ never came out");
  expect(stdout).toContain("--seed 1 --path any-chunking/");
  expect(code).toBe(1);
});

test("a codec that keeps the laws ends with 0", () => {
  const { code, stdout } = wirelabProcess(["verify", SOUND, "--law", "any-chunking", "--open"]);
  expect(stdout).toContain("✓ any-chunking holds: 100 runs");
  expect(code).toBe(0);
});

test("snapshot --screen framing verifies a codec's file, or shows the reports of verify --json", () => {
  const live = wirelabProcess(["snapshot", BROKEN, "--screen", "framing", "--size", "80x24", "--at", "0"]);
  const reports = BROKEN.replace(/ts$/, "json");
  const kept = wirelabProcess(["snapshot", reports, "--screen", "framing", "--size", "80x24", "--at", "0"]);
  expect(live.code).toBe(0);
  expect(live.stdout).toContain("nothing pushed yet");
  expect(live.stdout.split("\n").slice(1)).toEqual(kept.stdout.split("\n").slice(1));
});

test("--open with --json, and a snapshot of a file that is no codec, are refused with what to do", () => {
  expect(wirelabProcess(["verify", BROKEN, "--open", "--json"])).toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringContaining("--open and --json: choose one") as string,
  });
  expect(wirelabProcess(["snapshot", "no-such.ts", "--screen", "framing"])).toMatchObject({
    code: 2,
    stdout: "",
  });
});
