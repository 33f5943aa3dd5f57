// Expert information: what a packet's dissectors find worth saying, as lines of its tree and as the rows of `-z expert`.

import type { Severity } from "../analysis/findings.ts";
import { EXPERT_GROUPS, EXPERT_SEVERITIES } from "../fields-expert.ts";
import type { DetailNode, Dissection } from "./tree.ts";

export type ExpertGroup = keyof typeof EXPERT_GROUPS;

export interface ExpertItem {
  readonly severity: Severity;
  readonly group: ExpertGroup;
  /** As in the Protocol column: `TCP`. */
  readonly protocol: string;
  readonly summary: string;
}

/** An item found, with the field that stands for it: a filter for the field finds the packets. */
export interface ExpertFinding extends ExpertItem {
  readonly field: string;
}

/** Adds a finding about bytes [start, start + length) below `parent`. Nothing is said of quoted packets. */
export function addExpert(
  d: Dissection,
  parent: DetailNode[],
  field: string,
  item: ExpertItem,
  start: number,
  length: number,
): void {
  const { severity, group, protocol, summary } = item;
  const line = (): string => `[Expert Info (${severity}/${group}): ${summary}]`;
  const out = d.add(parent, "_ws.expert", line, start, length).children;
  d.add(out, field, () => `[${summary}]`, 0, 0, true);
  d.add(out, "_ws.expert.message", "_ws.expert.message", 0, 0, summary);
  const level = EXPERT_SEVERITIES[severity];
  d.add(out, "_ws.expert.severity", () => `[Severity level: ${severity}]`, 0, 0, level);
  d.add(out, "_ws.expert.group", () => `[Group: ${group}]`, 0, 0, EXPERT_GROUPS[group]);
  if (group === "Malformed") d.add(parent, "_ws.malformed", "_ws.malformed", start, 0);
  d.experts.push({ severity, group, protocol, summary, field });
}
