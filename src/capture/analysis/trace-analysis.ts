// The analysis of a trace that no capture's reader made: a simulated run's, done when something first asks.

import { streamsOf } from "../../trace/run-streams.ts";
import { NO_STREAM, PROTOCOL } from "../../trace/packets.ts";
import type { Trace } from "../../trace/trace.ts";
import { TcpAnalysis } from "./tcp.ts";

const analyses = new WeakMap<Trace, { readonly analysis: TcpAnalysis; rows: number }>();
const NOTHING = new Uint8Array(0);

/** Rows of `trace` that `analysisOf` has yet to look at. */
export function unanalysed(trace: Trace): number {
  return trace.packets.count - (analyses.get(trace)?.rows ?? 0);
}

/**
 * The analysis of `trace`, up to date with it; fills the `analysis` column. Looks at the bytes of TCP segments: of a long run that takes its
 * time, so that at most `most` rows more may be asked for.
 */
export function analysisOf(trace: Trace, most: number = Infinity): TcpAnalysis {
  const { packets } = trace;
  const streams = streamsOf(trace);
  let known = analyses.get(trace);
  if (known === undefined)
    analyses.set(trace, (known = { analysis: new TcpAnalysis(packets, streams), rows: 0 }));
  const end = Math.min(packets.count, known.rows + most);
  for (; known.rows < end; known.rows++) {
    const row = known.rows;
    const isTcp = packets.protocol[row] === PROTOCOL.tcp && packets.stream[row] !== NO_STREAM;
    known.analysis.add(row, isTcp ? trace.bytes(row) : NOTHING, 0);
  }
  return known.analysis;
}
