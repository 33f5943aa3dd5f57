// Round trip: what is encoded comes out again.

import type { Test, TestContext } from "./law.ts";
import { encodeFrames, whole } from "./law.ts";
import { defineLaw } from "./define.ts";
import { difference } from "../judge.ts";

export const roundTrip = defineLaw<unknown>({
  name: "round-trip",
  demands: "a frame encoded and fed in one chunk comes out as it was",
  bug: "a length that does not count the header, a byte order mixed up, an escape that is not undone, a payload of 0 or 256 bytes that disappears",
  trials: (codec) => codec.frames,
  *test(frame: unknown, context: TestContext): Test {
    const { codec } = context;
    const { bytes, ends } = encodeFrames(codec, [frame]);
    context.about = { frames: [frame], ends };
    const feed = whole(bytes);
    const [outcome] = yield { feeds: [feed] };
    const problem = difference(codec, [frame], outcome, 1);
    return problem === null ? null : { problem, feed, outcome, frames: [frame], ends };
  },
});
