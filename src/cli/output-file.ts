// Writing what a command made to a file, or to standard output.

import { closeSync, openSync, writeSync } from "node:fs";
import { pcapngChunks } from "../capture/write-pcapng.ts";
import type { WriteOptions } from "../capture/write-pcapng.ts";
import { InputError, suggest } from "../scenario/input-error.ts";
import type { Trace } from "../trace/trace.ts";
import { write } from "./print.ts";

/** Writes `data` to `path`, to standard output when it is undefined or `-`. Throws `InputError` when the file cannot be written. */
export function writeOutput(path: string | undefined, data: string | Uint8Array): void {
  withOutput(path, (put) => put(data));
}

/** Writes `trace` as pcapng, to standard output when `path` is undefined or `-`. Throws `InputError` as `writeOutput`, or for a vantage that is no host. */
export function writePcapngFile(path: string | undefined, trace: Trace, options: WriteOptions): void {
  const hosts = new Set(trace.transits.flatMap(({ from, to }) => [from, to]));
  if (options.vantage !== undefined && !hosts.has(options.vantage)) {
    throw new InputError(
      `--vantage ${options.vantage}: no host of that name${suggest(options.vantage, [...hosts])}`,
    );
  }
  withOutput(path, (put) => {
    for (const chunk of pcapngChunks(trace, options)) put(chunk);
  });
}

/** Writes what comes, in order. Throws `InputError` as `writeOutput`. */
export function writeChunks(path: string | undefined, chunks: Iterable<Uint8Array>): void {
  withOutput(path, (put) => {
    for (const chunk of chunks) put(chunk);
  });
}

function withOutput(
  path: string | undefined,
  fill: (put: (data: string | Uint8Array) => void) => void,
): void {
  if (path === undefined || path === "-") {
    fill(write);
    return;
  }
  let fd: number;
  try {
    fd = openSync(path, "w");
  } catch (error) {
    throw unwritable(path, error);
  }
  try {
    fill((data) => {
      let rest = typeof data === "string" ? Buffer.from(data) : data;
      while (rest.length > 0) rest = rest.subarray(writeSync(fd, rest));
    });
  } catch (error) {
    throw unwritable(path, error);
  } finally {
    closeSync(fd);
  }
}

function unwritable(path: string, error: unknown): unknown {
  if (!(error instanceof Error && "syscall" in error && "code" in error)) return error;
  return new InputError(`${path}: cannot be written (${String(error.code)})`);
}
