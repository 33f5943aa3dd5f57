// One capture beside tshark: fields, analysis, streams, statistics, filters.

import { CaptureError } from "../../src/capture/error.ts";
import { openCapture } from "../../src/capture/open.ts";
import { compareFilters } from "./filters.ts";
import { comparePackets } from "./packets.ts";
import { compareStreams } from "./streams.ts";
import type { Tally } from "./tally.ts";

export interface ParityOptions {
  /** Random filters asked of each capture. */
  readonly filters: number;
  readonly seed: number;
}

/** What is compared, in the table's order. */
export const SUBJECTS = ["fields", "analysis", "follow", "statistics", "filters"] as const;
export type Subject = (typeof SUBJECTS)[number];

export interface CaptureParity {
  readonly packets: number;
  readonly tallies: Readonly<Record<Subject, Tally>>;
}

/** The comparison of the capture at `path`, or why wirelab does not open it. */
export async function parityOf(
  path: string,
  { filters, seed }: ParityOptions,
): Promise<CaptureParity | string> {
  let capture;
  try {
    capture = await openCapture(path);
  } catch (error) {
    if (error instanceof CaptureError) return error.message;
    throw error;
  }
  try {
    const { fields, analysis, hints } = comparePackets(capture, path);
    const { follow, statistics } = compareStreams(capture, path, hints);
    const tally = compareFilters(capture, path, filters, seed);
    return {
      packets: capture.trace.packets.count,
      tallies: { fields, analysis, follow, statistics, filters: tally },
    };
  } finally {
    capture.close();
  }
}
