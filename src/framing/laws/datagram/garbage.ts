// Datagrams: anybody can send anything.

import type { Test } from "../law.ts";
import { defineLaw } from "../define.ts";
import { garbage } from "../frame-trials.ts";
import { simplerBytes } from "../../simpler.ts";
import { arriving } from "./datagrams.ts";

export const datagramGarbage = defineLaw<Uint8Array>({
  name: "datagram-garbage",
  demands: "bytes that are no frame give an error of the declared kinds, and nothing else",
  bug: "a RangeError from a length the datagram does not have, a loop over a count somebody made up",
  trials: garbage,
  *test(bytes: Uint8Array): Test {
    const feed = arriving([bytes]);
    const [outcome] = yield { feeds: [feed] };
    const foreign = outcome.errors.find(({ kind }) => kind === null);
    if (foreign === undefined) return null;
    return { problem: `decode throws ${foreign.message}`, feed, outcome, frames: null, ends: [] };
  },
  simpler: simplerBytes,
});
