// `-z tcp-graph,KIND,STREAM`: the data of a TCP stream's graph as comma-separated values, both directions, in order of time. tshark has no
// such statistic; the columns have the names of Wireshark's fields where there are fields.

import type { DissectContext } from "../dissect/dissect.ts";
import type { Trace } from "../../trace/trace.ts";
import {
  bitsPerSecond,
  rowsOfStream,
  rttPoints,
  sequencePoints,
  throughputPoints,
  windowPoints,
} from "./stream-graphs.ts";
import type { GraphContext } from "./stream-graphs.ts";

export const TCP_GRAPHS = ["sequence", "rtt", "window", "throughput"] as const;
export type TcpGraph = (typeof TCP_GRAPHS)[number];

/** Where none is given, the interval of throughput in seconds. */
export const THROUGHPUT_INTERVAL_S = 1;

/** Values in the order of the columns; what is not known is empty. */
type Line = readonly [timeNs: number, ...values: (string | number)[]];

/** The lines of the graph: the names of the columns, then a line a point. `intervalS` is throughput's. */
export function* printTcpGraph(
  trace: Trace,
  { streams, analysis }: DissectContext,
  kind: TcpGraph,
  stream: number,
  intervalS = THROUGHPUT_INTERVAL_S,
): Generator<string> {
  const rows = rowsOfStream(trace, stream);
  yield COLUMNS[kind];
  if (streams === undefined || analysis === undefined) return;
  const context = { streams, analysis };
  const lines = ([0, 1] as const).flatMap((direction) =>
    linesOf(trace, context, rows, kind, direction, intervalS),
  );
  lines.sort((a, b) => a[0] - b[0]);
  for (const [timeNs, ...values] of lines) yield [seconds(timeNs), ...values].join(",");
}

const COLUMNS: Record<TcpGraph, string> = {
  sequence: "time,frame,direction,tcp.seq,tcp.len,retransmission",
  rtt: "time,frame,direction,acks_frame,tcp.seq,ack_rtt",
  window: "time,frame,direction,window_size,bytes_in_flight",
  throughput: "time,direction,bytes,goodput,bits_per_second",
};

function linesOf(
  trace: Trace,
  context: GraphContext,
  rows: readonly number[],
  kind: TcpGraph,
  direction: 0 | 1,
  intervalS: number,
): Line[] {
  switch (kind) {
    case "sequence":
      return sequencePoints(trace, context, rows, direction).map(
        ({ timeNs, row, seq, length, isRetransmission }) => [
          timeNs,
          row + 1,
          direction,
          seq,
          length,
          isRetransmission ? 1 : 0,
        ],
      );
    case "rtt":
      return rttPoints(trace, context, rows, direction).map(({ timeNs, row, segment, seq, rttNs }) => [
        timeNs,
        row + 1,
        direction,
        segment + 1,
        seq,
        seconds(rttNs),
      ]);
    case "window":
      return windowPoints(trace, context, rows, direction).map(({ timeNs, row, window, inFlight }) => [
        timeNs,
        row + 1,
        direction,
        window ?? "",
        inFlight ?? "",
      ]);
    case "throughput":
      return throughputPoints(trace, rows, direction, intervalS * 1e9).map(({ timeNs, bytes, goodput }) => [
        timeNs,
        direction,
        bytes,
        goodput,
        Math.round(bitsPerSecond(bytes, intervalS * 1e9)),
      ]);
  }
}

function seconds(ns: number): string {
  return (ns / 1e9).toFixed(9);
}
