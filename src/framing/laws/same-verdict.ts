// Same verdict: what is no frame is none wherever it is cut.

import type { Test, TestContext } from "./law.ts";
import { bytewiseFirst, cut, whole } from "./law.ts";
import { defineLaw } from "./define.ts";
import { garbage } from "./frame-trials.ts";
import { sameFrames } from "../same.ts";
import { simplerBytes } from "../simpler.ts";

/** Of the chunkings of a stream, how many are tried in a run. */
const CHUNKINGS = { run: 6, glance: 3, search: Number.POSITIVE_INFINITY };

export const sameVerdict = defineLaw<Uint8Array>({
  name: "same-verdict",
  demands:
    "bytes that are an error in one chunk are an error in any chunks, and bytes that are frames give the same ones",
  bug: "a check made only when header and payload come together: the proxy refuses what the server behind it takes, which is how requests are smuggled",
  takesForGranted: ["independence", "round-trip", "coalesced", "any-chunking", "split-text", "garbage"],
  trials: garbage,
  *test(bytes: Uint8Array, context: TestContext): Test {
    const { codec } = context;
    const [inOne] = yield { feeds: [whole(bytes)] };
    let left = CHUNKINGS[context.effort];
    for (const cuts of bytewiseFirst(context, bytes.length, [])) {
      if (left-- <= 0) break;
      const feed = cut(bytes, cuts, true);
      const [outcome] = yield { feeds: [feed] };
      const about = { feed, outcome, frames: null, ends: [] };
      const [error] = inOne.errors;
      if (error !== undefined && outcome.errors.length === 0)
        return {
          problem: `the stream is an error in one chunk (${error.message}) and none in these`,
          ...about,
        };
      if (error === undefined && outcome.errors.length > 0)
        return {
          problem: `the stream is no error in one chunk, and in these: ${outcome.errors[0].message}`,
          ...about,
        };
      if (error === undefined && !sameFrames(codec, inOne.frames, outcome.frames))
        return { problem: "the stream gives other frames in these chunks than in one", ...about };
    }
    return null;
  },
  simpler: simplerBytes,
});
