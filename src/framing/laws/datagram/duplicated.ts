// Datagrams: the network may deliver one twice.

import type { Test, TestContext } from "../law.ts";
import { encodeFrames } from "../law.ts";
import { defineLaw } from "../define.ts";
import { difference } from "../../judge.ts";
import { arriving } from "./datagrams.ts";

export const datagramDuplicated = defineLaw<unknown>({
  name: "datagram-duplicated",
  demands: "the same datagram twice gives the same frame twice",
  bug: "a decoder that remembers: a regular expression with the g flag, a shared buffer it goes on reading in",
  trials: (codec) => codec.frames,
  *test(frame: unknown, context: TestContext): Test {
    const { codec } = context;
    const { bytes } = encodeFrames(codec, [frame]);
    const ends = [bytes.length, bytes.length * 2];
    context.about = { frames: [frame, frame], ends };
    const [alone] = yield { feeds: [arriving([bytes])] };
    if (difference(codec, [frame], alone, 1) !== null) return null;
    const feed = arriving([bytes, bytes]);
    const [outcome] = yield { feeds: [feed] };
    const problem = difference(codec, [frame, frame], outcome, 2);
    return problem === null ? null : { problem, feed, outcome, frames: [frame, frame], ends };
  },
});
