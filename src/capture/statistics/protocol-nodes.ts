// Finding what an application's messages say in the detail trees of packets, for statistics of them.

import { dissect } from "../dissect/dissect.ts";
import type { DetailNode, DissectContext, DissectedPacket } from "../dissect/dissect.ts";
import { mayHaveLayers } from "../may-have-layers.ts";
import type { Trace } from "../../trace/trace.ts";

/** A packet of `rows` that has messages of one of `protocols`, and their nodes. */
export interface PacketWithMessages {
  readonly row: number;
  readonly packet: DissectedPacket;
  readonly messages: readonly DetailNode[];
}

/** The packets of `rows` that have messages of `protocols`, all of them applications. */
export function* packetsWithMessages(
  trace: Trace,
  rows: Iterable<number>,
  context: DissectContext,
  protocols: ReadonlySet<string>,
): Generator<PacketWithMessages> {
  const interest = { layers: protocols, labels: true };
  const mayHave = mayHaveLayers(trace, context, protocols);
  for (const row of rows) {
    if (!mayHave(row)) continue;
    const packet = dissect(trace, row, context, interest);
    const messages = packet.tree.filter(({ field }) => field !== null && protocols.has(field));
    if (messages.length > 0) yield { row, packet, messages };
  }
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
