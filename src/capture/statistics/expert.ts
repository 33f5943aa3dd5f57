// `-z expert`: what dissection and analysis found worth saying, counted, as tshark's tables.

import type { Severity } from "../analysis/findings.ts";
import { dissect, VALUES } from "../dissect/dissect.ts";
import type { DissectContext } from "../dissect/dissect.ts";
import type { Trace } from "../../trace/trace.ts";

/** Most severe first, with the name tshark's argument and its table give each. */
const LEVELS: readonly (readonly [severity: Severity, argument: string, title: string])[] = [
  ["Error", "error", "Errors"],
  ["Warning", "warn", "Warns"],
  ["Note", "note", "Notes"],
  ["Chat", "chat", "Chats"],
];

/** What `-z expert,LEVEL` takes. */
export const EXPERT_LEVELS: readonly string[] = LEVELS.map(([, argument]) => argument);

/** Kinds counted at most: summaries quote packets, and a hostile capture could have any number. */
const KINDS_MAX = 100_000;

/** The tables of `level` (the last one is `chat`) and all more severe ones; those without an entry are left out. */
export function* printExpert(
  trace: Trace,
  rows: Iterable<number>,
  context: DissectContext = {},
  level = "chat",
): Generator<string> {
  const counts = new Map<Severity, Map<string, number>>();
  let kinds = 0;
  for (const row of rows) {
    for (const { severity, group, protocol, summary } of dissect(trace, row, context, VALUES).experts) {
      let kept = counts.get(severity);
      if (kept === undefined) counts.set(severity, (kept = new Map()));
      const line = ` ${group.padStart(10)} ${protocol.padStart(18)}  ${summary}`;
      const count = kept.get(line) ?? 0;
      if (count === 0 && kinds++ >= KINDS_MAX) continue;
      kept.set(line, count + 1);
    }
  }
  const last = EXPERT_LEVELS.indexOf(level);
  for (const [severity, , title] of LEVELS.slice(0, last + 1)) {
    const kept = counts.get(severity);
    if (kept === undefined) continue;
    let total = 0;
    for (const count of kept.values()) total += count;
    yield "";
    yield `${title} (${total})`;
    yield "=============";
    yield "   Frequency      Group           Protocol  Summary";
    for (const [line, count] of kept) yield `${String(count).padStart(12)}${line}`;
  }
}
