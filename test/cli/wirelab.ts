// Runs the built command line as a process of its own.

import { spawnSync } from "node:child_process";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `wirelab` with `args`, without a terminal, bounded in time. */
export function wirelab(
  args: readonly string[],
  options: { readonly cwd?: string; readonly input?: Uint8Array } = {},
): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, "dist/cli/main.js"), ...args], {
    cwd: options.cwd ?? ROOT,
    input: options.input ?? "",
    timeout: 30_000,
    maxBuffer: 64 << 20,
    env: { ...process.env, NO_COLOR: "" },
  });
  return { code: status, stdout: stdout.toString(), stderr: stderr.toString() };
}

/** The words of a shell command line, quotes taken off. */
export function words(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, plain]) => single ?? double ?? plain,
  );
}
