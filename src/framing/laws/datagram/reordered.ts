// Datagrams: the network may deliver them in any order.

import * as fc from "fast-check";
import type { Test, TestContext } from "../law.ts";
import { encodeFrames } from "../law.ts";
import { defineLaw } from "../define.ts";
import { difference } from "../../judge.ts";
import { fewerFrames } from "../../simpler.ts";
import { arriving } from "./datagrams.ts";

const FRAMES_MAX = 4;

export const datagramReordered = defineLaw<unknown[]>({
  name: "datagram-reordered",
  demands: "each datagram gives its frame whatever came before it",
  bug: "state carried from one datagram to the next, as if they were a stream: fine on loopback, wrong on the first network that reorders",
  trials: (codec) => fc.array(codec.frames, { minLength: 2, maxLength: FRAMES_MAX }),
  *test(frames: unknown[], context: TestContext): Test {
    const { codec } = context;
    for (const order of [frames, frames.toReversed()]) {
      const datagrams = order.map((frame) => encodeFrames(codec, [frame]).bytes);
      const { ends } = encodeFrames(codec, order);
      context.about = { frames: order, ends };
      let good = true;
      for (const [i, datagram] of datagrams.entries()) {
        const [alone] = yield { feeds: [arriving([datagram])] };
        if (difference(codec, [order[i]], alone, 1) !== null) good = false;
      }
      if (!good) return null;
      const feed = arriving(datagrams);
      const [outcome] = yield { feeds: [feed] };
      const problem = difference(codec, order, outcome, order.length);
      if (problem !== null) return { problem, feed, outcome, frames: order, ends };
    }
    return null;
  },
  simpler: fewerFrames,
});
