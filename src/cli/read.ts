// `wirelab read`: tshark-shaped output of a capture.

import type { Command } from "commander";
import type { Capture } from "../capture/capture.ts";
import { contextOf } from "../capture/context.ts";
import { compileFilter, isFilterError } from "../capture/filter/compile.ts";
import type { Filter } from "../capture/filter/compile.ts";
import { printEk } from "../capture/print/ek.ts";
import { fieldsHeader, fieldsWriter, readFieldsOptions, unknownFieldIn } from "../capture/print/fields.ts";
import type { FieldsOptions } from "../capture/print/fields.ts";
import { printHex } from "../capture/print/hex.ts";
import { jsonWriter } from "../capture/print/json.ts";
import { LineBytes } from "../capture/print/line-bytes.ts";
import type { LineWriter } from "../capture/print/line-bytes.ts";
import { printDetails, textWriter } from "../capture/print/text.ts";
import { findStatistic } from "../capture/statistics/statistics.ts";
import type { Statistic } from "../capture/statistics/statistics.ts";
import { InputError } from "../scenario/input-error.ts";
import { collect, parseChoice, parseWhole } from "./arguments.ts";
import { addInputFlags, openInput } from "./capture-input.ts";
import type { Input, InputFlags } from "./capture-input.ts";
import { writePcapngFile } from "./output-file.ts";
import { print, write } from "./print.ts";
import { problemText } from "./capture-session.ts";

interface ReadFlags extends InputFlags {
  readonly filter?: string;
  readonly format: string;
  readonly field?: string[];
  readonly setting?: string[];
  readonly count?: string;
  readonly autostop?: string;
  readonly details?: true;
  readonly hex?: true;
  readonly summary?: true;
  readonly quiet?: true;
  readonly statistic?: string[];
  readonly write?: string;
}

const FORMATS = ["text", "fields", "json", "ek"] as const;
type Format = (typeof FORMATS)[number];

/** How long to read before printing what has come: what arrives by a pipe shows at once. */
const SLICE_MS = 50;

export function addRead(program: Command): void {
  addInputFlags(program.command("read [capture]").description("print a capture as tshark does; - for a pipe"))
    .option("-Y, --filter <filter>", "only packets that pass this display filter")
    .option("-T, --format <format>", "text, fields, json or ek", "text")
    .option("-e, --field <name>", "a field for -T fields or ek; repeatable", collect)
    .option(
      "-E, --setting <name=value>",
      "bom, header, separator, aggregator, occurrence, quote; repeatable",
      collect,
    )
    .option("-c, --count <n>", "stop after n packets of the file")
    .option("-a, --autostop <duration:SECONDS>", "stop so long after the beginning")
    .option("-V, --details", "the detail tree of each packet")
    .option("-x, --hex", "the bytes of each packet")
    .option("-P, --summary", "the packet's line, where -x or -V alone would leave it out")
    .option("-n", "for tshark's sake: names are never resolved")
    .option("-l", "for tshark's sake: lines go out as packets come")
    .option("-q, --quiet", "no packets, for use with -z")
    .option("-z, --statistic <name>", "conv,tcp  endpoints,ip  io,phs  ...; repeatable", collect)
    .option("-w, --write <file>", "write the packets that pass as pcapng instead of printing them")
    .action(read);
}

async function read(what: string | undefined, flags: ReadFlags): Promise<void> {
  const format = parseChoice("-T", flags.format, FORMATS);
  const filter = compile(flags.filter ?? "");
  const fields = fieldsOf(format, flags);
  const limit = flags.count === undefined ? Number.POSITIVE_INFINITY : parseWhole("-c", flags.count, 1, 1e12);
  const statistics = (flags.statistic ?? []).map(statisticOf);
  const stopMs = flags.autostop === undefined ? Number.POSITIVE_INFINITY : parseAutostop(flags.autostop);
  const input = await openInput(what, flags);
  const { capture } = input;
  const isOver = stopper(input, stopMs);
  try {
    const whole = format === "json" || flags.write !== undefined || flags.statistic !== undefined;
    const printRows = printer(capture, format, flags, fields);
    let from = 0;
    for (let done = false; !done && from < limit;) {
      done = (await capture.indexSome(SLICE_MS)) || isOver();
      if (whole && !done && capture.trace.packets.count < limit) continue;
      const to = Math.min(limit, capture.trace.packets.count);
      if (flags.write !== undefined)
        writePcapngFile(flags.write, capture.trace, {
          rows: [...passing(capture, filter, from, to)],
          comments: capture.comments,
        });
      else if (flags.quiet !== true) printRows(passing(capture, filter, from, to), from === 0);
      from = to;
    }
    // As tshark: -Y chooses what is printed, and a statistic has a filter of its own.
    const rows = Array.from({ length: from }, (_, row) => row);
    for (const statistic of statistics) {
      for (const line of statistic(capture.trace, rows, contextOf(capture), "")) print(line);
    }
    for (const problem of capture.problems)
      process.stderr.write(`wirelab: ${capture.path}: ${problemText(problem)}\n`);
    // As tshark: what could be read was printed, and the exit code says that it was not all.
    if (capture.problems.length > 0) process.exitCode = 2;
  } finally {
    capture.close();
  }
}

