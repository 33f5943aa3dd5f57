/** Captures that grow while they are looked at, and captures that play in their own time, in a real pseudo-terminal. */

import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, afterEach, describe, expect, test } from "vitest";

import { classicFile, udpPacket } from "../capture/packets.ts";
import { PtyProgram } from "./pty.ts";
import { expectRestored } from "./restored.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MAIN = join(ROOT, "dist/cli/main.js");
const folder = mkdtempSync(join(tmpdir(), "wirelab-live-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Bytes of the file header, and of a record with one byte of payload. */
const HEADER = 24;
const RECORD = 16 + 29;
const FILE = classicFile(
  Array.from({ length: 40 }, (_, i) => {
    const bytes = udpPacket(1000 + i, 7000, Uint8Array.of(i));
    return { seconds: i, fraction: 0, length: bytes.length, bytes };
  }),
);

let running: PtyProgram | null = null;

function start(file: string, args: readonly string[]): PtyProgram {
  running = new PtyProgram(file, args, { cols: 120, rows: 40, env: { NO_COLOR: "" } });
  return running;
}

afterEach(() => {
  try {
    running?.signal("SIGKILL");
  } catch {
    // It has ended already.
  }
  running = null;
});

async function quits(program: PtyProgram): Promise<void> {
  program.write("q");
  expect(await program.exited).toEqual({ exitCode: 0, signal: 0 });
  expectRestored(program);
}

describe("open", () => {
  test("--follow shows packets as the file grows, also one written in two halves, at the end or where the cursor is", async () => {
    const path = join(folder, "growing.pcap");
    writeFileSync(path, FILE.subarray(0, HEADER + 2 * RECORD));
    const program = start(process.execPath, [MAIN, "open", "--follow", path]);
    await program.untilText("2 of 2");
    await program.untilText("live");
    appendFileSync(path, FILE.subarray(HEADER + 2 * RECORD, HEADER + 3 * RECORD + 20));
    await program.untilText("3 of 3");
    appendFileSync(path, FILE.subarray(HEADER + 3 * RECORD + 20, HEADER + 4 * RECORD));
    await program.untilText("4 of 4");
    program.write("k");
    await program.untilText("3 of 4");
    appendFileSync(path, FILE.subarray(HEADER + 4 * RECORD, HEADER + 6 * RECORD));
    await program.untilText("3 of 6");
    program.write("G");
    await program.untilText("6 of 6");
    appendFileSync(path, FILE.subarray(HEADER + 6 * RECORD));
    await program.untilText("40 of 40");
    await quits(program);
  });

  test("- takes packets from a pipe as they come, and keys from the terminal", async () => {
    const path = join(folder, "piped.pcap");
    writeFileSync(path, FILE.subarray(0, HEADER + RECORD));
    const program = start("sh", ["-c", `tail -c +1 -f '${path}' | '${process.execPath}' '${MAIN}' open -`]);
    await program.untilText("1 of 1");
    appendFileSync(path, FILE.subarray(HEADER + RECORD, HEADER + 3 * RECORD));
    await program.untilText("3 of 3");
    program.write("k");
    await program.untilText("2 of 3");
    program.write("q");
    appendFileSync(path, FILE.subarray(HEADER + 3 * RECORD));
    appendFileSync(path, FILE.subarray(HEADER));
    await program.untilText("\n");
  });

  test.runIf(process.platform === "linux").each([
    ["", ""],
    [" and takes no notice of SIGPIPE", "trap '' PIPE; "],
  ])(
    "- quits at once, though whoever writes into the pipe is silent%s, and the shell's line goes on",
    async (_, before) => {
      const path = join(folder, "silent.pcap");
      writeFileSync(path, FILE);
      // The silent writer alone is told that nobody reads any more: the shell that started it goes on.
      const writers = `(${before}cat '${path}'; sleep 600; echo "after the writer" >&2)`;
      const program = start("sh", [
        "-c",
        `${writers} | '${process.execPath}' '${MAIN}' open -; echo "ended $?"`,
      ]);
      await program.untilText("40 of 40");
      program.write("q");
      expect(await program.exited).toEqual({ exitCode: 0, signal: 0 });
      expect(program.screen()).toContain("after the writer");
      expect(program.screen()).toContain("ended 0");
      expectRestored(program);
    },
  );
});

describe("replay", () => {
  test("plays a capture in its own time, and steps and seeks in it", async () => {
    const path = join(folder, "whole.pcap");
    writeFileSync(path, FILE);
    const program = start(process.execPath, [MAIN, "replay", path, "--paused", "--speed", "2000"]);
    await program.untilText("paused");
    await program.untilText("t=0.000 s");
    program.write("l");
    await program.untilText("t=1.000 s");
    program.write(".");
    await program.untilText("t=2.000 s");
    program.write(",");
    await program.untilText("t=0.000 s");
    program.write(" ");
    await program.untilText("at the end");
    await program.untilText("40 of 40");
    await quits(program);
  });
});
