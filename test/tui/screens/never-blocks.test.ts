// No message keeps the dashboard's thread for long, however many packets there are: what reads them does so in slices, and looks at the
// clock between. The work is counted and not timed, so a loop over all packets that looks at no clock fails here on any machine.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

const PROGRAM = fileURLToPath(new URL("../count-blocks.ts", import.meta.url));

/** What the program found in the run of that name. */
async function found(run: string): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", PROGRAM, run]);
  return JSON.parse(stdout) as readonly string[];
}

describe.concurrent("no message runs a block of the code nearly as often as there are packets", () => {
  test.each([
    ["on a capture, whatever is pressed on any screen", "capture"],
    ["on a capture of datagrams, on the Stream screen", "datagrams"],
    ["on one long connection, whose last packet hangs on all before it", "connection"],
    ["on a simulated run", "run"],
  ])("%s", { timeout: 60_000 }, async (_, run) => {
    expect(await found(run)).toEqual([]);
  });
});
