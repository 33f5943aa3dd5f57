// `-z NAME`: which statistics there are, and what to say about the others.

import type { DissectContext } from "../dissect/dissect.ts";
import type { Trace } from "../../trace/trace.ts";
import { printConversations, printEndpoints } from "./conversations.ts";
import { EXPERT_LEVELS, printExpert } from "./expert.ts";
import { FOLLOW_MODES, FOLLOW_PROTOCOLS, printFollow } from "./follow.ts";
import { printHierarchy } from "./hierarchy.ts";
import { printIoStatistics } from "./io.ts";
import { printDnsTree } from "./dns-tree.ts";
import { printHttpTree } from "./http-tree.ts";
import { printPacketLengths } from "./packet-lengths.ts";
import { printRoundTrips } from "./round-trips.ts";
import { printTcpGraph, TCP_GRAPHS, THROUGHPUT_INTERVAL_S } from "./tcp-graph.ts";
import { CONVERSATION_KINDS } from "./traffic-counts.ts";

/** The names `findStatistic` takes, for a message or a help text. */
export const STATISTICS: readonly string[] = [
  ...CONVERSATION_KINDS.map((kind) => `conv,${kind}`),
  ...CONVERSATION_KINDS.map((kind) => `endpoints,${kind}`),
  "io,phs",
  "io,stat,SECONDS",
  "expert",
  "follow,tcp|udp|http|websocket,ascii|hex|raw,STREAM",
  "plen,tree",
  "http,tree",
  "dns,tree",
  "rtt",
  "tcp-graph,sequence|rtt|window|throughput,STREAM",
];

/** Prints a statistic over the given rows, line by line; `filter` is only shown. */
export type Statistic = (
  trace: Trace,
  rows: Iterable<number>,
  context: DissectContext,
  filter: string,
) => Generator<string>;

export interface StatisticError {
  readonly problem: string;
}

/** The statistic that `-z name` asks for, or why there is none. */
export function findStatistic(name: string): Statistic | StatisticError {
  const parts = name.split(",");
  const [first, second] = parts;
  const kind = CONVERSATION_KINDS.find((known) => known === second);
  if (parts.length === 2 && kind !== undefined) {
    if (first === "conv")
      return (trace, rows, _context, filter) => printConversations(trace, rows, kind, filter);
    if (first === "endpoints")
      return (trace, rows, _context, filter) => printEndpoints(trace, rows, kind, filter);
  }
  if (first === "expert" && parts.length <= 2) {
    const level = second ?? "chat";
    if (!EXPERT_LEVELS.includes(level)) {
      return {
        problem: `-z ${name}: ${level} is no level of expert information; there are ${EXPERT_LEVELS.join(", ")}`,
      };
    }
    return (trace, rows, context) => printExpert(trace, rows, context, level);
  }
  if (first === "follow") return findFollow(parts);
  if (first === "tcp-graph") return findTcpGraph(parts);
  if (name === "rtt") return printRoundTrips;
  if (name === "plen,tree") return printPacketLengths;
  if (name === "http,tree") return printHttpTree;
  if (name === "dns,tree") return printDnsTree;
  if (name === "io,phs") return printHierarchy;
  if (first === "io" && second === "stat" && parts.length === 3) {
    const seconds = Number(parts[2]);
    if (parts[2] !== "" && Number.isFinite(seconds) && (seconds === 0 || seconds >= 0.001)) {
      return (trace, rows) => printIoStatistics(trace, rows, seconds);
    }
    return { problem: `-z ${name}: the interval is 0 or at least 0.001 seconds` };
  }
  return { problem: `-z ${name} is not supported; there are ${STATISTICS.join(", ")}` };
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

/** The three parts after `follow`; whatever the filter, the whole stream is followed, as in tshark. */
function findFollow(parts: readonly string[]): Statistic | StatisticError {
  const [, kind, shape, number] = parts;
  const protocol = FOLLOW_PROTOCOLS.find((known) => known === kind);
  const mode = FOLLOW_MODES.find((known) => known === shape);
  if (parts.length !== 4 || protocol === undefined || mode === undefined || !/^\d{1,9}$/.test(number)) {
    return {
      problem: `-z ${parts.join(",")}: follow wants ${FOLLOW_PROTOCOLS.join(", ")}, then ${FOLLOW_MODES.join(", ")}, then a stream's number: follow,tcp,ascii,0`,
    };
  }
  return (trace, _rows, context) => printFollow(trace, context, protocol, mode, Number(number));
}
