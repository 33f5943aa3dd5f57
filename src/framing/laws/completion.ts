// Completion: a decoder always comes back.

import * as fc from "fast-check";
import type { Test, TestContext } from "./law.ts";
import { bytewiseFirst, cut, encodeFrames, whole } from "./law.ts";
import { defineLaw } from "./define.ts";
import { garbage, someFrames } from "./frame-trials.ts";
import { fewerFrames, simplerBytes } from "../simpler.ts";

/** Every length up to this is a stream that ends there. */
const STOPS = 10;
/** So are those that end with the first byte of one of the next frames. */
const BORDERS = 3;
const STOPS_FEW = 3;

type Trial = { readonly frames: unknown[] } | { readonly bytes: Uint8Array };

/** How many of the chunkings are fed: the laws about cuts feed the rest, and hangs end there too. */
const CHUNKINGS_RUN = 12;
const CHUNKINGS_FEW = 2;

export const completion = defineLaw<Trial>({
  name: "completion",
  demands: "every push and every end comes back, with a bounded number of frames, whatever the bytes",
  takesForGranted: ["independence"],
  bug: "a loop that waits for bytes it already has (`while (rest.length) ...` without progress), a promise nobody resolves: one peer stops a whole process",
  guards: true,
  trials: (codec) =>
    fc.oneof(
      someFrames(codec).map((frames) => ({ frames })),
      garbage(codec).map((bytes) => ({ bytes })),
    ),
  *test(trial: Trial, context: TestContext): Test {
    let bytes: Uint8Array;
    let ends: readonly number[] = [];
    if ("frames" in trial) {
      ({ bytes, ends } = encodeFrames(context.codec, trial.frames));
      context.about = { frames: trial.frames, ends };
    } else bytes = trial.bytes;
    if (context.onlyCuts === null) {
      yield { feeds: [whole(bytes)] };
      // A stream that stops anywhere has to come to its end too.
      context.about = { frames: null, ends: [] };
      const stops = Math.min(bytes.length, context.later || context.effort === "glance" ? STOPS_FEW : STOPS);
      for (let length = 1; length < stops; length++) yield { feeds: [whole(bytes.subarray(0, length))] };
      for (const end of ends.slice(0, context.effort === "glance" ? 1 : BORDERS))
        if (end >= stops && end + 1 < bytes.length) yield { feeds: [whole(bytes.subarray(0, end + 1))] };
      if (bytes.length > stops) yield { feeds: [whole(bytes.subarray(0, bytes.length >> 1))] };
      if ("frames" in trial) context.about = { frames: trial.frames, ends };
    }
    let left =
      context.effort === "search"
        ? Number.POSITIVE_INFINITY
        : context.later || context.effort === "glance"
          ? CHUNKINGS_FEW
          : CHUNKINGS_RUN;
    for (const cuts of bytewiseFirst(context, bytes.length, ends)) {
      if (left-- <= 0) break;
      for (const tick of context.later ? [false, true] : [false]) yield { feeds: [cut(bytes, cuts, tick)] };
    }
    return null;
  },
  *simpler(trial: Trial): Generator<Trial> {
    if ("frames" in trial) for (const frames of fewerFrames(trial.frames)) yield { frames };
    else for (const bytes of simplerBytes(trial.bytes)) yield { bytes };
  },
});
