// No message keeps the dashboard's thread for long, however many packets there are: what reads them does so in slices, and looks at the
// clock between. The work is counted and not timed, so a loop over all packets that looks at no clock fails here on any machine.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";

const PROGRAM = fileURLToPath(new URL("../count-blocks.ts", import.meta.url));

let found: Readonly<Record<"capture" | "connection" | "datagrams" | "run", readonly string[]>>;

beforeAll(() => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", PROGRAM], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  found = JSON.parse(stdout) as typeof found;
}, 60_000);

describe("no message runs a block of the code nearly as often as there are packets", () => {
  test("on a capture, whatever is pressed on any screen", () => {
    expect(found.capture).toEqual([]);
  });

  test("on a capture of datagrams, on the Stream screen", () => {
    expect(found.datagrams).toEqual([]);
  });

  test("on one long connection, whose last packet hangs on all before it", () => {
    expect(found.connection).toEqual([]);
  });

  test("on a simulated run", () => {
    expect(found.run).toEqual([]);
  });
});
