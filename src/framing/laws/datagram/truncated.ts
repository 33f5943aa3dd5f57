// Datagrams: a receive buffer that was too small.

import type { Test, TestContext } from "../law.ts";
import { encodeFrames } from "../law.ts";
import { defineLaw } from "../define.ts";
import { sameFrame } from "../../same.ts";
import { arriving } from "./datagrams.ts";

const LENGTHS_MAX = 48;

export const datagramTruncated = defineLaw<unknown>({
  name: "datagram-truncated",
  demands: "a datagram cut short is an error of the declared kinds, and never taken for the whole",
  bug: "a recvfrom with a buffer too small drops the rest without a word: half a message is believed, or a read past its end throws",
  trials: (codec) => codec.frames,
  *test(frame: unknown, context: TestContext): Test {
    const { codec } = context;
    const { bytes, ends } = encodeFrames(codec, [frame]);
    context.about = { frames: [frame], ends };
    const step = Math.max(1, Math.floor(bytes.length / LENGTHS_MAX));
    for (let length = 0; length < bytes.length; length += step) {
      const feed = arriving([bytes.subarray(0, length)]);
      const [outcome] = yield { feeds: [feed] };
      const about = { feed, outcome, frames: null, ends: [] };
      const [error] = outcome.errors;
      const cut = `cut to ${length} of ${bytes.length} bytes, the datagram`;
      if (error !== undefined && error.kind === null)
        return { problem: `${cut} makes decode throw ${error.message}`, ...about };
      if (error === undefined && outcome.frames.some((other) => sameFrame(codec, frame, other)))
        return { problem: `${cut} is taken for the whole`, ...about };
    }
    return null;
  },
});
