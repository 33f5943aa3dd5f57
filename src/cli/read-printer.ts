// What `wirelab read` prints of packets, and how: the format, its fields and settings, and the lines as they come.

import { timeDecimals } from "../capture/capture.ts";
import type { Capture } from "../capture/capture.ts";
import { contextOf } from "../capture/context.ts";
import type { DissectContext } from "../capture/dissect/dissect.ts";
import type { Filter } from "../capture/filter/compile.ts";
import { ekWriter } from "../capture/print/ek.ts";
import { fieldsHeader, fieldsWriter, readFieldsOptions, unknownFieldIn } from "../capture/print/fields.ts";
import type { FieldsOptions } from "../capture/print/fields.ts";
import { detailsWriter } from "../capture/print/details.ts";
import { hexWriter } from "../capture/print/hex.ts";
import { jsonFieldsWriter, jsonWriter } from "../capture/print/json.ts";
import { LineBytes } from "../capture/print/line-bytes.ts";
import type { LineWriter } from "../capture/print/line-bytes.ts";
import { PDML_END, pdmlHead, pdmlWriter } from "../capture/print/pdml.ts";
import { PSML_END, psmlHead, psmlWriter } from "../capture/print/psml.ts";
import { textWriter } from "../capture/print/text.ts";
import { TIME_WAYS } from "../capture/print/time-column.ts";
import type { TimeWay } from "../capture/print/time-column.ts";
import { InputError } from "../scenario/input-error.ts";
import { packageVersion } from "../package-files.ts";
import { parseChoice } from "./arguments.ts";
import { write } from "./print.ts";

/** The flags that say what is printed. */
export interface PrintingFlags {
  readonly format: string;
  readonly field?: string[];
  readonly setting?: string[];
  readonly details?: true;
  readonly only?: string;
  readonly separator?: string;
  readonly hex?: true;
  readonly summary?: true;
  readonly time?: string;
}

/** Formats that -V, -O and -x are of. */
const OF_LINES: ReadonlySet<string> = new Set(["text", "tabs"]);
/** Formats that -e chooses fields for, which the others want as well. */
const OF_FIELDS: ReadonlySet<string> = new Set(["fields", "json", "ek"]);
const FORMATS = ["text", "fields", "json", "ek", "tabs", "psml", "pdml"] as const;
type Format = (typeof FORMATS)[number];
/** tshark's others: what to do without. */
const INSTEAD: Readonly<Record<string, string>> = {
  jsonraw: "-T pdml has the bytes of each field",
  ps: "-T text or -V, through a2ps or enscript",
};

/** The flags, understood. */
export interface Printing {
  readonly format: Format;
  readonly fields: readonly string[];
  readonly options: FieldsOptions;
  readonly timeWay: TimeWay;
  readonly flags: PrintingFlags;
}

/** Throws `InputError` for flags that are not understood or do not go together. */
export function readPrinting(flags: PrintingFlags): Printing {
  if (Object.hasOwn(INSTEAD, flags.format))
    throw new InputError(`-T ${flags.format}: is tshark's and not here: ${INSTEAD[flags.format]}`);
  const format = parseChoice("-T", flags.format, FORMATS);
  const fields = flags.field ?? [];
  if (!OF_FIELDS.has(format) && fields.length > 0) {
    throw new InputError("-e: wants -T fields, json or ek");
  }
  const unknown = unknownFieldIn(fields);
  if (unknown !== null) throw new InputError(`-e: ${unknown}`);
  if (format === "fields" && fields.length === 0) {
    throw new InputError("-T fields: name at least one field with -e");
  }
  const options = readFieldsOptions(flags.setting ?? []);
  if ("problem" in options) throw new InputError(options.problem);
  const timeWay = parseChoice("-t", flags.time ?? "r", Object.keys(TIME_WAYS) as TimeWay[]);
  return { format, fields, options, timeWay, flags };
}

/** Who writes XML, as it says there. */
const CREATOR = `wirelab/${packageVersion()}`;
/** Bytes that go out together: a write call costs more than a line. */
const BATCH_BYTES = 1 << 16;

/** Prints packets to standard output as they come; only those that pass `filter`, where it is not null. */
export class PacketPrinter {
  readonly #out: LineBytes;
  readonly #writeLine: LineWriter;
  readonly #passes: ((row: number) => boolean) | null;
  readonly #isJson: boolean;
  /** What comes after each packet. */
  readonly #separator: string;
  /** What comes after the packets. */
  readonly #end: string;
  /** The row printed last, -1 before the first. */
  #printed = -1;

