// The cases a to t of what Linux was seen to do, on the simulator and on the live kernel.

import { afterEach, describe, expect, test } from "vitest";
import { createKernelBackend } from "../../src/loopback/kernel-backend.ts";
import { createSimBackend } from "../../src/sim/backend.ts";
import type { Backend } from "../../src/socket/backend.ts";
import { Lab } from "../conformance/lab.ts";
import { KERNEL_CASES } from "./kernel-cases.ts";

const HOSTS = ["client", "server"];

let open: Backend | null = null;
afterEach(async () => {
  await open?.dispose();
  open = null;
});

function simulated(): Backend {
  // As far apart as two hosts of the observations: not at all.
  const links = [{ between: ["client", "server"] as const, delayMs: 0.01, mtu: 65_535 }];
  return createSimBackend({
    topology: { hosts: { client: {}, server: {} }, links },
    seed: 1,
    recording: false,
  });
}

describe("on the simulator", () => {
  for (const { letter, claim, holds, notSimulated } of KERNEL_CASES) {
    test.skipIf(notSimulated !== undefined)(`${letter}: ${claim}`, async () => {
      open = simulated();
      await expect(new Lab(open).run(holds)).resolves.toBeUndefined();
    });
  }
});

describe("on the live kernel", () => {
  for (const { letter, claim, holds, notLive } of KERNEL_CASES) {
    test(`${letter}: ${claim}`, async ({ skip }) => {
      if (notLive !== undefined) skip(notLive);
      const backend = await createKernelBackend({ hosts: HOSTS, seed: 1 });
      if ("unavailable" in backend) {
        skip(backend.unavailable);
        return;
      }
      open = backend;
      await expect(new Lab(backend).run(holds)).resolves.toBeUndefined();
    });
  }
});

test("every letter from a to t is there", () => {
  const letters = new Set(KERNEL_CASES.map(({ letter }) => letter[0]));
  expect([...letters].toSorted().join("")).toBe("abcdefghijklmnopqrst");
});
