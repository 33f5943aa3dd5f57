// Reference: the codec and one known to be right read each other.

import type { Test, TestContext } from "./law.ts";
import { encodeFrames, whole } from "./law.ts";
import { defineLaw } from "./define.ts";
import { someFrames } from "./frame-trials.ts";
import { difference } from "../judge.ts";
import { fewerFrames } from "../simpler.ts";

export const reference = defineLaw<unknown[]>({
  name: "reference",
  demands: "the codec reads what the reference writes, and the reference reads what the codec writes",
  bug: "an encoder and a decoder that share a mistake: each round trip is fine, and no other program understands a word",
  notAsked: (codec) => (codec.reference === undefined ? "it names no reference codec" : null),
  trials: someFrames,
  *test(frames: unknown[], context: TestContext): Test {
    const { codec } = context;
    const other = codec.reference;
    if (other === undefined) return null;
    const ours = encodeFrames(codec, frames);
    const theirs = encodeFrames(other, frames);
    context.about = { frames, ends: ours.ends };
    const feed = whole(ours.bytes);
    const [outcome] = yield { feeds: [feed], codec: other };
    const problem = difference(codec, frames, outcome, 1);
    if (problem !== null)
      return {
        problem: `given to the reference's decoder, ${problem}`,
        feed,
        outcome,
        frames,
        ends: ours.ends,
      };
    const back = whole(theirs.bytes);
    const [read] = yield { feeds: [back] };
    const wrong = difference(codec, frames, read, 1);
    if (wrong === null) return null;
    return {
      problem: `from the reference's encoder, ${wrong}`,
      feed: back,
      outcome: read,
      frames,
      ends: theirs.ends,
    };
  },
  simpler: fewerFrames,
});
