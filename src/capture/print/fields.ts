// `-T fields`: chosen fields of each packet on a line, as tshark prints them.

import type { CompiledLines } from "../compiled/lines.ts";
import { dissect } from "../dissect/dissect.ts";
import type { DetailNode, DissectContext, DissectedPacket, Interest } from "../dissect/dissect.ts";
import { isFrameColumn, isPlain } from "../fields-columns.ts";
import { findField, formatNode, interestIn, isOfApplications, nodesOf, unknownField } from "../fields.ts";
import type { FieldInfo } from "../fields.ts";
import { PROTOCOL } from "../../trace/packets.ts";
import type { Trace } from "../../trace/trace.ts";
import { columnWriter } from "./columns.ts";
import type { ColumnWriter } from "./columns.ts";
import { linesOf, pieceOf } from "./line-bytes.ts";
import type { LineBytes, LineWriter, Piece } from "./line-bytes.ts";
import { SegmentCells } from "./segment-cells.ts";
import { TransportColumns } from "./transport-columns.ts";

export interface FieldsOptions {
  /** Begin with the byte order mark of UTF-8; false by default. */
  readonly bom?: boolean;
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

const SETTINGS =
  "bom=y|n, header=y|n, separator=/t|/s|CHARACTER, aggregator=,|/s|CHARACTER, occurrence=f|l|a, quote=d|s|n";

/** The options of `-E name=value` settings, as tshark spells them, or what is wrong with one. */
export function readFieldsOptions(settings: readonly string[]): FieldsOptions | OptionError {
  const options: FieldsOptions = {};
  for (const setting of settings) {
    const at = setting.indexOf("=");
    const [name, value] = at === -1 ? [setting, ""] : [setting.slice(0, at), setting.slice(at + 1)];
    const read = readSetting(name, value);
    if (read === null) return { problem: `-E ${setting} is not understood; there are ${SETTINGS}` };
    Object.assign(options, read);
  }
  return options;
}

/** As in tshark, one character of a value counts, and what follows it is passed over. */
function readSetting(name: string, value: string): FieldsOptions | null {
  const [letter] = value;
  if (letter === undefined) return null;
  const isYes = letter === "y" ? true : letter === "n" ? false : null;
  switch (name) {
    case "header":
      return isYes === null ? null : { header: isYes };
    case "bom":
      return isYes === null ? null : { bom: isYes };
    case "separator":
      return { separator: characterOf(value) };
    case "aggregator":
      return { aggregator: characterOf(value) };
    case "occurrence": {
      const names = { a: "all", f: "first", l: "last" } as const;
      return letter === "a" || letter === "f" || letter === "l" ? { occurrence: names[letter] } : null;
    }
    case "quote": {
      const names = { d: "double", s: "single", n: "none" } as const;
      return letter === "d" || letter === "s" || letter === "n" ? { quote: names[letter] } : null;
    }
    default:
      return null;
  }
}

/** A tab for `/t`, a blank for `/s`, a backslash for any other `/`, or the first character. */
function characterOf(value: string): string {
  if (value.startsWith("/t")) return "\t";
  if (value.startsWith("/s")) return " ";
  const [first] = value;
  return first === "/" ? "\\" : first;
}

/** The first of `names` that is no known field, in words with names near it; null when all are known. */
export function unknownFieldIn(names: readonly string[]): string | null {
  const unknown = names.find((name) => findField(name) === null);
  return unknown === undefined ? null : unknownField(unknown);
}

/** Throws RangeError for a name `unknownFieldIn` finds. */
export function fieldsCalled(names: readonly string[]): FieldInfo[] {
  return names.map((name) => {
    const info = findField(name);
    if (info === null) throw new RangeError(unknownField(name));
    return info;
  });
}

/** The header line that `-E header=y` prints. */
export function fieldsHeader(names: readonly string[], options: FieldsOptions = {}): string {
  return names.join(options.separator ?? "\t");
}

/**
 * Writes a line a packet with the fields' values, absent ones empty. What columns hold is not dissected, and of TCP segments only the
 * payloads that hold messages are. Throws RangeError for a name `unknownFieldIn` finds.
 */
export function fieldsWriter(
  trace: Trace,
  names: readonly string[],
  context: DissectContext = {},
  options: FieldsOptions = {},
): LineWriter {
  const fields = fieldsCalled(names);
  const between = pieceOf(options.separator ?? "\t");
  const mark = QUOTES[options.quote ?? "none"];
  const cells = new Cells(trace, fields, context, options, between);
  if (mark === "") {
    const write: LineWriter = (row, out) => cells.writeLine(row, out);
    const compiled = cells.compiled(write);
    return compiled === null
      ? write
      : Object.assign(write, { many: compiled.write.bind(compiled) satisfies LineWriter["many"] });
  }
  return (row, out) => {
    cells.begin(row);
    for (let i = 0; i < fields.length; i++) {
      if (i > 0) out.piece(between);
      const start = out.length;
      out.text(mark);
      const content = out.length;
      cells.write(i, out);
      // tshark quotes only fields that are there.
      if (out.length === content) out.length = start;
      else out.text(mark);
    }
  };
}

/** The values of one packet after another, each from where it costs least. */
class Cells {
  readonly #trace: Trace;
  readonly #fields: readonly FieldInfo[];
  readonly #context: DissectContext;
  readonly #options: FieldsOptions;
  readonly #segments: TransportColumns;
  readonly #between: Piece;
  readonly #ofSegments: SegmentCells;
  readonly #columns: readonly (ColumnWriter | null)[];
  /** Fields whose columns tell of every packet, and those that only applications have. */
  readonly #isFrame: readonly boolean[];
  readonly #isApplication: readonly boolean[];
  /** What is dissected of packets that columns tell of, and of others. */
  readonly #rest: Interest;
  readonly #all: Interest;
  #row = 0;
  #isPlain = false;
  #isSegment = false;
  #packet: DissectedPacket | null = null;

