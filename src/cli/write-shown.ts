// Packets that a screen shows, written to a new file while keys go on being answered.

import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import type { Capture } from "../capture/capture.ts";
import { editedChunks } from "../capture/edit/write-edited.ts";
import { eventLoopTurn } from "./dashboard-source.ts";

/** How long is written between two looks at the keys. */
const WRITE_SLICE_MS = 10;

/**
 * Writes packets `rows` of `capture`, in ascending order, all there are for null, to the new file `path` as pcapng; answers how many.
 * Where that ends early, by an error or because `isStopped`, no file is left. Throws what the system says, and for a file that is there.
 */
export async function writeShown(
  capture: Capture,
  rows: readonly number[] | null,
  path: string,
  isStopped: () => boolean,
): Promise<number> {
  const count = rows?.length ?? capture.trace.packets.count;
  const fd = openNew(path);
  let isWhole = false;
  try {
    let since = performance.now();
    for (const chunk of editedChunks([{ capture, rows: rows ?? rowsBelow(count) }])) {
      let rest = chunk;
      while (rest.length > 0) rest = rest.subarray(writeSync(fd, rest));
      if (performance.now() - since < WRITE_SLICE_MS) continue;
      await eventLoopTurn();
      if (isStopped()) return count;
      since = performance.now();
    }
    isWhole = true;
    return count;
  } finally {
    closeSync(fd);
    if (!isWhole) rmSync(path, { force: true });
  }
}

function* rowsBelow(count: number): Generator<number> {
  for (let row = 0; row < count; row++) yield row;
}

function openNew(path: string): number {
  try {
    return openSync(path, "wx");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST")
      throw new Error(`${path} is there already: name a new file`, { cause: error });
    throw error;
  }
}
