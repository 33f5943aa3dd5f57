// `-z NAME`: which statistics there are, and what to say about the others.

import type { DissectContext } from "../dissect/dissect.ts";
import type { Trace } from "../../trace/trace.ts";
import { printConversations, printEndpoints } from "./conversations.ts";
import { EXPERT_LEVELS, printExpert } from "./expert.ts";
import { FOLLOW_MODES, FOLLOW_PROTOCOLS, printFollow } from "./follow.ts";
import type { PieceRange } from "./follow.ts";
import { printHierarchy } from "./hierarchy.ts";
import { readIoColumn } from "./io-columns.ts";
import type { IoColumn } from "./io-columns.ts";
import { printIoStatistics } from "./io.ts";
import { printDnsTree } from "./dns-tree.ts";
import { printHttpRequests, printHttpServers } from "./http-requests.ts";
import { printHttpTree } from "./http-tree.ts";
import { IP_TREES, printIpTree } from "./ip-trees.ts";
import { printPacketLengths } from "./packet-lengths.ts";
import { printRoundTrips } from "./round-trips.ts";
import { printTcpGraph, TCP_GRAPHS, THROUGHPUT_INTERVAL_S } from "./tcp-graph.ts";
import { compileFilter, isFilterError } from "../filter/compile.ts";
import type { Filter } from "../filter/compile.ts";
import { CONVERSATION_KINDS } from "./traffic-counts.ts";

/** The names `findStatistic` takes, for a message or a help text. */
export const STATISTICS: readonly string[] = [
  ...CONVERSATION_KINDS.map((kind) => `conv,${kind}`),
  ...CONVERSATION_KINDS.map((kind) => `endpoints,${kind}`),
  "io,phs",
  "io,stat,SECONDS,COLUMN...",
  "expert",
  "follow,tcp|udp|tls|http|websocket,ascii|hex|raw|yaml,STREAM",
  ...IP_TREES.keys(),
  "plen,tree",
  "http,tree",
  "http_req,tree",
  "http_srv,tree",
  "dns,tree",
  "rtt",
  "tcp-graph,sequence|rtt|window|throughput,STREAM",
];

/** Prints a statistic over the given rows, line by line; `filter`, by which they were chosen, is only shown. */
export type Statistic = (
  trace: Trace,
  rows: Iterable<number>,
  context: DissectContext,
  filter: string,
) => Generator<string>;

export interface StatisticError {
  readonly problem: string;
}

/** The statistic that `-z name` asks for, or why there is none. What follows a name's own parts is a display filter, as in tshark. */
export function findStatistic(name: string): Statistic | StatisticError {
  const parts = name.split(",");
  const [first, second] = parts;
  const statistic = FILTERED.get(`${first},${second}`);
  if (statistic !== undefined) return filtered(name, statistic, parts.slice(2).join(","));
  if (first === "expert") {
    const level = EXPERT_LEVELS.find((known) => known === second);
    const print: Statistic = (trace, rows, context) => printExpert(trace, rows, context, level);
    return filtered(name, print, parts.slice(level === undefined ? 1 : 2).join(","));
  }
  if (first === "follow") return findFollow(parts);
  if (first === "tcp-graph") return findTcpGraph(parts);
  if (name === "rtt") return printRoundTrips;
  if (first === "io" && second === "stat" && parts.length > 2) return findIoStatistics(parts);
  return { problem: `-z ${name} is not supported; there are ${STATISTICS.join(", ")}` };
}

/** An interval in seconds, and what each column asks for; frames and bytes of all packets where nothing does. */
function findIoStatistics(parts: readonly string[]): Statistic | StatisticError {
  const [, , interval, ...asked] = parts;
  const name = parts.join(",");
  const seconds = Number(interval);
  if (!/^[\d.]/.test(interval) || !Number.isFinite(seconds) || (seconds !== 0 && seconds < 1e-6)) {
    return { problem: `-z ${name}: the interval is 0 or at least 0.000001 seconds` };
  }
  if (asked.at(-1) === "") return { problem: `-z ${name}: nothing follows the last comma` };
  const columns: IoColumn[] = [];
  for (const text of asked.length === 0 ? [""] : asked) {
    const column = readIoColumn(text.trim());
    if (typeof column === "string") return { problem: `-z ${name}: ${column}` };
    columns.push(column);
  }
  return (trace, rows, context) => printIoStatistics(trace, rows, context, seconds, columns);
}