  constructor(capture: Capture, printing: Printing, filter: Filter | null) {
    this.#out = new LineBytes(capture.trace.packets.memory);
    const context = { ...contextOf(capture), shownBefore: (): number => this.#printed };
    this.#passes = filter?.on(capture.trace, context) ?? null;
    this.#isJson = printing.format === "json";
    this.#writeLine = lineWriter(capture, context, printing);
    const [head, end] = around(capture, printing);
    this.#out.text(head);
    this.#separator = this.#isJson ? "" : `${separatorOf(printing)}\n`;
    this.#end = end;
  }

  /** Prints rows `from` to before `to`: nothing is held back for the next call. */
  take(from: number, to: number): void {
    const out = this.#out;
    const passes = this.#passes;
    const many = passes === null && this.#separator === "\n" ? this.#writeLine.many : undefined;
    let row = from;
    if (many !== undefined) {
      while (row < to) {
        row = many(row, to, out);
        this.#printed = row - 1;
        write(out.take());
      }
    }
    for (; row < to; row++) {
      if (passes !== null && !passes(row)) continue;
      if (this.#isJson) out.text(this.#printed === -1 ? "\n" : ",\n");
      this.#writeLine(row, out);
      this.#printed = row;
      if (this.#separator !== "") out.text(this.#separator);
      if (out.length >= BATCH_BYTES) write(out.take());
    }
    if (out.length > 0) write(out.take());
  }

  end(): void {
    if (this.#isJson && this.#printed !== -1) this.#out.newline();
    this.#out.text(this.#end);
    write(this.#out.take());
  }
}

/** As in tshark, one stands only between packets of several lines. */
function separatorOf({ format, flags }: Printing): string {
  const hasLines = OF_LINES.has(format) && (isDetailed(flags) || flags.hex === true);
  return hasLines ? (flags.separator ?? "") : "";
}

function isDetailed({ details, only }: PrintingFlags): boolean {
  return details === true || only !== undefined;
}

/** What comes before all packets, and after them. */
function around(
  capture: Capture,
  { format, fields, options }: Printing,
): readonly [head: string, end: string] {
  switch (format) {
    case "fields": {
      const bom = options.bom === true ? "\ufeff" : "";
      return [options.header === true ? `${bom}${fieldsHeader(fields, options)}\n` : bom, ""];
    }
    case "json":
      return ["[", "]\n"];
    case "psml":
      return [psmlHead(CREATOR), PSML_END];
    case "pdml":
      return [pdmlHead(CREATOR, capture.path), PDML_END];
    default:
      return ["", ""];
  }
}

function lineWriter(
  capture: Capture,
  context: DissectContext,
  { format, fields, options, timeWay, flags }: Printing,
): LineWriter {
  const { trace } = capture;
  if (format === "json") {
    return fields.length === 0
      ? jsonWriter(trace, context)
      : jsonFieldsWriter(trace, fields, context, options);
  }
  if (format === "ek") return ekWriter(trace, context, fields, options);
  if (format === "fields") return fieldsWriter(trace, fields, context, options);
  if (format === "pdml") return pdmlWriter(trace, context);
  const { interfaces } = capture;
  const decimals: number[] = [];
  const decimalsAt = (row: number): number => {
    const index = trace.packets.interfaceId[row];
    return (decimals[index] ??= timeDecimals(interfaces[index].resolution));
  };
  const commonTimeDecimals = (): number | null =>
    interfaces.length === 1 ? timeDecimals(interfaces[0].resolution) : null;
  const columns = { timeDecimals: decimalsAt, commonTimeDecimals, timeWay };
  if (format === "psml") return psmlWriter(trace, context, columns);
  const writeText = textWriter(trace, context, { ...columns, separator: format === "tabs" ? "\t" : " " });
  const hasDetails = isDetailed(flags);
  if (!hasDetails && flags.hex !== true) return writeText;
  const only = flags.only === undefined ? null : new Set(flags.only.split(","));
  const writeDetails = detailsWriter(trace, context, flags.hex === true, only);
  const writeHex = hexWriter(trace, context);
  // As tshark: details and bytes stand in for the line, unless it is asked for as well.
  return (row, out) => {
    if (flags.summary === true) {
      writeText(row, out);
      if (hasDetails || flags.hex === true) out.newline();
    }
    if (hasDetails) writeDetails(row, out);
    if (flags.hex === true) {
      if (flags.summary === true || hasDetails) out.newline();
      writeHex(row, out);
    }
  };
}
