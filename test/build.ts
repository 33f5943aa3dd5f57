// Before the tests: builds `dist`, so that tests of the command line run what users run. tsc takes about a second.

import { spawnSync } from "node:child_process";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");

export function setup(): void {
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], { cwd: ROOT });
  if (status !== 0)
    console.error(
      `the build has errors; tests of the command line may run an older one\n${stdout.toString()}`,
    );
}
