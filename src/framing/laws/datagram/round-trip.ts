// Datagrams: what is encoded is decoded again.

import type { Test, TestContext } from "../law.ts";
import { encodeFrames } from "../law.ts";
import { defineLaw } from "../define.ts";
import { difference } from "../../judge.ts";
import { arriving } from "./datagrams.ts";

export const datagramRoundTrip = defineLaw<unknown>({
  name: "datagram-round-trip",
  demands: "a frame encoded and decoded is as it was, also when the buffer it came in is overwritten",
  bug: "a field left out, a length of 0 or 256 mixed up, a payload that is a view into the receive buffer",
  trials: (codec) => codec.frames,
  *test(frame: unknown, context: TestContext): Test {
    const { codec } = context;
    const { bytes, ends } = encodeFrames(codec, [frame]);
    context.about = { frames: [frame], ends };
    for (const feed of [arriving([bytes]), arriving([bytes], true)]) {
      const [outcome] = yield { feeds: [feed] };
      const wrong = difference(codec, [frame], outcome, 1);
      const problem =
        wrong !== null && feed.overwrite ? `with the buffer overwritten afterwards, ${wrong}` : wrong;
      if (problem !== null) return { problem, feed, outcome, frames: [frame], ends };
    }
    return null;
  },
});
