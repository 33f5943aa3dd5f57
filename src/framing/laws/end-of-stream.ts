// End of stream: a connection that ends inside a frame is told from one that ends after it.

import type { AnyCodec, Finding, Test, TestContext } from "./law.ts";
import { encodeFrames, whole } from "./law.ts";
import { defineLaw } from "./define.ts";
import { someFrames } from "./frame-trials.ts";
import type { Effort } from "../chunkings.ts";
import { errorsInside } from "../judge.ts";
import { sameFrames } from "../same.ts";
import { simplerFrames } from "../simpler.ts";

const EVERY_PREFIX_BYTES = 64;
const EVERY_PREFIX_BYTES_GLANCE = 4;

export const endOfStream = defineLaw<unknown[]>({
  name: "end-of-stream",
  demands:
    "a stream that ends inside a frame is reported as incomplete, and one that ends after a frame is not",
  takesForGranted: ["independence"],
  bug: "half a message taken for a whole one, or dropped without a word, when a peer dies; a clean close reported as an error",
  notAsked: (codec) => {
    try {
      return codec.decoder().end === undefined ? "the decoder has no end()" : null;
    } catch {
      return null;
    }
  },
  trials: someFrames,
  *test(frames: unknown[], context: TestContext): Test {
    const { codec } = context;
    const { bytes, ends } = encodeFrames(codec, frames);
    context.about = { frames, ends };
    const [all] = yield { feeds: [{ ...whole(bytes), end: false }] };
    if (errorsInside(all, 1).length > 0) return null;
    if (
      codec.needsLookahead !== true &&
      codec.endCompletes !== true &&
      !sameFrames(codec, frames, all.frames)
    )
      return null;
    for (const length of prefixes(bytes.length, ends, context.effort)) {
      const feed = whole(bytes.subarray(0, length));
      const complete = ends.filter((end) => end <= length).length;
      const [outcome] = yield { feeds: [feed] };
      if (errorsInside(outcome, 1).length > 0) return null;
      const about = { feed, outcome, frames: frames.slice(0, complete), ends: ends.slice(0, complete) };
      const atBorder = length === 0 || ends.includes(length);
      const finding = atBorder
        ? atBorderProblem(codec, frames, about, complete)
        : insideProblem(codec, about);
      if (finding !== null) return { problem: finding, ...about };
    }
    return null;
  },
  simpler: simplerFrames,
});

type About = Pick<Finding, "feed" | "outcome">;

function atBorderProblem(
  codec: AnyCodec,
  frames: readonly unknown[],
  { outcome }: About,
  complete: number,
): string | null {
  const error = outcome.errors.at(0);
  if (error !== undefined) return `the stream ends after a frame and the decoder throws ${error.message}`;
  if (sameFrames(codec, frames.slice(0, complete), outcome.frames)) return null;
  return complete === 0
    ? "the end of a stream makes a frame that was never sent"
    : "at its end, a complete stream gives other frames than it has";
}

function insideProblem(codec: AnyCodec, { outcome }: About): string | null {
  const error = outcome.errors.at(0);
  if (error !== undefined && error.kind === null)
    return `the stream ends inside a frame and the decoder throws ${error.message}`;
  if (codec.endCompletes === true || codec.reportsEnd === false) return null;
  if (error === undefined) return "the stream ends inside a frame and the decoder says nothing";
  if (error.kind !== "incomplete")
    return `the stream ends inside a frame and the decoder calls it ${error.kind}, not incomplete: ${error.message}`;
  return null;
}

/** Where to end the stream: everywhere in short ones, shortest first. */
function prefixes(length: number, ends: readonly number[], effort: Effort): number[] {
  if (length <= (effort === "glance" ? EVERY_PREFIX_BYTES_GLANCE : EVERY_PREFIX_BYTES))
    return Array.from({ length: length + 1 }, (_, i) => i);
  if (effort === "glance")
    return [...new Set([1, ends[0], ends[0] + 1, length >> 1, length - 1])]
      .filter((at) => at > 0 && at < length)
      .sort((a, b) => a - b);
  const lengths = new Set([0, 1, 2, 3, length >> 1, length - 1, length]);
  for (const end of ends.slice(0, 5))
    for (const near of [end - 1, end, end + 1, end + 2]) if (near >= 0 && near <= length) lengths.add(near);
  return [...lengths].sort((a, b) => a - b);
}
