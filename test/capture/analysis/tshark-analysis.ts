// A capture's analysis beside tshark's: every tcp.analysis field that -T fields prints, of every packet.

import type { Capture } from "../../../src/capture/capture.ts";
import { contextOf } from "../../../src/capture/context.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { printFields } from "../../../src/capture/print/fields.ts";
import { FINDINGS } from "../../../src/capture/analysis/findings.ts";
import { tshark } from "../shared-captures.ts";

export const ANALYSIS_FIELDS: readonly string[] = [
  "tcp.analysis",
  "tcp.analysis.flags",
  ...FINDINGS.map(({ field }) => field),
  "tcp.analysis.duplicate_ack_num",
  "tcp.analysis.duplicate_ack_frame",
  "tcp.analysis.rto",
  "tcp.analysis.rto_frame",
  "tcp.analysis.acks_frame",
  "tcp.analysis.ack_rtt",
  "tcp.analysis.initial_rtt",
  "tcp.analysis.bytes_in_flight",
  "tcp.analysis.push_bytes_sent",
];

const DIFFERENCES_MAX = 5;

/** Lines of the fields of every packet, as wirelab prints them. */
export function analysisLines(capture: Capture, fields = ANALYSIS_FIELDS): string[] {
  const rows = Array.from({ length: capture.trace.packets.count }, (_, row) => row);
  return [...printFields(capture.trace, rows, fields, contextOf(capture))];
}

/** The first few differences between wirelab's analysis of a file and tshark's, as `frame 7: ... instead of ...`. */
export async function analysisDifferences(path: string): Promise<string[]> {
  const theirs = tshark([
    "-n",
    "-r",
    path,
    "-T",
    "fields",
    ...ANALYSIS_FIELDS.flatMap((field) => ["-e", field]),
  ]);
  if (theirs === null) return [];
  const capture = await openCapture(path);
  try {
    const ours = analysisLines(capture);
    const found = ours.length === theirs.length ? [] : [`${ours.length} packets instead of ${theirs.length}`];
    for (const [row, line] of theirs.entries()) {
      if (found.length < DIFFERENCES_MAX && ours[row] !== line)
        found.push(`frame ${row + 1}: ${ours[row]} instead of ${line}`);
    }
    return found;
  } finally {
    capture.close();
  }
}
