// `-z rtt`: the round trips of each TCP stream, a line a direction. tshark has no such table.

import type { DissectContext } from "../dissect/dissect.ts";
import { PROTOCOL } from "../../trace/packets.ts";
import type { Trace } from "../../trace/trace.ts";

/** Of the round trips of one direction's segments, in ns. */
interface RoundTrips {
  readonly from: string;
  readonly to: string;
  initialNs: number;
  count: number;
  min: number;
  max: number;
  sum: number;
  squares: number;
}

const RULE = "=".repeat(132);

/** The lines of the table over `rows`: round trips as `tcp.analysis.ack_rtt` has them, where the capture was made. */
export function* printRoundTrips(
  trace: Trace,
  rows: Iterable<number>,
  { analysis }: DissectContext = {},
  filter = "",
): Generator<string> {
  const { packets } = trace;
  const found = new Map<string, RoundTrips>();
  for (const row of rows) {
    if (packets.protocol[row] !== PROTOCOL.tcp || analysis === undefined) continue;
    const segment = analysis.acksRow(row);
    const ns = segment === -1 ? 0 : Number(analysis.betweenNs(segment, row));
    // Two packets of one time: tshark knows no round trip either.
    if (ns === 0) continue;
    const [from, to] = [endText(trace, segment, true), endText(trace, segment, false)];
    const key = `${packets.stream[row]} ${from}`;
    let known = found.get(key);
    if (known === undefined) {
      known = { from, to, initialNs: 0, count: 0, min: Infinity, max: 0, sum: 0, squares: 0 };
      found.set(key, known);
    }
    known.initialNs ||= analysis.initialRttNs(row);
    known.count++;
    known.min = Math.min(known.min, ns);
    known.max = Math.max(known.max, ns);
    known.sum += ns;
    known.squares += ns * ns;
  }
  yield RULE;
  yield "TCP Round Trips (ms)";
  yield `Filter:${filter === "" ? "<No Filter>" : filter}`;
  yield `${"".padEnd(59)}| ACKed |   Initial |       Min |       Avg |       Max |  Std dev |`;
  for (const { from, to, initialNs, count, min, max, sum, squares } of found.values()) {
    const mean = sum / count;
    const deviation = Math.sqrt(Math.max(0, squares / count - mean * mean));
    const times = [initialNs === 0 ? "-" : ms(initialNs), ms(min), ms(mean), ms(max), ms(deviation)];
    const cells = times.map((text) => text.padStart(11)).join(" ");
    yield `${from.padEnd(26)}  -> ${to.padEnd(26)}  ${String(count).padStart(7)} ${cells}`;
  }
  yield RULE;
}

function endText({ packets }: Trace, row: number, isSource: boolean): string {
  const address = packets.addresses.text(isSource ? packets.source[row] : packets.destination[row]);
  return `${address}:${isSource ? packets.sourcePort[row] : packets.destinationPort[row]}`;
}

function ms(ns: number): string {
  return (ns / 1e6).toFixed(3);
}
