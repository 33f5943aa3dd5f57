// `-T fields`: chosen fields of each packet on a line, as tshark prints them.

import { dissect } from "../dissect/dissect.ts";
import type { DissectContext, DissectedPacket } from "../dissect/dissect.ts";
import { isFrameColumn, isPlain } from "../fields-columns.ts";
import { findField, formatValue, interestIn, nodesOf, unknownField } from "../fields.ts";
import type { FieldInfo } from "../fields.ts";
import type { Trace } from "../../trace/trace.ts";
import { columnWriter } from "./columns.ts";
import type { ColumnWriter } from "./columns.ts";
import { linesOf } from "./line-bytes.ts";
import type { LineBytes, LineWriter } from "./line-bytes.ts";

export interface FieldsOptions {
  /** Print the names first; false by default. */
  readonly header?: boolean;
  /** Between fields; a tab by default. */
  readonly separator?: string;
  /** Between several values of one field; a comma by default. */
  readonly aggregator?: string;
  /** Which of several values: all by default. */
  readonly occurrence?: "all" | "first" | "last";
  /** Around each field; none by default. */
  readonly quote?: "none" | "double" | "single";
}

const QUOTES = { none: "", double: '"', single: "'" } as const;

/** A setting that was not understood, in words. */
export interface OptionError {
  readonly problem: string;
}

/** The options of `-E name=value` settings, as tshark spells them, or what is wrong with one. */
export function readFieldsOptions(settings: readonly string[]): FieldsOptions | OptionError {
  const options: FieldsOptions = {};
  for (const setting of settings) {
    const at = setting.indexOf("=");
    const [name, value] = at === -1 ? [setting, ""] : [setting.slice(0, at), setting.slice(at + 1)];
    const read = readSetting(name, value);
    if (read === null) return { problem: `-E ${setting} is not understood` };
    Object.assign(options, read);
  }
  return options;
}

function readSetting(name: string, value: string): FieldsOptions | null {
  switch (name) {
    case "header":
      return value === "y" || value === "n" ? { header: value === "y" } : null;
    case "separator":
      return characterOf(value, (separator) => ({ separator }));
    case "aggregator":
      return characterOf(value, (aggregator) => ({ aggregator }));
    case "occurrence": {
      const names = { a: "all", f: "first", l: "last" } as const;
      return value === "a" || value === "f" || value === "l" ? { occurrence: names[value] } : null;
    }
    case "quote": {
      const names = { d: "double", s: "single", n: "none" } as const;
      return value === "d" || value === "s" || value === "n" ? { quote: names[value] } : null;
    }
    default:
      return null;
  }
}

/** `/t`, `/s` or a character. */
function characterOf(value: string, make: (character: string) => FieldsOptions): FieldsOptions | null {
  if (value === "/t") return make("\t");
  if (value === "/s") return make(" ");
  return value.length === 1 ? make(value) : null;
}

/** The first of `names` that is no known field, in words with names near it; null when all are known. */
export function unknownFieldIn(names: readonly string[]): string | null {
  const unknown = names.find((name) => findField(name) === null);
  return unknown === undefined ? null : unknownField(unknown);
}

/** The header line that `-E header=y` prints. */
export function fieldsHeader(names: readonly string[], options: FieldsOptions = {}): string {
  return names.join(options.separator ?? "\t");
}

/**
 * Writes a line a packet with the fields' values, absent ones empty. When columns hold all of them, plain packets are not dissected.
 * Throws RangeError for a name `unknownFieldIn` finds.
 */
export function fieldsWriter(
  trace: Trace,
  names: readonly string[],
  context: DissectContext = {},
  options: FieldsOptions = {},
): LineWriter {
  const fields = names.map((name) => {
    const info = findField(name);
    if (info === null) throw new RangeError(unknownField(name));
    return info;
  });
  const separator = options.separator ?? "\t";
  const interest = interestIn(fields);
  const columns = columnsOf(fields, trace, context, options);
  const isFrameOnly = columns !== null && fields.every(({ name }) => isFrameColumn(name));
  return (row, out) => {
    const start = out.length;
    if (
      columns !== null &&
      (isFrameOnly || isPlain(trace, row)) &&
      writeColumns(columns, row, out, separator, options)
    )
      return;
    out.length = start;
    const packet = dissect(trace, row, context, interest);
    for (let i = 0; i < fields.length; i++) {
      if (i > 0) out.text(separator);
      // tshark quotes only fields that are there.
      const text = fieldText(packet, fields[i], options);
      const mark = text === "" ? "" : QUOTES[options.quote ?? "none"];
      out.text(mark);
      out.text(text);
      out.text(mark);
    }
  };
}

/** The lines that `fieldsWriter` writes, the header first where the options want it. */
export function* printFields(
  trace: Trace,
  rows: Iterable<number>,
  names: readonly string[],
  context: DissectContext = {},
  options: FieldsOptions = {},
): Generator<string> {
  const writer = fieldsWriter(trace, names, context, options);
  if (options.header === true) yield fieldsHeader(names, options);
  yield* linesOf(writer, rows);
}

/** False, having written whatever it wrote, where the row has to be dissected after all. */
function writeColumns(
  columns: readonly ColumnWriter[],
  row: number,
  out: LineBytes,
  separator: string,
  { quote = "none" }: FieldsOptions,
): boolean {
  const mark = QUOTES[quote];
  for (let i = 0; i < columns.length; i++) {
    if (i > 0) out.text(separator);
    const start = out.length;
    out.text(mark);
    const content = out.length;
    if (!columns[i](row, out)) return false;
    if (mark === "") continue;
    if (out.length === content) out.length = start;
    else out.text(mark);
  }
  return true;
}

/** A field's values in a packet as they print, put together as the options want; "" where it is absent. */
export function fieldText(packet: DissectedPacket, field: FieldInfo, options: FieldsOptions = {}): string {
  if (field.name.startsWith("_ws.col.")) return columnOf(packet, field.name);
  const values = nodesOf(packet.tree, field).map((node) => formatValue(field.type, node.value, node.label));
  return joined(values, options);
}

function columnOf(packet: DissectedPacket, name: string): string {
  if (name === "_ws.col.Protocol") return packet.protocol;
  if (name === "_ws.col.Info") return packet.info;
  return name === "_ws.col.Source" ? packet.source : packet.destination;
}

/** A writer for each field, or null where no column holds one of them. */
function columnsOf(
  fields: readonly FieldInfo[],
  trace: Trace,
  context: DissectContext,
  options: FieldsOptions,
): ColumnWriter[] | null {
  const columns: ColumnWriter[] = [];
  for (const info of fields) {
    const writer = columnWriter(info, trace, context, (values) => joined(values, options));
    if (writer === null) return null;
    columns.push(writer);
  }
  return columns;
}

function joined(values: readonly string[], { occurrence = "all", aggregator = "," }: FieldsOptions): string {
  if (values.length === 0) return "";
  if (occurrence === "first") return values[0];
  if (occurrence === "last") return values[values.length - 1];
  return values.join(aggregator);
}
