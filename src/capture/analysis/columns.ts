// The analysis' fields as columns: read for a filter or a list of fields without dissecting anything.

import { ANALYSIS_FLAGS } from "../../trace/analysis-flags.ts";
import { PROTOCOL } from "../../trace/packets.ts";
import type { Trace } from "../../trace/trace.ts";
import type { FieldValue } from "../dissect/tree.ts";
import { FINDINGS } from "./findings.ts";
import type { TcpAnalysis } from "./tcp.ts";

/** Reads a column's value for a row; null where the field is not in that packet. */
export type ColumnReader = (row: number) => FieldValue | null;

/** `tcp.analysis.duplicate_ack` is in its packet twice, as in tshark, and so is no column. */
const FLAG_FIELDS = new Map(
  FINDINGS.filter(({ field }) => field !== "tcp.analysis.duplicate_ack").map(({ field, bit }) => [
    field,
    bit,
  ]),
);

/** The fields `analysisReader` knows. */
export const ANALYSIS_COLUMNS: readonly string[] = [
  ...FLAG_FIELDS.keys(),
  "tcp.analysis",
  "tcp.analysis.flags",
  "tcp.analysis.acks_frame",
  "tcp.analysis.ack_rtt",
  "tcp.analysis.initial_rtt",
  "tcp.analysis.bytes_in_flight",
  "tcp.analysis.push_bytes_sent",
];

/** The reader of field `name`, or null where it is none of the analysis' columns. */
export function analysisReader(name: string, trace: Trace, analysis: TcpAnalysis): ColumnReader | null {
  const table = trace.packets;
  const bit = name === "tcp.analysis.flags" ? ANALYSIS_FLAGS : FLAG_FIELDS.get(name);
  if (bit !== undefined) return (row) => ((table.analysis[row] & bit) === 0 ? null : true);
  const known = (row: number): boolean => table.protocol[row] === PROTOCOL.tcp && analysis.has(row);
  const positive = (value: number): number | null => (value > 0 ? value : null);
  switch (name) {
    case "tcp.analysis":
      return (row) => (known(row) ? true : null);
    case "tcp.analysis.acks_frame":
      return (row) => positive(analysis.acksRow(row) + 1);
    case "tcp.analysis.ack_rtt":
      return (row) => {
        const acks = analysis.acksRow(row);
        const ns = acks < 0 ? 0n : analysis.betweenNs(acks, row);
        return ns === 0n ? null : ns;
      };
    case "tcp.analysis.initial_rtt":
      return (row) => {
        const ns = known(row) ? analysis.initialRttNs(row) : 0;
        return ns === 0 ? null : BigInt(ns);
      };
    case "tcp.analysis.bytes_in_flight":
      return (row) => positive(analysis.bytesInFlight(row));
    case "tcp.analysis.push_bytes_sent":
      return (row) => positive(analysis.pushBytesSent(row));
    default:
      return null;
  }
}
