// `-z NAME`: which statistics there are, and what to say about the others.

import type { DissectContext } from "../dissect/dissect.ts";
import type { Trace } from "../../trace/trace.ts";
import { CONVERSATION_KINDS, printConversations, printEndpoints } from "./conversations.ts";
import { printHierarchy } from "./hierarchy.ts";
import { printIoStatistics } from "./io.ts";

/** The names `findStatistic` takes, for a message or a help text. */
export const STATISTICS: readonly string[] = [
  ...CONVERSATION_KINDS.map((kind) => `conv,${kind}`),
  ...CONVERSATION_KINDS.map((kind) => `endpoints,${kind}`),
  "io,phs",
  "io,stat,SECONDS",
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
