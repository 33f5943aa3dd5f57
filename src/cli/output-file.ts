// Writing what a command made to a file, or to standard output.

import { closeSync, fstatSync, openSync, statSync, writeSync } from "node:fs";
import type { Stats } from "node:fs";
import { pcapngChunks } from "../capture/write-pcapng.ts";
import type { WriteOptions } from "../capture/write-pcapng.ts";
import { InputError, suggest } from "../scenario/input-error.ts";
import type { Trace } from "../trace/trace.ts";
import { write } from "./print.ts";

/** Writes `data` to `path` as `openOutput` opens it. Throws `InputError` as that does. */
export function writeOutput(
  path: string | undefined,
  data: string | Uint8Array,
  inputs: readonly string[] = [],
): void {
  withOutput(path, inputs, (put) => put(data));
}

/** Writes `trace` as pcapng. Throws `InputError` as `openOutput`, or for a vantage that is no host. */
export function writePcapngFile(
  path: string | undefined,
  trace: Trace,
  options: WriteOptions,
  inputs: readonly string[] = [],
): void {
  const hosts = new Set(trace.transits.flatMap(({ from, to }) => [from, to]));
  if (options.vantage !== undefined && !hosts.has(options.vantage)) {
    throw new InputError(
      `--vantage ${options.vantage}: no host of that name${suggest(options.vantage, [...hosts])}`,
    );
  }
  withOutput(path, inputs, (put) => {
    for (const chunk of pcapngChunks(trace, options)) put(chunk);
  });
}

/** Writes what comes, in order. Throws `InputError` as `openOutput`. */
export function writeChunks(
  path: string | undefined,
  chunks: Iterable<Uint8Array>,
  inputs: readonly string[] = [],
): void {
  withOutput(path, inputs, (put) => {
    for (const chunk of chunks) put(chunk);
  });
}

/** Where a command writes to as it goes. */
export interface Output {
  /** Throws `InputError` when there is no room. */
  put(data: string | Uint8Array): void;
  close(): void;
}

/**
 * Opens `path`, or standard output when it is undefined or `-`. Throws `InputError` when the file cannot be written, and when it is one of
 * `inputs`, which are still being read and would be lost.
 */
export function openOutput(path: string | undefined, inputs: readonly string[] = []): Output {
  if (path === undefined || path === "-") return { put: write, close: () => {} };
  if (inputs.some((input) => isSameFile(input, path)))
    throw new InputError(`${path}: is what is read; name another file to write`);
  let fd: number;
  try {
    fd = openSync(path, "w");
  } catch (error) {
    throw unwritable(path, error);
  }
  return {
    put(data) {
      let rest = typeof data === "string" ? Buffer.from(data) : data;
      try {
        while (rest.length > 0) rest = rest.subarray(writeSync(fd, rest));
      } catch (error) {
        throw unwritable(path, error);
      }
    },
    close: () => closeSync(fd),
  };
}

function withOutput(
  path: string | undefined,
  inputs: readonly string[],
  fill: (put: Output["put"]) => void,
): void {
  const output = openOutput(path, inputs);
  try {
    fill((data) => output.put(data));
  } finally {
    output.close();
  }
}

/** Whether both name one ordinary file; `-` is standard input. */
function isSameFile(input: string, output: string): boolean {
  const from = input === "-" ? statOf(() => fstatSync(0)) : statOf(() => statSync(input));
  const to = statOf(() => statSync(output));
  return from?.isFile() === true && to?.isFile() === true && from.ino === to.ino && from.dev === to.dev;
}

/** Null for what is not there. */
function statOf(ask: () => Stats): Stats | null {
  try {
    return ask();
  } catch {
    return null;
  }
}

function unwritable(path: string, error: unknown): unknown {
  if (!(error instanceof Error && "syscall" in error && "code" in error)) return error;
  return new InputError(`${path}: cannot be written (${String(error.code)})`);
}
