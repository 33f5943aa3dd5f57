// `-z conv,...` and `-z endpoints,...`: who talked to whom, how much and when, as tshark's tables.
//
// Counting is traffic-counts.ts's business.

import type { Trace } from "../../trace/trace.ts";
import { CONVERSATION_TITLES, hasPorts, TrafficCounts } from "./traffic-counts.ts";
import type { ConversationKind, EndCounts } from "./traffic-counts.ts";

/** The lines of tshark's conversation table over `rows`. */
export function* printConversations(
  trace: Trace,
  rows: Iterable<number>,
  kind: ConversationKind,
  filter: string = "",
): Generator<string> {
  const counts = new TrafficCounts(trace, kind);
  for (const row of rows) counts.add(row);
  const width = hasPorts(kind) ? 26 : 20;
  const blank = " ".repeat(width * 2 + 7);
  yield "=".repeat(80);
  yield `${CONVERSATION_TITLES[kind]} Conversations`;
  yield `Filter:${filter === "" ? "<No Filter>" : filter}`;
  yield `${blank}|       <-      | |       ->      | |     Total     |    Relative    |   Duration   |`;
  yield `${blank}| Frames  Bytes | | Frames  Bytes | | Frames  Bytes |      Start     |              |`;
  for (const pair of byPackets(counts.pairs)) yield conversationLine(counts, pair, width);
  yield "=".repeat(80);
}

/** Lines of a table, those with most packets first. */
function byPackets(counts: { readonly count: number; packets(index: number): number }): number[] {
  return Array.from({ length: counts.count }, (_, index) => index).sort(
    (a, b) => counts.packets(b) - counts.packets(a),
  );
}

function conversationLine({ ends, pairs, kind }: TrafficCounts, pair: number, width: number): string {
  const start = secondsOf(pairs.startNs[pair]);
  // Taken from each other as seconds, so that what is halfway between two decimals goes where tshark's goes.
  const duration = secondsOf(pairs.endNs[pair]) - start;
  const end = (at: number): string =>
    hasPorts(kind) ? `${ends.addresses[at]}:${ends.ports[at]}` : ends.addresses[at];
  const left = end(pairs.from[pair]).padEnd(width);
  const right = end(pairs.to[pair]).padEnd(width);
  const counts = [
    [pairs.packetsIn[pair], pairs.bytesIn[pair]],
    [pairs.packetsOut[pair], pairs.bytesOut[pair]],
    [pairs.packets(pair), pairs.bytes(pair)],
  ].map(([packets, bytes]) => `${String(packets).padStart(6)} ${sizeText(bytes).padEnd(9)}`);
  return `${left} <-> ${right}  ${counts.join("  ")}  ${start.toFixed(9).padStart(14)}   ${duration.toFixed(4).padStart(12)}`;
}

function secondsOf(ns: number): number {
  return Math.trunc(ns / 1e9) + (ns % 1e9) / 1e9;
}

/** `520 bytes`, from 10,000 on in kB, MB, GB: as tshark shortens them. */
export function sizeText(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 10_000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${Math.floor(value)} ${units[unit]}`;
}

/** The lines of tshark's endpoint table over `rows`. */
export function* printEndpoints(
  trace: Trace,
  rows: Iterable<number>,
  kind: ConversationKind,
  filter: string = "",
): Generator<string> {
  const counts = new TrafficCounts(trace, kind);
  for (const row of rows) counts.add(row);
  const port = hasPorts(kind) ? "|  Port  |" : "";
  yield "=".repeat(80);
  yield `${CONVERSATION_TITLES[kind]} Endpoints`;
  yield `Filter:${filter === "" ? "<No Filter>" : filter}`;
  const heads = ["Packets", " Bytes", "Tx Packets", "Tx Bytes", "Rx Packets", "Rx Bytes"];
  yield `${" ".repeat(23)}${port}|  ${heads[0]}  | | ${heads[1]}  | | ${heads.slice(2).join(" | | ")} |`;
  for (const end of byPackets(counts.ends)) yield endpointLine(counts.ends, end, kind);
  yield "=".repeat(80);
}

function endpointLine(ends: EndCounts, end: number, kind: ConversationKind): string {
  const port = hasPorts(kind) ? `      ${String(ends.ports[end]).padStart(5)}` : "";
  const cell = (value: number, width: number): string => String(value).padStart(width);
  const total = `${cell(ends.packets(end), 6)}     ${cell(ends.bytes(end), 9)}`;
  const tx = `${cell(ends.packetsOut[end], 6)}       ${cell(ends.bytesOut[end], 9)}`;
  const rx = `${cell(ends.packetsIn[end], 6)}       ${cell(ends.bytesIn[end], 9)}`;
  const name = `${ends.addresses[end].padEnd(20)}${hasPorts(kind) ? "" : " "}`;
  return `${name}${port}     ${total}     ${tx}      ${rx}   `;
}
