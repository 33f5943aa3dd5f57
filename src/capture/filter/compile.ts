// Display filters (Wireshark 4's language over the fields known here), compiled to a predicate on a packet's row.
//
// A filter whose fields are all columns reads columns for plain packets and dissects only the others.

import { ANALYSIS_COLUMNS } from "../analysis/columns.ts";
import { columnReader, isFrameColumn, isPlain } from "../fields-columns.ts";
import type { ColumnReader } from "../fields-columns.ts";
import { dissect } from "../dissect/dissect.ts";
import type { DissectContext, DissectedPacket, Interest } from "../dissect/dissect.ts";
import { interestIn, nodesOf } from "../fields.ts";
import { PROTOCOL } from "../../trace/packets.ts";
import type { Trace } from "../../trace/trace.ts";
import { holds, valuesOfNodes } from "./evaluate.ts";
import type { ValueSource } from "./evaluate.ts";
import { parseFilter } from "./parse.ts";
import type { Operand, Test } from "./parse.ts";
import { isFilterError } from "./tokens.ts";
import type { FilterError } from "./tokens.ts";

export { isFilterError } from "./tokens.ts";
export type { FilterError } from "./tokens.ts";

export interface Filter {
  readonly text: string;
  /** True when columns suffice for plain TCP and UDP packets. */
  readonly isColumnsOnly: boolean;
  /** The predicate over one trace; keep it, making it looks up columns. */
  on(trace: Trace, context?: DissectContext): (row: number) => boolean;
  /** Whether packet `row` of `trace` passes. */
  matches(trace: Trace, row: number, context?: DissectContext): boolean;
}

/** Compiles a display filter; an empty one lets everything through. Answers an error, never throws. */
export function compileFilter(text: string): Filter | FilterError {
  const test = parseFilter(text);
  if (test === null) return filterOf(text, true, () => () => true);
  if (isFilterError(test)) return test;
  const operands = operandsOf(test);
  const interest: Interest = { ...interestIn(operands.map(({ field }) => field)), labels: false };
  const isColumnsOnly = operands.every(isColumnOperand);
  const isFrameOnly = isColumnsOnly && operands.every(({ field }) => isFrameColumn(field.name));
  return filterOf(text, isColumnsOnly, (trace, context) => {
    const slow = (row: number): boolean =>
      holds(test, new TreeValues(dissect(trace, row, context, interest)));
    if (!isColumnsOnly) return slow;
    const columns = ColumnValues.over(operands, trace, context);
    if (columns === null) return slow;
    return (row) => {
      if (!isFrameOnly && !isPlain(trace, row)) return slow(row);
      columns.row = row;
      return holds(test, columns);
    };
  });
}

type Bind = (trace: Trace, context: DissectContext) => (row: number) => boolean;

function filterOf(text: string, isColumnsOnly: boolean, bind: Bind): Filter {
  return {
    text,
    isColumnsOnly,
    on: (trace, context = {}) => bind(trace, context),
    matches: (trace, row, context = {}) => bind(trace, context)(row),
  };
}

function operandsOf(test: Test): Operand[] {
  switch (test.kind) {
    case "and":
    case "or":
    case "xor":
      return [...operandsOf(test.left), ...operandsOf(test.right)];
    case "not":
      return operandsOf(test.test);
    case "compareFields":
      return [test.operand, test.other];
    default:
      return [test.operand];
  }
}

/** Fields that `columnReader` may know; a trace says for certain. */
const COLUMN_FIELDS = new Set([
  "frame.number",
  "frame.len",
  "frame.cap_len",
  "frame.interface_id",
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
  ...ANALYSIS_COLUMNS,
  "udp.srcport",
  "udp.dstport",
  "udp.stream",
  "tcp",
  "udp",
  "ip",
  "ipv6",
]);

/** Protocols' columns say whether they are there, not what their bytes are. */
function isColumnOperand(operand: Operand): boolean {
  if (operand.slice !== null || operand.function !== null) return false;
  return operand.field.nodes.every((node) => COLUMN_FIELDS.has(node) || node === "ipv6.routing.src.addr");
}

/** Values from a dissected packet. */
class TreeValues implements ValueSource {
  readonly #packet: DissectedPacket;

  constructor(packet: DissectedPacket) {
    this.#packet = packet;
  }

  values(operand: Operand): ReturnType<ValueSource["values"]> {
    const { field } = operand;
    if (field.name === "_ws.col.Protocol") return [this.#packet.protocol];
    if (field.name === "_ws.col.Info") return [this.#packet.info];
    if (field.name === "_ws.col.Source") return [this.#packet.source];
    if (field.name === "_ws.col.Destination") return [this.#packet.destination];
    return valuesOfNodes(nodesOf(this.#packet.tree, field), operand, this.#packet.sources);
  }
}

/** Values from columns, for the row set last. One object serves all rows. */
class ColumnValues implements ValueSource {
  row = 0;
  readonly #readers: ReadonlyMap<Operand, readonly ColumnReader[]>;
  readonly #found: (string | number | bigint | boolean | Uint8Array)[] = [];

  private constructor(readers: ReadonlyMap<Operand, readonly ColumnReader[]>) {
    this.#readers = readers;
  }

  /** Null when a column is missing, as relative numbers are without stream numbers. */
  static over(operands: readonly Operand[], trace: Trace, context: DissectContext): ColumnValues | null {
    const readers = new Map<Operand, readonly ColumnReader[]>();
    for (const operand of operands) {
      const found: ColumnReader[] = [];
      for (const name of operand.field.nodes) {
        if (name === "ipv6.routing.src.addr") continue;
        const reader = presenceReader(name, trace) ?? columnReader(name, trace, context);
        if (reader === null) return null;
        found.push(reader);
      }
      readers.set(operand, found);
    }
    return new ColumnValues(readers);
  }

  values(operand: Operand): ReturnType<ValueSource["values"]> {
    const found = this.#found;
    found.length = 0;
    const readers = this.#readers.get(operand) ?? [];
    for (const reader of readers) {
      const value = reader(this.row);
      if (value !== null) found.push(value);
    }
    return found;
  }
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
      return (row) => (table.addresses.family(table.source[row]) === PROTOCOL.tcp ? true : null);
    default:
      return null;
  }
}
