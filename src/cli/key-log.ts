// What `--keylog` names, read as it grows.

import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { KeyLogSource } from "../capture/dissect/tls-keys.ts";
import { TlsKeys } from "../capture/dissect/tls-keys.ts";
import { InputError } from "../scenario/input-error.ts";
import type { KeyLogFlags } from "./key-log-flag.ts";

/** Bytes read of one log: years of connections. */
const BYTES_MAX = 256 * 1024 * 1024;

/** The log that the flag names, if any, read on as it grows. Throws `InputError` where it is none. */
export function keyLogsOf({ keylog }: KeyLogFlags): readonly KeyLogSource[] {
  if (keylog === undefined) return [];
  const source = readingFrom(keylog);
  const first = source();
  if (first !== null && first.length > 0) {
    const keys = new TlsKeys([() => first]);
    keys.refresh();
    if (keys.size === 0)
      throw new InputError(`--keylog ${keylog}: holds no secrets, lines as CLIENT_RANDOM 5f.. 8a..`);
  }
  let isFirst = true;
  return [
    () => {
      if (!isFirst) return source();
      isFirst = false;
      return first;
    },
  ];
}

/** Answers what of a file was not read yet. */
function readingFrom(path: string): KeyLogSource {
  let at = 0;
  const read = (): Uint8Array | null => {
    const file = openSync(path, "r");
    try {
      const stat = fstatSync(file);
      if (stat.isDirectory()) throw new InputError(`--keylog ${path}: is a folder`);
      const length = Math.min(stat.size, BYTES_MAX) - at;
      if (length <= 0) return null;
      const bytes = new Uint8Array(length);
      const count = readSync(file, bytes, 0, length, at);
      at += count;
      return bytes.subarray(0, count);
    } finally {
      closeSync(file);
    }
  };
  let isKnown = false;
  return () => {
    try {
      const bytes = read();
      isKnown = true;
      return bytes;
    } catch (error) {
      // A log that goes away while it is read on has nothing new.
      if (isKnown) return null;
      throw error instanceof InputError ? error : new InputError(`--keylog ${path}: ${whyNot(error)}`);
    }
  };
}

function whyNot(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code === "ENOENT") return "no such file";
  return code === "EACCES" ? "may not be read" : String(error);
}
