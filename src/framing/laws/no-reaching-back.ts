// No reaching back: a chunk is only the decoder's while it is pushed.

import type { Test, TestContext } from "./law.ts";
import { bytewiseFirst, cut, encodeFrames } from "./law.ts";
import { defineLaw } from "./define.ts";
import { someFrames } from "./frame-trials.ts";
import { difference } from "../judge.ts";
import { simplerFrames } from "../simpler.ts";

const CHUNKINGS = { run: 8, glance: 3, search: 200 };

export const noReachingBack = defineLaw<unknown[]>({
  name: "no-reaching-back",
  demands: "frames stay what they are when the buffer each chunk came in is overwritten after its push",
  bug: "a view kept instead of a copy (`slice` of a Buffer is a view): with a reused read buffer (onread, a pool) a frame turns into the bytes of a later read; or the whole ArrayBuffer read where only a view of it was given",
  notAsked: (codec) => (codec.keepsChunks === true ? "it keeps chunks by design (keepsChunks)" : null),
  trials: someFrames,
  *test(frames: unknown[], context: TestContext): Test {
    const { codec } = context;
    const { bytes, ends } = encodeFrames(codec, frames);
    context.about = { frames, ends };
    let left = CHUNKINGS[context.effort];
    for (const cuts of wholeFirst(context, bytes.length, ends)) {
      if (left-- <= 0) break;
      const untouched = cut(bytes, cuts, true);
      const [reference] = yield { feeds: [untouched] };
      if (difference(codec, frames, reference, cuts.length + 1) !== null) continue;
      const feed = { ...untouched, overwrite: true };
      const [outcome] = yield { feeds: [feed] };
      const problem = difference(codec, frames, outcome, cuts.length + 1);
      if (problem !== null)
        return {
          problem: `with the buffer overwritten after each push, ${problem}`,
          feed,
          outcome,
          frames,
          ends,
        };
    }
    return null;
  },
  simpler: simplerFrames,
});

/** In one chunk, and then as others do; made as they are asked for, for most are not. */
function* wholeFirst(
  context: TestContext,
  length: number,
  ends: readonly number[],
): Generator<readonly number[]> {
  if (context.onlyCuts === null) yield [];
  yield* bytewiseFirst(context, length, ends);
}
