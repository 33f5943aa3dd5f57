// Prompt delivery: a complete frame is not kept waiting.

import type { AnyCodec, Finding, Test, TestContext } from "./law.ts";
import { cut, encodeFrames } from "./law.ts";
import { defineLaw } from "./define.ts";
import { someFrames } from "./frame-trials.ts";
import { bytewise, chunkOf } from "../chunkings.ts";
import type { Feed, Outcome } from "../feed.ts";
import { difference } from "../judge.ts";
import { sameValue } from "../same.ts";
import { simplerFrames } from "../simpler.ts";

const BYTEWISE_BYTES = 2048;

export const promptDelivery = defineLaw<unknown[]>({
  name: "prompt-delivery",
  demands: "a frame comes out with its last byte, not with the byte after it",
  bug: "a `>` where a `>=` belongs: a request waits for the next request, which waits for the answer - a deadlock between two peers",
  notAsked: (codec) =>
    codec.needsLookahead === true ? "its frames may need the byte after them (needsLookahead)" : null,
  trials: someFrames,
  *test(frames: unknown[], context: TestContext): Test {
    const { codec } = context;
    const { bytes, ends } = encodeFrames(codec, frames);
    context.about = { frames, ends };
    const chunkings = context.onlyCuts === null ? [ends.slice(0, -1)] : [context.onlyCuts];
    if (context.onlyCuts === null && bytes.length <= BYTEWISE_BYTES) chunkings.push(bytewise(bytes.length));
    for (const cuts of chunkings) {
      const feed = cut(bytes, cuts, true);
      const [outcome] = yield { feeds: [feed] };
      if (difference(codec, frames, outcome, cuts.length + 1) !== null) continue;
      const finding = lateFrame(codec, frames, ends, feed, outcome);
      if (finding !== null) return finding;
    }
    return null;
  },
  simpler: simplerFrames,
});

function lateFrame(
  codec: AnyCodec,
  frames: readonly unknown[],
  ends: readonly number[],
  feed: Feed,
  outcome: Outcome<unknown>,
): Finding | null {
  // What only the end completes has no last byte.
  const last = codec.endCompletes === true ? frames.length - 1 : frames.length;
  for (let i = 0; i < last; i++) {
    const start = i === 0 ? 0 : ends[i - 1];
    if (ends[i] === start) continue;
    const due = chunkOf(feed.cuts, ends[i] - 1);
    const out = outcome.chunks.filter((chunk) => chunk <= due).length;
    if (codec.join === undefined ? out > i : joinedSoFar(codec, frames.slice(0, i + 1), outcome, due))
      continue;
    const chunk = outcome.chunks[i];
    const came = chunk > feed.cuts.length ? "the end of the stream" : `chunk ${chunk + 1}`;
    const problem =
      codec.join === undefined
        ? `frame ${i + 1} is complete with chunk ${due + 1} and comes out with ${came}`
        : `frame ${i + 1} is complete with chunk ${due + 1} and not all of it is out then`;
    return { problem, feed, outcome, frames, ends, notOfCuts: true };
  }
  return null;
}

/** For frames that come in pieces: whether all that was complete by chunk `due` is out by then. */
function joinedSoFar(
  codec: AnyCodec,
  frames: readonly unknown[],
  outcome: Outcome<unknown>,
  due: number,
): boolean {
  const out = outcome.frames.filter((_, i) => outcome.chunks[i] <= due);
  return codec.join === undefined || sameValue(codec.join(out), codec.join(frames));
}
