// Finding what an application's messages say in the detail trees of packets, for statistics of them.

import { dissect } from "../dissect/dissect.ts";
import type { DetailNode, DissectContext } from "../dissect/dissect.ts";
import type { Trace } from "../../trace/trace.ts";

/** The messages of one of `protocols` in packet `row`: their nodes, and where they went. */
export function messagesOf(
  trace: Trace,
  row: number,
  context: DissectContext,
  protocols: ReadonlySet<string>,
): DetailNode[] {
  return dissect(trace, row, context).tree.filter(({ field }) => field !== null && protocols.has(field));
}

/** The first node called `field` below `node`, or null. */
export function findNode(node: DetailNode, field: string): DetailNode | null {
  for (const child of node.children) {
    if (child.field === field) return child;
    const found = findNode(child, field);
    if (found !== null) return found;
  }
  return null;
}

/** A number the message has; null where it has not. */
export function numberIn(node: DetailNode, field: string): number | null {
  const value = findNode(node, field)?.value;
  return typeof value === "number" || typeof value === "bigint" ? Number(value) : null;
}

/** The words of a label, without the field's title and the number behind: `Type: A (Host Address) (1)` is `A (Host Address)`. */
export function wordsOf(node: DetailNode | null): string | null {
  const match = /^(?:[.01\s]+=\s*)?[^:]+:\s*(.*?)(?:\s+\((?:0x)?[0-9a-fA-F]+\))?$/.exec(node?.label ?? "");
  return match === null ? null : match[1];
}
