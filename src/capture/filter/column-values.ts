// Values of a packet's fields out of the table's columns, and tests of columns that make no list of values on the way.

import { columnReader, TCP_FLAG_COLUMNS } from "../fields-columns.ts";
import type { ColumnReader } from "../fields-columns.ts";
import { ANALYSIS_COLUMNS } from "../analysis/columns.ts";
import type { DissectContext } from "../dissect/dissect.ts";
import { PROTOCOL } from "../../trace/packets.ts";
import type { Trace } from "../../trace/trace.ts";
import { holds, satisfies } from "./evaluate.ts";
import type { ValueSource } from "./evaluate.ts";
import { fieldsOf, kindOf } from "./expression.ts";
import type { Expression, FieldExpression, Test, Value } from "./expression.ts";
import { plain } from "./tree-values.ts";

/** Fields that `columnReader` may know; a trace says for certain. */
const COLUMN_FIELDS = new Set([
  "frame.number",
  "frame.len",
  "frame.cap_len",
  "frame.interface_id",
  "frame.marked",
  "frame.time_epoch",
  "frame.time_relative",
  "frame.time_delta",
  "ip.src",
  "ip.dst",
  "ip.proto",
  "ipv6.src",
  "ipv6.dst",
  "ipv6.nxt",
  "tcp.srcport",
  "tcp.dstport",
  "tcp.seq_raw",
  "tcp.ack_raw",
  "tcp.seq",
  "tcp.ack",
  "tcp.len",
  "tcp.flags",
  "tcp.window_size",
  "tcp.window_size_value",
  "tcp.stream",
  ...TCP_FLAG_COLUMNS.keys(),
  ...ANALYSIS_COLUMNS,
  "udp.srcport",
  "udp.dstport",
  "udp.stream",
  "tcp",
  "udp",
  "ip",
  "ipv6",
]);

/** Of the nodes of `ipv6.addr`, the one that plain packets do not have. */
const ROUTING = "ipv6.routing.src.addr";

/** Whether columns have what the test asks of plain packets: values, and of protocols only that they are there. */
export function isOfColumns(test: Test): boolean {
  if (test.kind === "and" || test.kind === "or" || test.kind === "xor") {
    return isOfColumns(test.left) && isOfColumns(test.right);
  }
  if (test.kind === "not") return isOfColumns(test.test);
  const isPresence = test.kind === "exists" && test.of.kind === "field";
  return fieldsOf(test).every((expression) => isColumn(expression, isPresence));
}

function isColumn({ field, type, isRaw, layers }: FieldExpression, isPresence: boolean): boolean {
  if (isRaw || layers !== null || (type === "protocol" && !isPresence)) return false;
  return field.nodes.every((name) => COLUMN_FIELDS.has(name) || name === ROUTING);
}

/** Values from columns, for the row set last. One object serves all rows. */
class ColumnValues implements ValueSource {
  row = 0;
  readonly #readers: ReadonlyMap<FieldExpression, readonly ColumnReader[]>;

  constructor(readers: ReadonlyMap<FieldExpression, readonly ColumnReader[]>) {
    this.#readers = readers;
  }

  values(expression: FieldExpression): Value[] {
    const found: Value[] = [];
    for (const read of this.#readers.get(expression) ?? []) {
      const value = plain(expression, read(this.row));
      if (value !== null) found.push(value);
    }
    return found;
  }
}

type RowTest = (row: number) => boolean;

/**
 * The test over the columns of plain packets; null where a column is missing, as relative numbers are without stream numbers. Numbers
 * and addresses beside values of the filter itself are looked at in place: a million rows take some 10 ms instead of 300.
 */
export function columnTest(test: Test, trace: Trace, context: DissectContext): RowTest | null {
  const readers = new Map<FieldExpression, readonly ColumnReader[]>();
  for (const expression of fieldsOf(test)) {
    const found: ColumnReader[] = [];
    for (const name of expression.field.nodes) {
      if (name === ROUTING) continue;
      const reader = presenceReader(name, trace) ?? columnReader(name, trace, context);
      if (reader === null) return null;
      found.push(reader);
    }
    readers.set(expression, found);
  }
  const values = new ColumnValues(readers);
  const bound = (part: Test): RowTest => {
    switch (part.kind) {
      case "and":
      case "or":
      case "xor": {
        const [left, right] = [bound(part.left), bound(part.right)];
        if (part.kind === "and") return (row) => left(row) && right(row);
        if (part.kind === "or") return (row) => left(row) || right(row);
        return (row) => left(row) !== right(row);
      }
      case "not": {
        const inner = bound(part.test);
        return (row) => !inner(row);
      }
      default:
        return (
          inPlace(part, trace, readers) ??
          ((row): boolean => {
            values.row = row;
            return holds(part, values);
          })
        );
    }
  };
  return bound(test);
}

