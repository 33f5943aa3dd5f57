// `wirelab read`: tshark-shaped output of a capture.

import { existsSync } from "node:fs";
import type { Command } from "commander";
import type { Capture } from "../capture/capture.ts";
import type { DissectContext } from "../capture/dissect/dissect.ts";
import type { Filter } from "../capture/filter/compile.ts";
import type { Statistic } from "../capture/statistics/statistics.ts";
import { InputError } from "../scenario/input-error.ts";
import { collect, parseWhole } from "./arguments.ts";
import { addInputFlags, openInput } from "./capture-input.ts";
import type { InputFlags } from "./capture-input.ts";
import { tellProblems } from "./capture-session.ts";
import { stopper } from "./live-end.ts";
import { print } from "./print.ts";
import type { PrintingFlags } from "./read-printer.ts";
import { addTsharkFlags } from "./tshark-flags.ts";

interface ReadFlags extends InputFlags, PrintingFlags {
  readonly read?: string;
  readonly filter?: string;
  readonly count?: string;
  readonly autostop?: string;
  readonly quiet?: true;
  readonly statistic?: string[];
  readonly write?: string;
  readonly fileFormat: string;
}

/** How long to wait for packets before printing what has come: what arrives by a pipe shows at once. */
const WAIT_MS = 50;
/** The least that can be read of a file at a time: its bytes are at hand then for the packets that are dissected. */
const STEP_MS = 0.1;

export function addRead(program: Command): void {
  const command = addInputFlags(
    program
      .command("read [capture] [filter...]")
      .description("print a capture as tshark does; - for a pipe; a display filter may follow"),
  )
    .option("-r, --read <capture>", "for tshark's sake: the capture")
    .option("-Y, --filter <filter>", "only packets that pass this display filter")
    .option("-T, --format <format>", "text, tabs, fields, json, ek, psml or pdml", "text")
    .option("-e, --field <name>", "a field for -T fields or ek; repeatable", collect)
    .option(
      "-E, --setting <name=value>",
      "bom, header, separator, aggregator, occurrence, quote; repeatable",
      collect,
    )
    .option("-c, --count <n>", "stop after n packets of the file")
    .option("-a, --autostop <duration:SECONDS>", "stop so long after the beginning")
    .option("-V, --details", "the detail tree of each packet")
    .option(
      "-O, --only <protocols>",
      "as -V, but of layers other than these, as in ip,http, the first line alone",
    )
    .option("-S, --separator <line>", "between packets of -V, -O and -x, where an empty line would be")
    .option("-x, --hex", "the bytes of each packet")
    .option("-P, --summary", "the packet's line, where -x or -V alone would leave it out")
    .option("-t, --time <way>", "times of lines: r, d, dd, e, or of the day in UTC: a, ad, adoy", "r")
    .option("-n", "for tshark's sake: names are never resolved")
    .option("-l", "for tshark's sake: lines go out as packets come")
    .option("-q, --quiet", "no packets, for use with -z")
    .option("-z, --statistic <name>", "conv,tcp  endpoints,ip  io,phs  ...; repeatable", collect)
    .option("-w, --write <file>", "write the packets that pass as pcapng instead of printing them")
    .option("-F, --file-format <format>", "for tshark's sake: what -w writes, which is pcapng", "pcapng");
  addTsharkFlags(command);
  command.action(read);
}

async function read(named: string | undefined, words: readonly string[], flags: ReadFlags): Promise<void> {
  const { what, filterText } = request(named, words, flags);
  if (flags.fileFormat !== "pcapng")
    throw new InputError(
      `-F ${flags.fileFormat}: pcapng is written; editcap -F ${flags.fileFormat} converts it`,
    );
  const limit = flags.count === undefined ? Number.POSITIVE_INFINITY : parseWhole("-c", flags.count, 1, 1e12);
  const stopMs = flags.autostop === undefined ? Number.POSITIVE_INFINITY : parseAutostop(flags.autostop);
  const filter = filterText === undefined ? null : await compile(filterText);
  const statistics = await Promise.all((flags.statistic ?? []).map(statisticOf));
  const takers = await packetsTakers(flags);
  const input = await openInput(what, flags);
  const { capture } = input;
  const isOver = stopper(input, stopMs);
  try {
    const outputs = takers.map((take) => take(capture, filter));
    const sliceMs = capture.isLive ? WAIT_MS : STEP_MS;
    let count = 0;
    for (let done = false; !done && count < limit;) {
      done = (await capture.indexSome(sliceMs)) || isOver();
      const to = Math.min(limit, capture.trace.packets.count);
      for (const output of outputs) output.take(count, to);
      count = to;
    }
    for (const output of outputs) output.end();
    if (statistics.length > 0) await printStatistics(capture, statistics, count);
    // As tshark: what could be read was printed, and the exit code says that it was not all.
    if (tellProblems(capture)) process.exitCode = 2;
  } finally {
    capture.close();
  }
}

