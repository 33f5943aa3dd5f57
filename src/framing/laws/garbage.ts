// Garbage: bytes that are no frames are answered, in the codec's own words.

import type { Test, TestContext } from "./law.ts";
import { cut, whole } from "./law.ts";
import { defineLaw } from "./define.ts";
import { garbage as garbageBytes } from "./frame-trials.ts";
import { bytewise } from "../chunkings.ts";
import { simplerBytes } from "../simpler.ts";

/** So many streams of garbage have an error among them. */
const RUNS_CONCLUSIVE = 40;

export const garbage = defineLaw<Uint8Array>({
  name: "garbage",
  demands: "bytes that are no frames give an error of the declared kinds and no other exception",
  takesForGranted: ["independence"],
  bug: "a TypeError from a field that is not there, a RangeError from a length that is negative: exceptions nobody catches, and a server is down",
  trials: garbageBytes,
  *test(bytes: Uint8Array, context: TestContext): Test {
    const feeds = [whole(bytes), cut(bytes, context.onlyCuts ?? bytewise(bytes.length), true)];
    for (const feed of feeds) {
      const [outcome] = yield { feeds: [feed] };
      const foreign = outcome.errors.find(({ kind }) => kind === null);
      if (foreign !== undefined)
        return { problem: `the decoder throws ${foreign.message}`, feed, outcome, frames: null, ends: [] };
      if (outcome.errors.length > 0) context.tally.set("errors", (context.tally.get("errors") ?? 0) + 1);
    }
    return null;
  },
  simpler: simplerBytes,
  conclude: ({ codec, tally }, runs) =>
    codec.acceptsAnything === true || runs < RUNS_CONCLUSIVE || tally.has("errors")
      ? null
      : `${runs} streams of garbage and not one error (if any bytes are frames, say acceptsAnything)`,
});
