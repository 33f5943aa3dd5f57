// Coalesced frames: several frames in one read.

import type { Test, TestContext } from "./law.ts";
import { encodeFrames, whole } from "./law.ts";
import { defineLaw } from "./define.ts";
import { someFrames } from "./frame-trials.ts";
import { difference } from "../judge.ts";
import { fewerFrames } from "../simpler.ts";

export const coalesced = defineLaw<unknown[]>({
  name: "coalesced",
  demands: "several frames in one chunk all come out of it",
  bug: "an `if` where a `while` belongs: the second frame of a read waits for the next read, or is lost",
  trials: someFrames,
  *test(frames: unknown[], context: TestContext): Test {
    const { codec } = context;
    const { bytes, ends } = encodeFrames(codec, frames);
    context.about = { frames, ends };
    if (frames.length < 2) return null;
    // Frames that do not even come out alone are the round trip's business.
    for (const frame of frames) {
      const alone = encodeFrames(codec, [frame]);
      const [outcome] = yield { feeds: [whole(alone.bytes)] };
      if (difference(codec, [frame], outcome, 1) !== null) return null;
    }
    // The end comes in a feed of its own: it would let out what had to come before.
    const feed =
      codec.endCompletes === true || codec.needsLookahead === true
        ? whole(bytes)
        : { ...whole(bytes), end: false };
    const [outcome] = yield { feeds: [feed] };
    const problem = difference(codec, frames, outcome, 1);
    return problem === null ? null : { problem, feed, outcome, frames, ends };
  },
  simpler: fewerFrames,
});
