// Writing lines to standard output, without a trace when the reader of a pipe has gone away.

import { writeSync } from "node:fs";

/** Writes one line. Synchronous: nothing is lost when the process ends. A closed pipe ends the program quietly, as with other filters. */
export function print(line: string): void {
  write(`${line}\n`);
}

const PAUSE = new Int32Array(new SharedArrayBuffer(4));
const PAUSE_MS = 1;

/** Writes text or bytes as they are. */
export function write(data: string | Uint8Array): void {
  let bytes = typeof data === "string" ? Buffer.from(data) : data;
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(1, bytes));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === "EPIPE") process.exit(0);
      if (code !== "EAGAIN") throw error;
      // The pipe is full and its reader busy: nothing is gained by asking again at once.
      Atomics.wait(PAUSE, 0, 0, PAUSE_MS);
    }
  }
}
