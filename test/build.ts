// Before the tests: builds `dist`, so that tests of the command line run what users run. It takes about two seconds.

import { spawnSync } from "node:child_process";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");

export function setup(): void {
  const { status, stdout, stderr } = spawnSync("npm", ["run", "--silent", "build"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  if (status !== 0)
    console.error(`the build has errors; tests of the command line may run an older one\n${stdout}${stderr}`);
}
