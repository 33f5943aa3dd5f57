// Datagrams: one without a byte is a datagram too.

import type { Test, TestContext } from "../law.ts";
import { encodeFrames } from "../law.ts";
import { defineLaw } from "../define.ts";
import { arriving } from "./datagrams.ts";

export const datagramEmpty = defineLaw<null>({
  name: "datagram-empty",
  demands: "an empty datagram is an error of the declared kinds, unless some frame is empty",
  bug: "a TypeError from the first byte that is not there: anybody can send nothing, and the server is down",
  cases: () => [null],
  *test(_: null, context: TestContext): Test {
    const { codec } = context;
    const feed = arriving([new Uint8Array()]);
    const [outcome] = yield { feeds: [feed] };
    const about = { feed, outcome, frames: null, ends: [] };
    const [error] = outcome.errors;
    if (error !== undefined)
      return error.kind === null
        ? { problem: `an empty datagram makes decode throw ${error.message}`, ...about }
        : null;
    const back = outcome.frames.length === 1 ? encodeFrames(codec, outcome.frames).bytes.length : -1;
    return back === 0
      ? null
      : { problem: "an empty datagram is taken for a frame that is not empty", ...about };
  },
});