  constructor(
    trace: Trace,
    fields: readonly FieldInfo[],
    context: DissectContext,
    options: FieldsOptions,
    between: Piece,
  ) {
    this.#between = between;
    this.#trace = trace;
    this.#fields = fields;
    this.#context = context;
    this.#options = options;
    this.#isFrame = fields.map(({ name }) => isFrameColumn(name));
    this.#isApplication = fields.map(isOfApplications);
    const segments = new TransportColumns(trace, context, interestIn(fields.filter(isOfApplications)));
    this.#segments = segments;
    const names = fields.map(({ name }) => name);
    this.#ofSegments = new SegmentCells(trace, names, context, segments, between);
    const join = (values: readonly string[]): string => joined(values, options);
    this.#columns = fields.map((info) => columnWriter(info, trace, context, segments, join));
    this.#rest = interestIn(fields.filter((_, i) => this.#columns[i] === null));
    this.#all = interestIn(fields);
  }

  /** Writes many of these lines at once; null where that cannot be. */
  compiled(line: LineWriter): CompiledLines | null {
    return this.#ofSegments.compiled(line);
  }

  begin(row: number): void {
    this.#row = row;
    this.#packet = null;
    this.#isPlain = isPlain(this.#trace, row);
    this.#isSegment = this.#isPlain && this.#trace.packets.protocol[row] === PROTOCOL.tcp;
  }

  /** Writes all fields of packet `row`, unquoted. */
  writeLine(row: number, out: LineBytes): void {
    this.begin(row);
    const count = this.#fields.length;
    let i = this.#isSegment ? this.#ofSegments.write(0, count, row, out) : 0;
    while (i < count) {
      if (i > 0) out.piece(this.#between);
      this.#writeOther(i, out);
      i++;
      if (!this.#isSegment || i === count) continue;
      const start = out.length;
      out.piece(this.#between);
      const next = this.#ofSegments.write(i, count, row, out);
      if (next === i) out.length = start;
      i = next;
    }
  }

  /** Writes field number `i` of the packet; nothing where it is absent. */
  write(i: number, out: LineBytes): void {
    if (!this.#isSegment || this.#ofSegments.write(i, i + 1, this.#row, out) === i) this.#writeOther(i, out);
  }

  /** The same where it is none of those that `SegmentCells` writes, or `SegmentCells` cannot. */
  #writeOther(i: number, out: LineBytes): void {
    const row = this.#row;
    if (this.#isPlain || this.#isFrame[i]) {
      const column = this.#columns[i];
      if (column?.(row, out) === true) return;
      if (column === null && this.#isApplication[i]) {
        const lines = this.#segments.lines(row);
        if (lines !== null) {
          if (lines.length > 0) out.text(joined(valuesIn(lines, this.#fields[i]), this.#options));
          return;
        }
      }
    }
    this.#packet ??= dissect(this.#trace, row, this.#context, this.#isPlain ? this.#rest : this.#all);
    out.text(fieldText(this.#packet, this.#fields[i], this.#options));
  }
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

/** A field's values in a packet as they print, put together as the options want; "" where it is absent. */
export function fieldText(packet: DissectedPacket, field: FieldInfo, options: FieldsOptions = {}): string {
  return joined(valuesOf(packet, field), options);
}

/** The same values apart from each other: those of them that the options want. */
export function fieldValues(
  packet: DissectedPacket,
  field: FieldInfo,
  { occurrence = "all" }: FieldsOptions,
): readonly string[] {
  const values = valuesOf(packet, field);
  if (occurrence === "all") return values;
  return occurrence === "first" ? values.slice(0, 1) : values.slice(-1);
}

function valuesOf(packet: DissectedPacket, field: FieldInfo): readonly string[] {
  if (field.name.startsWith("_ws.col.")) return [columnOf(packet, field.name)];
  return valuesIn(packet.tree, field);
}

function valuesIn(tree: readonly DetailNode[], field: FieldInfo): readonly string[] {
  return nodesOf(tree, field).map((node) => formatNode(field, node));
}

function columnOf(packet: DissectedPacket, name: string): string {
  if (name === "_ws.col.Protocol") return packet.protocol;
  if (name === "_ws.col.Info") return packet.info;
  return name === "_ws.col.Source" ? packet.source : packet.destination;
}

function joined(values: readonly string[], { occurrence = "all", aggregator = "," }: FieldsOptions): string {
  if (values.length === 0) return "";
  if (occurrence === "first") return values[0];
  if (occurrence === "last") return values[values.length - 1];
  return values.join(aggregator);
}
