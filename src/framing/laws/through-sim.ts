// Through the simulated TCP: the cuts are those of real segments and real reads.

import * as fc from "fast-check";
import type { Test, TestContext } from "./law.ts";
import { cut, encodeFrames, whole } from "./law.ts";
import { defineLaw } from "./define.ts";
import { someFrames } from "./frame-trials.ts";
import { linkConditions } from "../arbitraries/link-conditions.ts";
import { carry } from "../carry.ts";
import type { LinkConditions } from "../carry.ts";
import { difference } from "../judge.ts";
import { fewerFrames } from "../simpler.ts";

interface Trial {
  readonly frames: unknown[];
  readonly conditions: LinkConditions;
  /** Where the client's sends are cut, as parts of the stream's length in 1/1024. */
  readonly sends: readonly number[];
}

/** More than this is not carried: a trial is to take milliseconds. */
const STREAM_BYTES_MAX = 16_384;

export const throughSim = defineLaw<Trial>({
  name: "through-sim",
  demands: "the frames sent over a simulated TCP connection come out of what its reads return",
  bug: "a decoder that was right on a loopback and meets its first lossy link, small window or busy reader",
  trials: (codec) =>
    fc.record({
      frames: someFrames(codec),
      conditions: linkConditions(),
      sends: fc.array(fc.nat(1024), { maxLength: 4 }),
    }),
  *test({ frames, conditions, sends }: Trial, context: TestContext): Test {
    const { codec } = context;
    const { bytes, ends } = encodeFrames(codec, frames);
    context.about = { frames, ends };
    if (bytes.length === 0 || bytes.length > STREAM_BYTES_MAX) return null;
    const [reference] = yield { feeds: [whole(bytes)] };
    if (difference(codec, frames, reference, 1) !== null) return null;
    let cuts = context.onlyCuts;
    if (cuts === null) {
      const at = sends.map((part) => Math.floor((part * bytes.length) / 1024)).sort((a, b) => a - b);
      const carried = carry(bytes, at, conditions);
      if (carried === null) return null;
      ({ cuts } = carried);
    }
    const feed = cut(bytes, cuts, true);
    const [outcome] = yield { feeds: [feed] };
    const problem = difference(codec, frames, outcome, cuts.length + 1);
    return problem === null ? null : { problem, feed, outcome, frames, ends };
  },
  *simpler(trial: Trial): Generator<Trial> {
    for (const frames of fewerFrames(trial.frames)) yield { ...trial, frames };
  },
});
