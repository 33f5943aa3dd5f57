// How long the thread that answers keys has computed: what a task keeps a user waiting for, whatever else the machine does, and whatever
// compilers and collectors do beside it.

import { readFileSync } from "node:fs";

/** Milliseconds this thread has computed for; by the clock where the system does not tell. */
export function threadMs(): number {
  try {
    return Number(readFileSync("/proc/thread-self/schedstat", "latin1").split(" ", 1)[0]) / 1e6;
  } catch {
    return performance.now();
  }
}
