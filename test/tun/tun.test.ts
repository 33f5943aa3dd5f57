// The simulated stack against the kernel of this machine, over a TUN device: the short cases. `npm run tun` runs the long ones, too.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CLOSES } from "./closes.ts";
import { markedTransfer } from "./ecn.ts";
import { fastOpen, fastOpenByExperiment } from "./fast-open.ts";
import { differences, real, simulated } from "./info.ts";
import { TunLab } from "./lab.ts";
import { urgentBytes } from "./urgent.ts";
import { SHORT_TRANSFERS, transfer } from "./transfers.ts";

const probe = TunLab.open({}, 1);
const why = probe instanceof TunLab ? null : probe.unavailable;
if (probe instanceof TunLab) await probe.close();
else
  console.warn(`the simulated stack is not tried against the kernel in this process: ${probe.unavailable}`);

describe.skipIf(why !== null)("a real kernel and the simulated stack", () => {
  for (const short of SHORT_TRANSFERS) {
    it(`carry ${short.name}`, async () => {
      const { packets } = await transfer(short, 1);
      expect(packets).toBeGreaterThan((2 * short.bytes) / 1500);
    });
  }

  it("tell alike of the same exchange by TCP_INFO, from SYN to FIN, in all but what the kernel leaves open", async () => {
    const sim = await simulated();
    expect(sim.size).toBeGreaterThan(20);
    // What the machine's clock does to a segment in time is tried again.
    let found: readonly string[] = [];
    for (let tries = 0; tries < 3 && (tries === 0 || found.length > 0); tries++) {
      const kernel = await real();
      found = typeof kernel === "string" ? [kernel] : differences(kernel, sim);
    }
    expect(found).toEqual([]);
  }, 30_000);

  for (const sender of ["kernel", "sim"] as const) {
    it(
      `agree on ECN, echo marks and answer them, with ${sender} sending`,
      () => markedTransfer(sender),
      30_000,
    );
  }

  for (const sender of ["kernel", "sim"] as const) {
    it(`find each other's urgent byte, with ${sender} sending`, () => urgentBytes(sender));
  }

  for (const client of ["kernel", "sim"] as const) {
    it(`open fast once they know each other, with ${client} calling`, () => fastOpen(client), 20_000);
    it(
      `try the experimental option with who gave no cookie, with ${client} calling`,
      () => fastOpenByExperiment(client),
      20_000,
    );
  }

  for (const { name, run } of CLOSES) {
    it(`agree how it ends: ${name}`, run);
  }
});

const userNamespace =
  why !== null && spawnSync("unshare", ["--user", "--map-root-user", "--net", "true"]).status === 0;

describe.skipIf(!userNamespace)("the same in a user namespace", () => {
  it("passes there, or says which call is refused", () => {
    const ended = spawnSync(process.execPath, ["--import", "tsx", "test/tun/main.ts", "--short"], {
      cwd: join(import.meta.dirname, "../.."),
      encoding: "utf8",
      timeout: 60_000,
    });
    expect(ended.status === 0 || /failed: E[A-Z]+/.test(ended.stderr), ended.stderr).toBe(true);
  }, 60_000);
});
