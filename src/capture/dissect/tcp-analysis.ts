// `[SEQ/ACK analysis]`: what the analysis says of a segment, as tshark's lines.

import { ANALYSIS, ANALYSIS_FLAGS } from "../../trace/analysis-flags.ts";
import type { Trace } from "../../trace/trace.ts";
import { FINDINGS, infoPrefix } from "../analysis/findings.ts";
import type { TcpAnalysis } from "../analysis/tcp.ts";
import { addExpert } from "./expert.ts";
import { nsText } from "./times.ts";
import type { DetailNode, Dissection } from "./tree.ts";

/** What stands before the Info column of packet `row`; empty where there is nothing to say. */
export function analysisInfo(trace: Trace, analysis: TcpAnalysis, row: number): string {
  const flags = trace.packets.analysis[row] & ANALYSIS_FLAGS;
  if (flags === 0) return "";
  return infoPrefix(flags, analysis.relatedRow(row) + 1, analysis.duplicateAckNumber(row));
}

/** Adds the lines for the segment whose header begins at `start`. */
export function addTcpAnalysis(d: Dissection, out: DetailNode[], start: number): void {
  const { trace, row, analysis } = d.around;
  if (analysis === null || !analysis.has(row)) return;
  const into = d.add(out, "tcp.analysis", "[SEQ/ACK analysis]", start, 0, true).children;
  const acks = analysis.acksRow(row);
  if (acks >= 0) {
    const frame = acks + 1;
    d.addComputed(into, "tcp.analysis.acks_frame", "This is an ACK to the segment in frame", start, 0, frame);
    const rtt = analysis.betweenNs(acks, row);
    if (rtt !== 0n)
      d.add(into, "tcp.analysis.ack_rtt", `[The RTT to ACK the segment was: ${seconds(rtt)}]`, start, 0, rtt);
  }
  const first = analysis.initialRttNs(row);
  if (first !== 0) {
    const rtt = BigInt(first);
    d.add(into, "tcp.analysis.initial_rtt", `[iRTT: ${seconds(rtt)}]`, start, 0, rtt);
  }
  const flight = analysis.bytesInFlight(row);
  if (flight > 0) {
    d.addComputed(into, "tcp.analysis.bytes_in_flight", "Bytes in flight", start, 0, flight);
  }
  const pushed = analysis.pushBytesSent(row);
  if (pushed > 0) {
    d.addComputed(into, "tcp.analysis.push_bytes_sent", "Bytes sent since last PSH flag", start, 0, pushed);
  }
  const flags = trace.packets.analysis[row] & ANALYSIS_FLAGS;
  if (flags !== 0) addFlags(d, into, start, flags, analysis);
}

function addFlags(
  d: Dissection,
  out: DetailNode[],
  start: number,
  flags: number,
  analysis: TcpAnalysis,
): void {
  const { row } = d.around;
  const into = d.add(out, "tcp.analysis.flags", "[TCP Analysis Flags]", start, 0, true).children;
  for (const { bit, field, severity, message } of FINDINGS) {
    if ((flags & bit) === 0) continue;
    if (bit === ANALYSIS.duplicateAck) addDuplicate(d, out, into, start, analysis);
    else
      addExpert(d, into, field, { severity, group: "Sequence", protocol: "TCP", summary: message }, start, 0);
    const sent = analysis.relatedRow(row);
    const rto = bit === ANALYSIS.retransmission && sent >= 0 ? analysis.betweenNs(sent, row) : 0n;
    // As in Wireshark, no time at all is not shown.
    if (rto !== 0n) {
      d.add(into, "tcp.analysis.rto", `[The RTO for this segment was: ${seconds(rto)}]`, start, 0, rto);
      d.add(
        into,
        "tcp.analysis.rto_frame",
        `[RTO based on delta from frame: ${sent + 1}]`,
        start,
        0,
        sent + 1,
      );
    }
  }
}

function addDuplicate(
  d: Dissection,
  out: DetailNode[],
  into: DetailNode[],
  start: number,
  analysis: TcpAnalysis,
): void {
  const { row } = d.around;
  const number = analysis.duplicateAckNumber(row);
  const frame = analysis.relatedRow(row) + 1;
  d.add(into, "tcp.analysis.duplicate_ack", "[This is a TCP duplicate ack]", start, 0, true);
  d.addComputed(out, "tcp.analysis.duplicate_ack_num", "Duplicate ACK #", start, 0, number);
  const text = `[Duplicate to the ACK in frame: ${frame}]`;
  const below = d.add(out, "tcp.analysis.duplicate_ack_frame", text, start, 0, frame).children;
  const summary = `Duplicate ACK (#${number})`;
  const item = { severity: "Note", group: "Sequence", protocol: "TCP", summary } as const;
  addExpert(d, below, "tcp.analysis.duplicate_ack", item, start, 0);
}

function seconds(ns: bigint): string {
  return `${nsText(ns)} seconds`;
}
