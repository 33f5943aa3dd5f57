// `-z expert`: what dissection and analysis found worth saying, counted, as tshark's tables.

import type { Severity } from "../analysis/findings.ts";
import { dissect, VALUES } from "../dissect/dissect.ts";
import type { DissectContext } from "../dissect/dissect.ts";
import { spelledOut } from "../spelled-out.ts";
import type { Trace } from "../../trace/trace.ts";
import { isUsualSegment } from "../usual-segments.ts";

/** Most severe first, with the name tshark's argument and its table give each. */
const LEVELS: readonly (readonly [severity: Severity, argument: string, title: string])[] = [
  ["Error", "error", "Errors"],
  ["Warning", "warn", "Warns"],
  ["Note", "note", "Notes"],
  ["Chat", "chat", "Chats"],
  ["Comment", "comment", "Comments"],
];

/** What `-z expert,LEVEL` takes. */
export const EXPERT_LEVELS: readonly string[] = LEVELS.map(([, argument]) => argument);

/** Kinds counted at most: summaries quote packets, and a hostile capture could have any number. */
const KINDS_MAX = 100_000;

/** One kind of finding, and how often it was found. */
export interface FindingCount {
  readonly severity: Severity;
  readonly group: string;
  readonly protocol: string;
  readonly summary: string;
  /** The field that marks its packets, for a filter. */
  readonly field: string;
  count: number;
}

/** Counts a packet at a time; the kinds are in the order they were first found. */
export class ExpertCounts {
  readonly kinds: FindingCount[] = [];
  readonly #trace: Trace;
  readonly #context: DissectContext;
  readonly #at = new Map<string, FindingCount>();

  constructor(trace: Trace, context: DissectContext) {
    this.#trace = trace;
    this.#context = context;
  }

  add(row: number): void {
    if (isUsualSegment(this.#trace, row, this.#context)) return;
    for (const item of dissect(this.#trace, row, this.#context, VALUES).experts) {
      const { severity, group, protocol, summary, field } = item;
      const key = `${severity} ${group} ${protocol} ${summary}`;
      const known = this.#at.get(key);
      if (known !== undefined) known.count++;
      else if (this.kinds.length < KINDS_MAX) {
        const kind = { severity, group, protocol, summary, field, count: 1 };
        this.#at.set(key, kind);
        this.kinds.push(kind);
      }
    }
  }
}

/** The tables of `level` (the last one is `comment`) and all more severe ones; those without an entry are left out. */
export function* printExpert(
  trace: Trace,
  rows: Iterable<number>,
  context: DissectContext = {},
  level = "comment",
): Generator<string> {
  const counts = new ExpertCounts(trace, context);
  for (const row of rows) counts.add(row);
  const last = EXPERT_LEVELS.indexOf(level);
  for (const [severity, , title] of LEVELS.slice(0, last + 1)) {
    const kept = counts.kinds.filter((kind) => kind.severity === severity);
    if (kept.length === 0) continue;
    yield "";
    yield `${title} (${kept.reduce((sum, { count }) => sum + count, 0)})`;
    yield "=============";
    yield "   Frequency      Group           Protocol  Summary";
    for (const { count, group, protocol, summary } of kept) {
      yield `${String(count).padStart(12)} ${group.padStart(10)} ${protocol.padStart(18)}  ${spelledOut(summary)}`;
    }
  }
}
