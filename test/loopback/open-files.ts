// What a process holds: file descriptors, counted to show that a run gives all of its own back.

import { existsSync, readdirSync, readlinkSync } from "node:fs";

const DIRECTORY = "/proc/self/fd";

export const canCountFiles = existsSync(DIRECTORY);

/** Descriptors open now, by what they are: `socket:[1234]` counts as `socket`. */
export function openFiles(): string[] {
  const kinds: string[] = [];
  for (const fd of readdirSync(DIRECTORY)) {
    try {
      kinds.push(readlinkSync(`${DIRECTORY}/${fd}`).replace(/:\[\d+\]$/, ""));
    } catch {
      // The descriptor of the listing itself is gone by now.
    }
  }
  return kinds.sort();
}