/** `duration:10`, as tshark has it, in ms. */
function parseAutostop(text: string): number {
  const match = /^duration:(\d{1,7}(?:\.\d{1,3})?)$/.exec(text);
  if (match === null) throw new InputError(`-a ${text}: want duration:SECONDS, as in duration:10`);
  return Number(match[1]) * 1000;
}

/** How long a capture program that was told to stop may take to hand over what it has. */
const STOP_MS = 2000;

/**
 * Answers whether to read no further: the time is up, or Ctrl-C ended a live capture, whose statistics are then still printed. A
 * capture program is stopped first, and what it has captured read.
 */
function stopper({ capture, stop }: Input, stopMs: number): () => boolean {
  let until = performance.now() + stopMs;
  if (capture.isLive) process.once("SIGINT", () => (until = performance.now()));
  let isStopping = stop === null;
  return () => {
    if (performance.now() < until) return false;
    if (isStopping) return true;
    isStopping = true;
    stop?.();
    until = performance.now() + STOP_MS;
    return false;
  };
}

function compile(text: string): Filter {
  const filter = compileFilter(text);
  if (!isFilterError(filter)) return filter;
  throw new InputError(`-Y: ${filter.problem}\n  ${text}\n  ${" ".repeat(filter.column - 1)}^`);
}

function statisticOf(name: string): Statistic {
  const statistic = findStatistic(name);
  if ("problem" in statistic) throw new InputError(statistic.problem);
  return statistic;
}

function fieldsOf(format: Format, flags: ReadFlags): FieldsOptions {
  const names = flags.field ?? [];
  if (format !== "fields" && format !== "ek" && names.length > 0) {
    throw new InputError("-e: wants -T fields or -T ek");
  }
  const unknown = unknownFieldIn(names);
  if (unknown !== null) throw new InputError(`-e: ${unknown}`);
  if (format !== "fields") return {};
  if (names.length === 0) throw new InputError("-T fields: name at least one field with -e");
  const options = readFieldsOptions(flags.setting ?? []);
  if ("problem" in options) throw new InputError(options.problem);
  return options;
}

function* passing(capture: Capture, filter: Filter, from: number, to: number): Generator<number> {
  const passes = filter.on(capture.trace, contextOf(capture));
  for (let row = from; row < to; row++) if (passes(row)) yield row;
}

type PrintRows = (rows: Iterable<number>, first: boolean) => void;

/** Bytes that go out together: a write call costs more than a line. */
const BATCH_BYTES = 1 << 16;

function printer(capture: Capture, format: Format, flags: ReadFlags, fields: FieldsOptions): PrintRows {
  const out = new LineBytes();
  const writeLine = lineWriter(capture, format, flags, fields);
  return (rows, first) => {
    if (first && fields.bom === true) out.text("\ufeff");
    if (first && format === "fields" && fields.header === true) {
      out.text(fieldsHeader(flags.field ?? [], fields));
      out.newline();
    }
    let isFirst = true;
    if (format === "json") out.text("[\n");
    for (const row of rows) {
      if (format === "json" && !isFirst) out.text(",\n");
      isFirst = false;
      writeLine(row, out);
      if (format !== "json") out.newline();
      if (out.length >= BATCH_BYTES) write(out.take());
    }
    if (format === "json") out.text(isFirst ? "]\n" : "\n]\n");
    write(out.take());
  };
}

function lineWriter(capture: Capture, format: Format, flags: ReadFlags, fields: FieldsOptions): LineWriter {
  const { trace } = capture;
  const context = contextOf(capture);
  if (format === "json") return jsonWriter(trace, context);
  if (format === "ek") {
    return (row, out) => out.text([...printEk(trace, [row], context, flags.field ?? [])].join("\n"));
  }
  if (format === "fields") return fieldsWriter(trace, flags.field ?? [], context, fields);
  const writeText = textWriter(trace, context);
  if (flags.details !== true && flags.hex !== true) return writeText;
  // As tshark: details and bytes stand in for the line, unless it is asked for as well.
  return (row, out) => {
    if (flags.summary === true) {
      writeText(row, out);
      if (flags.details === true || flags.hex === true) out.newline();
    }
    if (flags.details === true) {
      out.text([...printDetails(trace, [row], context)].join("\n"));
      if (flags.hex === true) out.newline();
    }
    if (flags.hex === true) {
      if (flags.summary === true || flags.details === true) out.newline();
      out.text([...printHex(trace, [row], context)].join("\n"));
    }
  };
}
