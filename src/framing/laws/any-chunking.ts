// Any chunking: where a read ends makes no difference.

import type { Test, TestContext } from "./law.ts";
import { chunkingsFor, cut, encodeFrames, whole } from "./law.ts";
import { defineLaw } from "./define.ts";
import { someFrames } from "./frame-trials.ts";
import { difference } from "../judge.ts";
import { simplerFrames } from "../simpler.ts";

export const anyChunking = defineLaw<unknown[]>({
  name: "any-chunking",
  demands:
    "the same frames come out wherever the stream is cut, empty chunks and event-loop turns between or not",
  bug: "a header, delimiter or payload that two reads share: TCP promises no more than that the bytes come in order",
  trials: someFrames,
  *test(frames: unknown[], context: TestContext): Test {
    const { codec } = context;
    const { bytes, ends } = encodeFrames(codec, frames);
    context.about = { frames, ends };
    const [reference] = yield { feeds: [whole(bytes)] };
    // A stream that is misread in one piece says nothing about cuts.
    if (difference(codec, frames, reference, 1) !== null) return null;
    for (const cuts of chunkingsFor(context, bytes.length, ends)) {
      for (const tick of context.later ? [false, true] : [false]) {
        const feed = cut(bytes, cuts, tick);
        const [outcome] = yield { feeds: [feed] };
        const problem = difference(codec, frames, outcome, cuts.length + 1);
        if (problem !== null) return { problem, feed, outcome, frames, ends };
      }
    }
    return null;
  },
  simpler: simplerFrames,
});
