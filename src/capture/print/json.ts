// `-T json`: each packet's layers as nested objects keyed by field, in the shape tshark gives them.
//
// As in tshark, an object has a key twice where a field occurs twice, and a field with lines below it has them under `<field>_tree`.

import { dissect, VALUES } from "../dissect/dissect.ts";
import type { DetailNode, DissectContext, FieldValue } from "../dissect/dissect.ts";
import { findField, formatValue, interestIn } from "../fields.ts";
import type { FieldType } from "../fields.ts";
import type { Trace } from "../../trace/trace.ts";
import { fieldsCalled, fieldValues } from "./fields.ts";
import type { FieldsOptions } from "./fields.ts";
import { LineBytes, linesOf, pieceOf } from "./line-bytes.ts";
import type { LineWriter, Piece } from "./line-bytes.ts";

/**
 * Writes a packet's object, indented as a member of the array that `[` before the first, `,` between and `]` after the last make.
 */
export function jsonWriter(trace: Trace, context: DissectContext = {}): LineWriter {
  return (row, out) => {
    const packet = dissect(trace, row, context, VALUES);
    out.text(beginning(trace, row));
    out.text("{\n");
    writeObject(out, packet.tree, 8);
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

function writeObject(out: LineBytes, nodes: readonly DetailNode[], indent: number): void {
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
      if (member !== null && hasValue) writeValue(out, node.value, member.type);
      out.text(hasChildren || !isLast ? '",\n' : '"\n');
    }
    if (!hasChildren) continue;
    out.blanks(indent);
    if (member === null) writeKey(out, node.label, TREE_BEGINS);
    else out.piece(member.tree);
    writeObject(out, node.children, indent + 2);
    out.blanks(indent);
    out.text(isLast ? "}\n" : "},\n");
  }
}

const VALUE_BEGINS = ': "';
const TREE_BEGINS = ": {\n";

/** The key of a line without a field is what it says, without the brackets around what is worked out. */
function writeKey(out: LineBytes, label: string, then: string): void {
  const key = label.startsWith("[") && label.endsWith("]") ? label.slice(1, -1) : label;
  if (PLAIN.test(key)) {
    out.byte(QUOTE);
    out.text(key);
    out.byte(QUOTE);
  } else out.text(JSON.stringify(key));
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
const COLON = 58;
const ZERO = 48;

/** Bytes have colons in JSON, unlike in `-T fields`. Text is JSON's to escape. */
function writeValue(out: LineBytes, value: FieldValue | null, type: FieldType): void {
  if (type === "flag") return;
  if (typeof value === "boolean") out.byte(value ? ZERO + 1 : ZERO);
  else if (typeof value === "number" && DECIMAL.has(type) && value >= 0) out.decimal(value);
  else if (value instanceof Uint8Array) out.hexBytes(value, COLON);
  else {
    const text = jsonText(value, type);
    // Most texts have nothing to escape: names, addresses, times.
    out.text(PLAIN.test(text) ? text : JSON.stringify(text).slice(1, -1));
  }
}

const PLAIN = /^[\w .:+/,;()-]*$/;
/** Types whose numbers print as they are. */
const DECIMAL: ReadonlySet<FieldType> = new Set(["uint8", "uint16", "uint24", "uint32"]);

/** Bytes of which there are none, as lines and `-T fields` have them. */
const NO_BYTES = "<MISSING>";

function jsonText(value: FieldValue | null, type: FieldType): string {
  if (type === "flag" || (type === "bytes" && value === NO_BYTES)) return "";
  return typeof value === "string" ? value : formatValue(type, value, "");
}

/** A line's value as JSON has it, not escaped. */
export function jsonValue({ field, value }: DetailNode): string {
  const type = (field === null ? null : findField(field)?.type) ?? "string";
  if (!(value instanceof Uint8Array) || type === "flag") return jsonText(value, type);
  const out = new LineBytes();
  out.hexBytes(value, COLON);
  return out.textFrom(0);
}
