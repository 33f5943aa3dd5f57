// What the screens want to know of every step of a run before they show it, read in slices: a run of a million steps keeps nobody waiting
// who presses a key meanwhile.

import { sequencesSome } from "../trace/ladder.ts";
import { streamsSome } from "../trace/run-streams.ts";
import { indexSome } from "../trace/state-at.ts";
import type { Trace } from "../trace/trace.ts";
import { forSlice } from "./screens/slice.ts";

/** Ways, steps and packets read between two looks at the clock. */
const WAYS_A_LOOK = 2000;
const STEPS_A_LOOK = 50;
const PACKETS_A_LOOK = 100;

/** Reads on for a slice; answers whether all is read. */
export function prepareSome(trace: Trace): boolean {
  let isDone = false;
  forSlice(() => {
    isDone =
      trace.transitsSome(WAYS_A_LOOK) &&
      indexSome(trace, STEPS_A_LOOK) &&
      streamsSome(trace, PACKETS_A_LOOK) &&
      sequencesSome(trace, PACKETS_A_LOOK);
    return !isDone;
  });
  return isDone;
}
