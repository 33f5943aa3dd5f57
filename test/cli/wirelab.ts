// Runs the command line: here, in the test's own process, which is fast; or built and as a process of its own, as users run it.

import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { commandLine } from "../../src/cli/command-line.ts";

const ROOT = join(import.meta.dirname, "../..");

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Does `wirelab args` in this process, in the folder `cwd`, without a terminal, and gives what it wrote. One at a time. */
export async function wirelab(
  args: readonly string[],
  options: { readonly cwd?: string } = {},
): Promise<Ended> {
  const written: Record<1 | 2, Buffer[]> = { 1: [], 2: [] };
  const back = redirect((fd, bytes) => written[fd].push(bytes));
  const [folder, before] = [process.cwd(), process.exitCode];
  try {
    process.chdir(options.cwd ?? ROOT);
    process.exitCode = undefined;
    await commandLine(args);
    return {
      code: exitCode(),
      stdout: Buffer.concat(written[1]).toString(),
      stderr: Buffer.concat(written[2]).toString(),
    };
  } finally {
    process.exitCode = before;
    process.chdir(folder);
    back();
  }
}

function exitCode(): number {
  return Number(process.exitCode ?? 0);
}

/** Gives what this process writes to standard output and standard error to `take`, until the function returned is called. */
function redirect(take: (fd: 1 | 2, bytes: Buffer) => void): () => void {
  const { writeSync } = fs;
  const streams = { 1: process.stdout, 2: process.stderr } as const;
  const writes = { 1: streams[1].write, 2: streams[2].write } as const;
  const color = process.env["NO_COLOR"];
  process.env["NO_COLOR"] = "";
  const bytesOf = (data: string | Uint8Array): Buffer =>
    typeof data === "string" ? Buffer.from(data) : Buffer.from(data);
  fs.writeSync = ((fd: number, data: string | Uint8Array, ...rest: never[]): number => {
    if (fd !== 1 && fd !== 2) return (writeSync as (...all: unknown[]) => number)(fd, data, ...rest);
    const bytes = bytesOf(data);
    take(fd, bytes);
    return bytes.length;
  }) as typeof fs.writeSync;
  syncBuiltinESMExports();
  for (const fd of [1, 2] as const) {
    streams[fd].write = (data: string | Uint8Array): boolean => {
      take(fd, bytesOf(data));
      return true;
    };
  }
  return () => {
    fs.writeSync = writeSync;
    syncBuiltinESMExports();
    for (const fd of [1, 2] as const) streams[fd].write = writes[fd];
    if (color === undefined) delete process.env["NO_COLOR"];
    else process.env["NO_COLOR"] = color;
  };
}

/** Runs the built `wirelab` with `args` as a process of its own, without a terminal, bounded in time. */
export function wirelabProcess(
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
