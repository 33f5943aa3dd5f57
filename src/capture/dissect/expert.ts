// Expert information: what a packet's dissectors find worth saying, as lines of its tree and as the rows of `-z expert`.

import type { Severity } from "../analysis/findings.ts";
import type { DetailNode, Dissection } from "./tree.ts";

export type ExpertGroup = "Sequence" | "Protocol" | "Malformed" | "Checksum" | "Undecoded" | "Deprecated";

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
  const { severity, group, summary } = item;
  const node = d.add(parent, null, `[Expert Info (${severity}/${group}): ${summary}]`, start, length);
  d.add(node.children, field, `[${summary}]`, start, 0, true);
  d.add(node.children, null, `[Severity level: ${severity}]`, start, 0);
  d.add(node.children, null, `[Group: ${group}]`, start, 0);
  if (group === "Malformed") d.add(node.children, "_ws.malformed", "_ws.malformed", start, 0);
  d.experts.push({ ...item, field });
}
