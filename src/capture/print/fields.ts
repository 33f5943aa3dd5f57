// `-T fields`: chosen fields of each packet on a line, as tshark prints them.

import { dissect } from "../dissect/dissect.ts";
import type { DissectContext, DissectedPacket } from "../dissect/dissect.ts";
import { columnReader, isFrameColumn, isPlain } from "../fields-columns.ts";
import type { ColumnReader } from "../fields-columns.ts";
import { findField, formatValue, interestIn, nodesOf, unknownField } from "../fields.ts";
import type { FieldInfo } from "../fields.ts";
import type { Trace } from "../../trace/trace.ts";

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

/** Reads one field's text from a plain packet's columns. */
interface ColumnField {
  readonly info: FieldInfo;
  readonly readers: readonly ColumnReader[];
  readonly isFrame: boolean;
}

/**
 * A line a packet with the fields' values, absent ones empty. When columns hold all of them, plain packets are not dissected.
 * Throws RangeError for a name `unknownFieldIn` finds.
 */
export function* printFields(
  trace: Trace,
  rows: Iterable<number>,
  names: readonly string[],
  context: DissectContext = {},
  options: FieldsOptions = {},
): Generator<string> {
  const fields = names.map((name) => {
    const info = findField(name);
    if (info === null) throw new RangeError(unknownField(name));
    return info;
  });
  const separator = options.separator ?? "\t";
  if (options.header === true) yield names.join(separator);
  const columns = columnFields(fields, trace, context);
  const interest = interestIn(fields);
  const isFrameOnly = columns !== null && columns.every((column) => column.isFrame);
  for (const row of rows) {
    if (columns !== null && (isFrameOnly || isPlain(trace, row))) {
      yield lineOf(
        columns.map((column) => columnText(column, row, options)),
        separator,
        options,
      );
      continue;
    }
    const packet = dissect(trace, row, context, interest);
    yield lineOf(
      fields.map((field) => fieldText(packet, field, options)),
      separator,
      options,
    );
  }
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

function columnFields(
  fields: readonly FieldInfo[],
  trace: Trace,
  context: DissectContext,
): ColumnField[] | null {
  const columns: ColumnField[] = [];
  for (const info of fields) {
    const readers: ColumnReader[] = [];
    for (const name of info.nodes) {
      if (name === "ipv6.routing.src.addr") continue;
      const reader = columnReader(name, trace, context);
      if (reader === null) return null;
      readers.push(reader);
    }
    columns.push({ info, readers, isFrame: isFrameColumn(info.name) });
  }
  return columns;
}

function columnText({ info, readers }: ColumnField, row: number, options: FieldsOptions): string {
  if (readers.length === 1) {
    const value = readers[0](row);
    return value === null ? "" : formatValue(info.type, value, "");
  }
  const values: string[] = [];
  for (const reader of readers) {
    const value = reader(row);
    if (value !== null) values.push(formatValue(info.type, value, ""));
  }
  return joined(values, options);
}

function joined(values: readonly string[], { occurrence = "all", aggregator = "," }: FieldsOptions): string {
  if (values.length === 0) return "";
  if (occurrence === "first") return values[0];
  if (occurrence === "last") return values[values.length - 1];
  return values.join(aggregator);
}

function lineOf(texts: readonly string[], separator: string, { quote = "none" }: FieldsOptions): string {
  const mark = QUOTES[quote];
  if (mark === "") return texts.join(separator);
  // tshark quotes only fields that are there.
  return texts.map((text) => (text === "" ? "" : `${mark}${text}${mark}`)).join(separator);
}