/** Statistics of two words, which a filter may follow. */
const FILTERED: ReadonlyMap<string, Statistic> = new Map([
  ...CONVERSATION_KINDS.flatMap((kind): [string, Statistic][] => [
    [`conv,${kind}`, (trace, rows, _context, filter) => printConversations(trace, rows, kind, filter)],
    [`endpoints,${kind}`, (trace, rows, _context, filter) => printEndpoints(trace, rows, kind, filter)],
  ]),
  ["io,phs", printHierarchy],
  ...[...IP_TREES.keys()].map((name): [string, Statistic] => [
    name,
    (trace, rows): Generator<string> => printIpTree(trace, rows, name),
  ]),
  ["plen,tree", printPacketLengths],
  ["http,tree", printHttpTree],
  ["http_req,tree", printHttpRequests],
  ["http_srv,tree", printHttpServers],
  ["dns,tree", printDnsTree],
]);

/** The statistic over those of the rows that pass the filter. */
function filtered(name: string, statistic: Statistic, text: string): Statistic | StatisticError {
  const filter = compileFilter(text);
  if (isFilterError(filter)) return { problem: `-z ${name}: ${filter.problem}` };
  return (trace, rows, context) => statistic(trace, passing(filter, trace, rows, context), context, text);
}

function* passing(
  filter: Filter,
  trace: Trace,
  rows: Iterable<number>,
  context: DissectContext,
): Generator<number> {
  const passes = filter.on(trace, context);
  for (const row of rows) if (passes(row)) yield row;
}

/** A kind, a stream's number, and for throughput the interval in seconds. */
function findTcpGraph(parts: readonly string[]): Statistic | StatisticError {
  const [, name, number, interval] = parts;
  const kind = TCP_GRAPHS.find((known) => known === name);
  const seconds = interval === undefined ? THROUGHPUT_INTERVAL_S : Number(interval);
  const most = kind === "throughput" ? 4 : 3;
  if (
    kind === undefined ||
    parts.length > most ||
    !/^\d{1,9}$/.test(number ?? "") ||
    !(seconds >= 1e-6 && seconds <= 1e6)
  ) {
    return {
      problem: `-z ${parts.join(",")}: want a kind (${TCP_GRAPHS.join(", ")}) and a stream's number: tcp-graph,rtt,0; for throughput also an interval: tcp-graph,throughput,0,0.1`,
    };
  }
  return (trace, _rows, context) => printTcpGraph(trace, context, kind, Number(number), seconds);
}

/** The three or four parts after `follow`; whatever the filter, the whole stream is followed, as in tshark. */
function findFollow(parts: readonly string[]): Statistic | StatisticError {
  const [, kind, shape, number, pieces] = parts;
  const protocol = FOLLOW_PROTOCOLS.find((known) => known === kind);
  const mode = FOLLOW_MODES.find((known) => known === shape);
  const range = pieceRange(pieces);
  const isNumber = /^\d{1,9}$/.test(number ?? "");
  if (parts.length > 5 || protocol === undefined || mode === undefined || !isNumber || range === null) {
    return {
      problem: `-z ${parts.join(",")}: follow wants ${FOLLOW_PROTOCOLS.join(", ")}, then ${FOLLOW_MODES.join(", ")}, then a stream's number, and may have a range of its pieces: follow,tcp,ascii,0 or follow,tcp,ascii,0,1-3`,
    };
  }
  return (trace, _rows, context) => printFollow(trace, context, protocol, mode, Number(number), range);
}

/** `3` or `1-3`, all where there is none; null for anything else. */
function pieceRange(text: string | undefined): PieceRange | null {
  if (text === undefined) return { first: 1, last: Number.POSITIVE_INFINITY };
  const match = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(text);
  if (match === null) return null;
  const first = Number(match[1]);
  const last = Number(match[2] ?? match[1]);
  return first >= 1 && last >= first ? { first, last } : null;
}
