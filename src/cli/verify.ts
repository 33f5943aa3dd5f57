// `wirelab verify`: the laws of framing, tried on the codecs that files export.

import { dirname, relative, resolve, sep } from "node:path";
import type { Command } from "commander";
import { LAW_NAMES } from "../framing/law-names.ts";
import { junitXml } from "../framing/report/junit.ts";
import { reportText } from "../framing/report/picture.ts";
import { regressionTest } from "../framing/report/regression-test.ts";
import { passes } from "../framing/report/report.ts";
import type { VerifyJob } from "../framing/verify/messages.ts";
import { InputError, suggest } from "../scenario/input-error.ts";
import { collect, parseChoice, parseSeed, parseWhole } from "./arguments.ts";
import { writeOutput } from "./output-file.ts";
import { print } from "./print.ts";
import { addScreenFlags } from "./screen-flags.ts";
import type { ScreenFlags } from "./screen-flags.ts";
import { verifyAll } from "./verify-run.ts";
import type { Verified } from "./verify-run.ts";

interface VerifyFlags extends ScreenFlags {
  readonly law?: string[];
  readonly runs?: string;
  readonly seed?: string;
  readonly path?: string;
  readonly bail?: true;
  readonly time: string;
  readonly through?: string;
  readonly shard?: string;
  readonly json?: true;
  readonly junit?: string;
  readonly writeTest?: string;
  readonly pcap?: string;
  readonly open?: true;
}

const RUNS_MAX = 1_000_000;
const TIME_DEFAULT = "10s";
const TIME_MAX_MS = 24 * 3_600_000;

export function addVerify(program: Command): void {
  const command = program
    .command("verify <module...>")
    .description("try the laws of framing on the codecs that files export")
    .option("--law <name>", "this law only; several times for several", collect)
    .option("--runs <n>", "trials a law (default: 100)")
    .option("--seed <n>", "of all that is random (default: 1)")
    .option("--path <law/path>", "one trial again, as a report gives it: any-chunking/12:0:3")
    .option("--bail", "stop at the first law that is broken")
    .option("--time <time>", "how long the laws of one file may take: 500ms, 10s, 2m", TIME_DEFAULT)
    .option("--through <network>", "sim: carry the streams over the simulated TCP")
    .option("--shard <i/n>", "every n-th run only; give the JSON files of all shards to verify to merge them")
    .option("--json", "the reports as JSON")
    .option("--junit <file>", "write the reports as JUnit XML")
    .option("--write-test <file>", "write the counterexamples of the first broken codec as a vitest file")
    .option("--pcap <file>", "write the first counterexample's chunks as segments in a pcapng file")
    .option(
      "--open",
      "show the laws and step through what breaks them; without a terminal, print that screen",
    );
  addScreenFlags(command).action(verify);
}

async function verify(modules: string[], flags: VerifyFlags): Promise<void> {
  if (flags.open === true && flags.json === true)
    throw new InputError("--open and --json: choose one, the screen or the reports");
  if (flags.open !== true && (flags.theme !== undefined || flags.state === false))
    throw new InputError(`--${flags.theme === undefined ? "no-state" : "theme"}: is for --open, the screen`);
  const jobs = modules.map((module) => jobOf(module, flags));
  // The screens are loaded by those who look at them.
  const screen =
    flags.open === true ? await (await import("./verify-open.ts")).openVerify(jobs, flags) : null;
  const verified = screen?.verified ?? (await verifyAll(jobs));
  const reports = verified.map(({ report }) => report);
  if (flags.junit !== undefined) writeOutput(flags.junit, junitXml(reports));
  const broken = verified.filter(({ report }) => !passes(report));
  if (flags.writeTest !== undefined && broken.length > 0) writeTest(flags.writeTest, broken[0]);
  if (flags.pcap !== undefined && broken.length > 0) await writePcap(flags.pcap, broken);
  if (screen !== null) await screen.closed;
  else if (flags.json === true) print(JSON.stringify({ reports: verified }, null, 2));
  else {
    for (const [index, report] of reports.entries()) {
      if (index > 0) print("");
      for (const line of reportText(report)) print(line);
    }
  }
  if (broken.length > 0) process.exitCode = 1;
}

function jobOf(module: string, flags: VerifyFlags): VerifyJob {
  const through = flags.through === undefined ? null : parseChoice("--through", flags.through, ["sim"]);
  for (const law of flags.law ?? []) {
    if (LAW_NAMES.every((name) => name !== law))
      throw new InputError(`--law ${law}: no such law${suggest(law, LAW_NAMES)}`);
  }
  const path = flags.path ?? null;
  const lawOfPath = path === null ? undefined : LAW_NAMES.find((name) => path.startsWith(`${name}/`));
  if (path !== null && (lawOfPath === undefined || !/^[a-z-]+\/\d{1,9}(:\d{1,9})*$/.test(path)))
    throw new InputError(`--path ${path}: want a law and numbers, as in any-chunking/12:0:3`);
  return {
    module,
    laws: flags.law ?? null,
    runs: flags.runs === undefined ? null : parseWhole("--runs", flags.runs, 1, RUNS_MAX),
    seed: flags.seed === undefined ? 1 : parseSeed(flags.seed),
    path,
    bail: flags.bail === true,
    timeMs: parseTime(flags.time),
    shard: flags.shard === undefined ? null : parseShard(flags.shard),
    through:
      through ?? (lawOfPath === "through-sim" || flags.law?.includes("through-sim") === true ? "sim" : null),
  };
}

function parseTime(text: string): number {
  const match = /^(\d{1,8})(ms|s|m)$/.exec(text);
  const factor = { ms: 1, s: 1000, m: 60_000 }[match?.[2] ?? ""] ?? Number.NaN;
  const ms = Number(match?.[1]) * factor;
  if (!(ms >= 1 && ms <= TIME_MAX_MS))
    throw new InputError(`--time ${text}: want a time as in 500ms, 10s or 2m`);
  return ms;
}

function parseShard(text: string): { index: number; count: number } {
  const match = /^(\d{1,4})\/(\d{1,4})$/.exec(text);
  const [index, count] = [Number(match?.[1]), Number(match?.[2])];
  if (!(index >= 1 && index <= count))
    throw new InputError(`--shard ${text}: want i/n as in 1/4, i from 1 to n`);
  return { index: index - 1, count };
}

function writeTest(path: string, { module, exportName, report }: Verified): void {
  const target = { module: importPath(path, module), exportName, codec: report.codec };
  const text = regressionTest(
    report.laws.filter(({ verdict }) => verdict === "broken"),
    target,
  );
  if (text === null)
    throw new InputError("--write-test: no counterexample is a stream that a test could feed");
  writeOutput(path, text);
}

/** How a file at `from` imports the module. */
function importPath(from: string, module: string): string {
  const path = relative(dirname(resolve(from)), resolve(module))
    .split(sep)
    .join("/");
  return path.startsWith(".") ? path : `./${path}`;
}

async function writePcap(path: string, broken: readonly Verified[]): Promise<void> {
  const { counterexampleTrace } = await import("../framing/report/capture.ts");
  const { writePcapngFile } = await import("./output-file.ts");
  for (const { report } of broken) {
    for (const { counterexample } of report.laws) {
      const trace = counterexample === null ? null : counterexampleTrace(counterexample);
      if (trace === null) continue;
      writePcapngFile(path, trace, {});
      return;
    }
  }
  throw new InputError("--pcap: no counterexample is a stream that could be sent");
}
