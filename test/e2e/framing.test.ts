/** The Framing screen in a real pseudo-terminal, on a codec's file as a user has it. */

import { fileURLToPath } from "node:url";

import { afterEach, expect, test } from "vitest";

import { PtyProgram } from "./pty.ts";
import { expectRestored } from "./restored.ts";

const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const BROKEN = fileURLToPath(new URL("../tui/codecs/forgets-half-header.ts", import.meta.url));

let running: PtyProgram | null = null;

afterEach(() => {
  try {
    running?.signal("SIGKILL");
  } catch {
    // It has ended already.
  }
  running = null;
});

test("verify --open plays the counterexample, steps through it, and ends with 1 for a broken codec", async () => {
  const args = [MAIN, "verify", BROKEN, "--law", "any-chunking", "--law", "end-of-stream", "--open"];
  const program = new PtyProgram(process.execPath, args, { cols: 120, rows: 40, env: { NO_COLOR: "" } });
  running = program;
  await program.untilText("6 Framing");
  await program.untilText("never came out");
  program.write("g");
  await program.untilText("nothing pushed yet");
  program.write("l");
  await program.untilText("chunk 1 of 2");
  program.write("n");
  await program.untilText("says nothing");
  program.resize(80, 24);
  await program.until((screen) => screen.split("\n")[23].includes("quit"), "a key bar at the bottom");
  program.write("\t");
  await program.untilText("✗ BROKEN");
  program.write("q");
  expect(await program.exited).toEqual({ exitCode: 1, signal: 0 });
  expectRestored(program);
});