/** A test of one field's numbers or addresses against values, without lists; null for others. */
function inPlace(
  test: Test,
  trace: Trace,
  readers: ReadonlyMap<FieldExpression, readonly ColumnReader[]>,
): RowTest | null {
  if (test.kind === "exists" && test.of.kind === "field") {
    return anyOf(readers.get(test.of) ?? [], (value) => value !== null);
  }
  if ((test.kind !== "compare" && test.kind !== "in") || test.left.kind !== "field") return null;
  const { left, quantifier } = test;
  if (!isOfLiterals(test)) return null;
  const kind = kindOf(left.type);
  if (kind === "ipv4" || kind === "ipv6") return ofAddresses(test, left, trace);
  const passes = kind === "number" ? numberTest(test) : null;
  return passes === null ? null : quantified(readers.get(left) ?? [], quantifier, passes);
}

type Relation = Extract<Test, { readonly kind: "compare" | "in" }>;

/** Whether a number stands so to the test's values; null where they are none. */
function numberTest(test: Relation): ((value: Reads) => boolean) | null {
  if (test.kind === "compare") {
    const { comparison } = test;
    const other = numberIn(test.right);
    return other === null ? null : (value) => satisfies(comparison, Number(value) - other);
  }
  const ranges = test.ranges.map(([low, high]) => [numberIn(low), numberIn(high ?? low)] as const);
  return (value) =>
    ranges.some(([low, high]) => Number(value) >= (low ?? NaN) && Number(value) <= (high ?? NaN));
}

function numberIn(expression: Expression): number | null {
  if (expression.kind !== "literal") return null;
  const [value] = expression.values;
  return typeof value === "number" ? value : null;
}

type Reads = ReturnType<ColumnReader>;

function anyOf(readers: readonly ColumnReader[], passes: (value: Reads) => boolean): RowTest {
  if (readers.length === 1) {
    const [read] = readers;
    return (row) => passes(read(row));
  }
  return (row) => readers.some((read) => passes(read(row)));
}

function quantified(
  readers: readonly ColumnReader[],
  quantifier: "any" | "all",
  passes: (value: Reads) => boolean,
): RowTest {
  if (quantifier === "any") return anyOf(readers, (value) => value !== null && passes(value));
  return (row) => {
    let found = 0;
    for (const read of readers) {
      const value = read(row);
      if (value === null) continue;
      if (!passes(value)) return false;
      found++;
    }
    return found > 0;
  };
}

/** Addresses are interned: each is tested once, and rows look the answer up. */
function ofAddresses(test: Relation, left: FieldExpression, trace: Trace): RowTest {
  const { field, type } = left;
  const { packets } = trace;
  const { addresses } = packets;
  const family = kindOf(type) === "ipv4" ? 4 : 6;
  const answers: boolean[] = [];
  let value: Value = 0;
  const one: ValueSource = { values: () => [value] };
  const passes = (id: number): boolean => {
    const known = answers[id];
    if (known !== undefined) return known;
    const bytes = plain(left, addresses.text(id));
    value = bytes ?? 0;
    const answer = bytes !== null && holds(test, one);
    answers[id] = answer;
    return answer;
  };
  const isOf = (id: number): boolean => addresses.family(id) === family;
  const hasSource = field.nodes.some((name) => name.endsWith(".src"));
  const hasDestination = field.nodes.some((name) => name.endsWith(".dst"));
  return (row) => {
    const source = packets.source[row];
    const destination = packets.destination[row];
    if (!isOf(source)) return false;
    if (!hasDestination) return passes(source);
    if (!hasSource) return passes(destination);
    return test.quantifier === "all"
      ? passes(source) && passes(destination)
      : passes(source) || passes(destination);
  };
}

function isOfLiterals(test: Relation): boolean {
  const isLiteral = (expression: Expression | null): boolean =>
    expression === null || expression.kind === "literal";
  if (test.kind === "compare") return isLiteral(test.right);
  return test.ranges.every(([low, high]) => isLiteral(low) && isLiteral(high));
}

/** A protocol's reader on a plain packet: a value where it is there. */
function presenceReader(name: string, trace: Trace): ColumnReader | null {
  const table = trace.packets;
  switch (name) {
    case "tcp":
      return (row) => (table.protocol[row] === PROTOCOL.tcp ? true : null);
    case "udp":
      return (row) => (table.protocol[row] === PROTOCOL.udp ? true : null);
    case "ip":
      return (row) => (table.addresses.family(table.source[row]) === 4 ? true : null);
    case "ipv6":
      return (row) => (table.addresses.family(table.source[row]) === 6 ? true : null);
    default:
      return null;
  }
}
