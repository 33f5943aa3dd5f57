// `npm run tun -- --seed 7`: every transfer and every end of a connection between the simulated stack and the kernel of this machine. Where this
// process may not make network namespaces, one in a user namespace is tried.

import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { CLOSES } from "./closes.ts";
import { TunLab } from "./lab.ts";
import { LONG_TRANSFERS, SHORT_TRANSFERS, transfer } from "./transfers.ts";

const TRIED = "WIRELAB_USER_NAMESPACE";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    runs: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    short: { type: "boolean", default: false },
  },
});
const [seed, runs] = [values.seed, values.runs].map(Number);
if (![seed, runs].every((n) => Number.isSafeInteger(n) && n >= 0)) {
  console.error("tun: --seed and --runs take whole numbers");
  process.exit(2);
}
await makeSureOfNamespaces();

let failures = 0;
for (let run = 0; run < runs; run++) {
  for (const { name, run: close } of CLOSES) await attempt(name, async () => (await close(), ""));
  for (const long of values.short ? SHORT_TRANSFERS : LONG_TRANSFERS) {
    await attempt(long.name, async () => {
      const { seconds, resent, lost, packets } = await transfer(long, seed + run);
      const mbit = ((long.bytes * 8) / seconds / 1e6).toFixed(1);
      return `: ${seconds.toFixed(2)} s, ${mbit} Mbit/s each way, ${packets} packets, ${lost} lost, sent again ${resent.kernel} by the kernel and ${resent.sim} by the simulator`;
    });
  }
}
console.log(failures === 0 ? "all hold" : `${failures} do not hold`);
process.exitCode = failures === 0 ? 0 : 1;

async function attempt(name: string, action: () => Promise<string>): Promise<void> {
  if (!name.includes(values.only)) return;
  try {
    console.log(`holds  ${name}${await action()}`);
  } catch (error) {
    failures++;
    console.log(`FAILS  ${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function makeSureOfNamespaces(): Promise<void> {
  const lab = TunLab.open({}, 1);
  if (lab instanceof TunLab) return lab.close();
  if (process.env[TRIED] === undefined) {
    const flags = ["--user", "--map-root-user", "--net"];
    const { status } = spawnSync(
      "unshare",
      [...flags, process.execPath, ...process.execArgv, ...process.argv.slice(1)],
      { stdio: "inherit", env: { ...process.env, [TRIED]: "1" } },
    );
    if (status !== null) process.exit(status);
  }
  console.error(`tun: ${lab.unavailable}`);
  process.exit(2);
}
