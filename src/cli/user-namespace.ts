// Being root where one is not: the same command line again in a user namespace of its own, in which network namespaces are allowed. It
// takes a process that has one thread, which Node's never is: unshare(1) is one.

import { spawnSync } from "node:child_process";

/** Set in the process that is the second try. */
const TRIED = "WIRELAB_USER_NAMESPACE";
const FLAGS = ["--user", "--map-root-user", "--net"];

/** Ends this process as the same one in a user namespace ends; where there can be none, answers why, to be put behind why it was wanted. */
export function againInUserNamespace(): string {
  if (process.env[TRIED] !== undefined) return "";
  const allowed = spawnSync("unshare", [...FLAGS, "true"], { encoding: "utf8" });
  if (allowed.error !== undefined) return " (there is no unshare(1) here to try that with)";
  if (allowed.status !== 0) {
    const [line] = allowed.stderr.trim().split("\n");
    return ` (which is not allowed here either: ${line})`;
  }
  const { status, signal } = spawnSync(
    "unshare",
    [...FLAGS, process.execPath, ...process.execArgv, ...process.argv.slice(1)],
    { stdio: "inherit", env: { ...process.env, [TRIED]: "1" } },
  );
  if (signal !== null) process.kill(process.pid, signal);
  process.exit(status ?? 1);
}
