// The smallest capture that still fails in the same way: whole runs of bytes left out, the longest first.

import { problemOf } from "./campaign.ts";

/** Tries at most: a smaller file is a help, not a duty. */
const TRIES_MAX = 4000;

/** A part of `bytes` that has the same problem when it is shown as run number `run` is. */
export async function smallest(
  bytes: Uint8Array,
  run: number,
  problem: string,
  triesMax: number = TRIES_MAX,
): Promise<Uint8Array> {
  const wanted = kindOf(problem);
  let best = bytes;
  let at = 0;
  let length = best.length >> 1;
  for (let tries = 0; tries < triesMax && length > 0; tries++) {
    if (at + length > best.length) {
      length >>= 1;
      at = 0;
      continue;
    }
    const candidate = new Uint8Array(Buffer.concat([best.subarray(0, at), best.subarray(at + length)]));
    const found = await problemOf(candidate, run);
    if (typeof found === "string" && kindOf(found) === wanted) best = candidate;
    else at += length;
  }
  return best;
}

/** Problems with the same words but for their numbers are the same. */
function kindOf(problem: string): string {
  return problem.replaceAll(/\d+ (?=ms|MiB)/g, "");
}
