// `-T json`: each packet's layers as nested objects keyed by field, in the shape tshark gives them.
//
// As in tshark, an object has a key twice where a field occurs twice, and a field with lines below it has them under `<field>_tree`.

import { dissect, VALUES } from "../dissect/dissect.ts";
import type { DetailNode, DissectContext } from "../dissect/dissect.ts";
import { findField, formatValue } from "../fields.ts";
import type { Trace } from "../../trace/trace.ts";

/** The lines of one JSON array with an object a packet. */
export function* printJson(
  trace: Trace,
  rows: Iterable<number>,
  context: DissectContext = {},
): Generator<string> {
  yield "[";
  let held: string | null = null;
  for (const row of rows) {
    for (const line of packetLines(trace, row, context)) {
      if (held !== null) yield held;
      held = line;
    }
    // The line kept back ends the object: the comma after it is known only with the next packet.
    if (held !== null) held = `${held},`;
  }
  if (held !== null) yield held.slice(0, -1);
  yield "]";
}

function* packetLines(trace: Trace, row: number, context: DissectContext): Generator<string> {
  const packet = dissect(trace, row, context, VALUES);
  const day = new Date(trace.packets.seconds[row] * 1000);
  const index = Number.isNaN(day.getTime()) ? "packets" : `packets-${day.toISOString().slice(0, 10)}`;
  yield "  {";
  yield `    "_index": ${JSON.stringify(index)},`;
  yield '    "_type": "doc",';
  yield '    "_score": null,';
  yield '    "_source": {';
  yield '      "layers": {';
  yield* objectLines(packet.tree, 8);
  yield "      }";
  yield "    }";
  yield "  }";
}

function* objectLines(nodes: readonly DetailNode[], indent: number): Generator<string> {
  const blank = " ".repeat(indent);
  for (const [i, node] of nodes.entries()) {
    const comma = i === nodes.length - 1 ? "" : ",";
    const hasChildren = node.children.length > 0;
    const info = node.field === null ? null : findField(node.field);
    const key = node.field ?? node.label;
    const hasValue = info !== null && info.type !== "protocol" && info.type !== "none";
    if (hasValue || !hasChildren) {
      const value = hasValue ? jsonValue(node) : "";
      yield `${blank}${JSON.stringify(key)}: ${JSON.stringify(value)}${hasChildren ? "," : comma}`;
    }
    if (!hasChildren) continue;
    yield `${blank}${JSON.stringify(hasValue ? `${key}_tree` : key)}: {`;
    yield* objectLines(node.children, indent + 2);
    yield `${blank}}${comma}`;
  }
}

/** A field's value as JSON has it: bytes with colons, unlike in `-T fields`. Text is JSON's to escape. */
export function jsonValue(node: DetailNode): string {
  const { value } = node;
  const type = node.field === null ? "string" : (findField(node.field)?.type ?? "string");
  if (type === "flag") return "";
  if (typeof value === "string") return value;
  if (value instanceof Uint8Array) {
    return Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join(":");
  }
  return formatValue(type, value, "");
}