/** The capture and the filter: as in tshark, words that are no flags are a filter where `-r` names the capture. */
function request(
  named: string | undefined,
  words: readonly string[],
  flags: ReadFlags,
): { readonly what: string | undefined; readonly filterText: string | undefined } {
  const isNamed = flags.read !== undefined;
  const rest = isNamed && named !== undefined ? [named, ...words] : words;
  const another = rest.find((word) => existsSync(word));
  if (another !== undefined) {
    const first = flags.read ?? named ?? "";
    throw new InputError(
      `${another}: ${first} is named already; wirelab export makes one capture of several`,
    );
  }
  if (rest.length > 0 && flags.filter !== undefined)
    throw new InputError(`${rest.join(" ")}: -Y ${flags.filter} is the filter already`);
  return { what: flags.read ?? named, filterText: rest.length > 0 ? rest.join(" ") : flags.filter };
}

/** What packets come to: lines, or a file. */
interface Packets {
  /** Takes rows `from` to before `to`, in order. */
  take(from: number, to: number): void;
  /** There are no more. */
  end(): void;
}

/** `filter` says which of them; null for all. */
type TakePackets = (capture: Capture, filter: Filter | null) => Packets;

/** What is to be done with the packets. Loaded here, so that counting packets does not wait for what prints them. */
async function packetsTakers(flags: ReadFlags): Promise<readonly TakePackets[]> {
  const { write: path, quiet = false, details, only, hex, summary } = flags;
  // As tshark: what is written is not printed as well, unless lines, details or bytes are asked for.
  const isAsked = details === true || only !== undefined || hex === true || summary === true;
  const isPrinting = !quiet && (path === undefined || isAsked);
  const takers: TakePackets[] = [];
  // Flags that nothing comes of are looked at for mistakes all the same.
  if (isPrinting || flags.format !== "text" || flags.field !== undefined) {
    const { PacketPrinter, readPrinting } = await import("./read-printer.ts");
    const printing = readPrinting(flags);
    if (isPrinting) takers.push((capture, filter) => new PacketPrinter(capture, printing, filter));
  }
  if (path !== undefined) {
    if (path === "-" && isPrinting)
      throw new InputError(
        "-w -: packets are printed to standard output; name a file, or leave out -V, -x and -P",
      );
    const { PacketWriter } = await import("./packet-writer.ts");
    takers.push((capture, filter) => new PacketWriter(capture, path, filter));
  }
  return takers;
}

/** As tshark: -Y chooses what is printed, and a statistic has a filter of its own. */
async function printStatistics(
  capture: Capture,
  statistics: readonly Statistic[],
  count: number,
): Promise<void> {
  const context = await contextFor(capture);
  const rows = Array.from({ length: count }, (_, row) => row);
  // The last asked for comes first, as in tshark.
  for (const statistic of statistics.toReversed()) {
    for (const line of statistic(capture.trace, rows, context, "")) print(line);
  }
}

async function contextFor(capture: Capture): Promise<DissectContext> {
  const { contextOf } = await import("../capture/context.ts");
  return contextOf(capture);
}

/** `duration:10`, as tshark has it, in ms. */
function parseAutostop(text: string): number {
  const match = /^duration:(\d{1,7}(?:\.\d{1,3})?)$/.exec(text);
  if (match === null) throw new InputError(`-a ${text}: want duration:SECONDS, as in duration:10`);
  return Number(match[1]) * 1000;
}

async function compile(text: string): Promise<Filter> {
  const { compileFilter, isFilterError } = await import("../capture/filter/compile.ts");
  const filter = compileFilter(text);
  if (!isFilterError(filter)) return filter;
  throw new InputError(`-Y: ${filter.problem}\n  ${text}\n  ${" ".repeat(filter.column - 1)}^`);
}

async function statisticOf(name: string): Promise<Statistic> {
  const { findStatistic } = await import("../capture/statistics/statistics.ts");
  const statistic = findStatistic(name);
  if ("problem" in statistic) throw new InputError(statistic.problem);
  return statistic;
}
