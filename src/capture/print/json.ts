// `-T json`: each packet's layers as nested objects keyed by field, in the shape tshark gives them.
//
// As in tshark, an object has a key twice where a field occurs twice, and a field with lines below it has them under `<field>_tree`.

import { dissect, VALUES } from "../dissect/dissect.ts";
import type { DetailNode, DissectContext } from "../dissect/dissect.ts";
import { findField, interestIn } from "../fields.ts";
import type { FieldType } from "../fields.ts";
import type { Trace } from "../../trace/trace.ts";
import { fieldsCalled, fieldValues } from "./fields.ts";
import type { FieldsOptions } from "./fields.ts";
import { linesOf, pieceOf } from "./line-bytes.ts";
import type { LineBytes, LineWriter, Piece } from "./line-bytes.ts";
import { ValueWriter } from "./values.ts";

/**
 * Writes a packet's object, indented as a member of the array that `[` before the first, `,` between and `]` after the last make.
 */
export function jsonWriter(trace: Trace, context: DissectContext = {}): LineWriter {
  const values = new ValueWriter(writeJsonText);
  return (row, out) => {
    const packet = dissect(trace, row, context, VALUES);
    values.begin();
    out.text(beginning(trace, row));
    out.text("{\n");
    writeObject(out, packet.tree, 8, values);
    out.text("      }\n    }\n  }");
  };
}

/** Writes an object as `jsonWriter` does, of chosen fields alone: each is a list of those of its values that `options` want. */
export function jsonFieldsWriter(
  trace: Trace,
  names: readonly string[],
  context: DissectContext = {},
  options: FieldsOptions = {},
): LineWriter {
  const fields = fieldsCalled([...new Set(names)]);
  const interest = interestIn(fields);
  return (row, out) => {
    const packet = dissect(trace, row, context, interest);
    const lists = fields.flatMap((field) => {
      const values = fieldValues(packet, field, options);
      return values.length === 0 ? [] : [[field.name, values]];
    });
    out.text(beginning(trace, row));
    out.text(JSON.stringify(Object.fromEntries(lists), null, 2).replaceAll("\n", "\n      "));
    out.text("\n    }\n  }");
  };
}

/** What comes before the layers of packet `row`. */
function beginning(trace: Trace, row: number): string {
  const day = new Date(trace.packets.seconds[row] * 1000);
  const index = Number.isNaN(day.getTime()) ? "packets" : `packets-${day.toISOString().slice(0, 10)}`;
  return `  {
    "_index": "${index}",
    "_type": "doc",
    "_score": null,
    "_source": {
      "layers": `;
}

/** The lines of one JSON array with an object a packet. */
export function* printJson(
  trace: Trace,
  rows: Iterable<number>,
  context: DissectContext = {},
): Generator<string> {
  yield "[";
  let held: string | null = null;
  for (const object of linesOf(jsonWriter(trace, context), rows)) {
    if (held !== null) yield* `${held},`.split("\n");
    held = object;
  }
  if (held !== null) yield* held.split("\n");
  yield "]";
}

function writeObject(
  out: LineBytes,
  nodes: readonly DetailNode[],
  indent: number,
  values: ValueWriter,
): void {
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i];
    const isLast = i === nodes.length - 1;
    const hasChildren = node.children.length > 0;
    const member = node.field === null ? null : fieldMember(node.field);
    const hasValue = member?.hasValue === true;
    if (hasValue || !hasChildren) {
      out.blanks(indent);
      if (member === null) writeKey(out, node.label, VALUE_BEGINS);
      else out.piece(member.value);
      if (member !== null && hasValue) values.write(out, node.value, member.type);
      out.text(hasChildren || !isLast ? '",\n' : '"\n');
    }
    if (!hasChildren) continue;
    out.blanks(indent);
    if (member === null) writeKey(out, node.label, TREE_BEGINS);
    else out.piece(member.tree);
    writeObject(out, node.children, indent + 2, values);
    out.blanks(indent);
    out.text(isLast ? "}\n" : "},\n");
  }
}

const VALUE_BEGINS = ': "';
const TREE_BEGINS = ": {\n";

/** The key of a line without a field is what it says, without the brackets around what is worked out. */
function writeKey(out: LineBytes, label: string, then: string): void {
  const key = label.startsWith("[") && label.endsWith("]") ? label.slice(1, -1) : label;
  out.byte(QUOTE);
  writeJsonText(out, key);
  out.byte(QUOTE);
  out.text(then);
}

/** How the lines of one field begin. */
interface Member {
  readonly hasValue: boolean;
  readonly type: FieldType;
  /** `"tcp.len": "`, and `"tcp.flags_tree": {` with a line break. */
  readonly value: Piece;
  readonly tree: Piece;
}

const members = new Map<string, Member>();

function fieldMember(field: string): Member {
  let member = members.get(field);
  if (member === undefined) {
    const type = findField(field)?.type;
    const hasValue = type !== undefined && type !== "protocol" && type !== "flag";
    members.set(field, (member = memberOf(field, hasValue, type)));
  }
  return member;
}

function memberOf(name: string, hasValue: boolean, type: FieldType = "string"): Member {
  const key = JSON.stringify(name);
  const tree = hasValue ? `${key.slice(0, -1)}_tree"` : key;
  return { hasValue, type, value: pieceOf(`${key}${VALUE_BEGINS}`), tree: pieceOf(`${tree}${TREE_BEGINS}`) };
}

const QUOTE = 34;
const PLAIN = /^[\w .:+/,;()-]*$/;

/** Writes a text as JSON has it between quotes. Most have nothing to escape: names, addresses, times. */
export function writeJsonText(out: LineBytes, text: string): void {
  out.text(PLAIN.test(text) ? text : JSON.stringify(text).slice(1, -1));
}
