// Random display filters over a capture's own fields, here and in Wireshark's engine.

import * as fc from "fast-check";

import type { Capture } from "../../src/capture/capture.ts";
import { contextOf } from "../../src/capture/context.ts";
import { compileFilter, isFilterError } from "../../src/capture/filter/compile.ts";
import { filterArbitrary, sampleFields } from "../capture/filter/random-filters.ts";
import { hasSharkd, sharkdFrames } from "../capture/filter/sharkd.ts";
import { Tally } from "./tally.ts";

/** Packets times filters, at most: a large capture is asked less. */
const PACKETS_ASKED_MAX = 200_000;

/** Compares what passes `count` filters; none are asked where sharkd is not installed. */
export function compareFilters(capture: Capture, path: string, count: number, seed: number): Tally {
  const tally = new Tally();
  const sampled = sampleFields(capture);
  if (!hasSharkd || count === 0 || sampled.length === 0) return tally;
  const numRuns = Math.max(1, Math.min(count, Math.floor(PACKETS_ASKED_MAX / capture.trace.packets.count)));
  const filters = fc.sample(filterArbitrary(sampled), { numRuns, seed });
  const rows = Array.from({ length: capture.trace.packets.count }, (_, row) => row);
  for (const [i, frames] of sharkdFrames(path, filters).entries()) {
    const filter = compileFilter(filters[i]);
    const ours = isFilterError(filter) ? null : rows.filter(filter.on(capture.trace, contextOf(capture)));
    const wanted = typeof frames === "string" ? null : frames;
    const isEqual = ours === null ? wanted === null : ours.map((row) => row + 1).join() === wanted?.join();
    tally.take(
      isEqual,
      "filters",
      () => "a field that dissectors fill otherwise, or that two passes over the file know more of",
      () =>
        `${filters[i]} passes ${ours?.length ?? "none, refused"}; Wireshark: ${wanted?.length ?? "refused"}`,
    );
  }
  return tally;
}
