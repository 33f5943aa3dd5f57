// `wirelab export`: a run or a capture as a file of another kind.

import { extname } from "node:path";
import type { Command } from "commander";
import { PAGE_THEMES } from "../html/colours.ts";
import { LESSON_LIST } from "../scenario/catalogue.ts";
import { InputError } from "../scenario/input-error.ts";
import { loadScenario } from "../scenario/load.ts";
import { runScenario } from "../scenario/run.ts";
import type { LabSession } from "../scenario/session.ts";
import { ladderText } from "../trace/ladder-text.ts";
import { mermaidText } from "../trace/mermaid.ts";
import { traceJson } from "../trace/trace-json.ts";
import type { Trace } from "../trace/trace.ts";
import { gridToSvg } from "../tui/render/svg.ts";
import { ladderGrid } from "../tui/ladder-grid.ts";
import { recordSession } from "../tui/record.ts";
import { hostsOf, isLab, traceOf } from "../tui/session.ts";
import type { CaptureSession } from "../tui/session.ts";
import { parseChoice, parseSize, parseWhole } from "./arguments.ts";
import { simOnly } from "./dashboard-source.ts";
import { exportCaptures, isEdited } from "./export-captures.ts";
import type { EditFlags } from "./export-captures.ts";
import { addKeyLogFlag } from "./key-log-flag.ts";
import { addNetworkFlags, runOptions } from "./network-flags.ts";
import type { NetworkFlags } from "./network-flags.ts";
import { writeOutput, writePcapngFile } from "./output-file.ts";
import { runJson } from "./run-json.ts";
import { isScenario, openSession } from "./source.ts";

const FORMATS = [
  "pcapng",
  "json",
  "html",
  "asciicast",
  "ladder",
  "ladder-ascii",
  "ladder-svg",
  "mermaid",
] as const;

type Format = (typeof FORMATS)[number];

const RUNS_ON = ["sim", "kernel", "node"] as const;

/** Formats by how a file's name ends. */
const ENDINGS: Readonly<Record<string, Format>> = {
  ".pcapng": "pcapng",
  ".json": "json",
  ".html": "html",
  ".cast": "asciicast",
  ".txt": "ladder",
  ".svg": "ladder-svg",
  ".mmd": "mermaid",
};

interface ExportFlags extends NetworkFlags, EditFlags {
  readonly to?: string;
  readonly html?: true;
  readonly on?: string;
  readonly theme?: string;
  readonly output?: string;
  readonly vantage?: string;
  readonly calls?: true;
  readonly size: string;
  readonly width: string;
}

export function addExport(program: Command): void {
  const command = program
    .command("export <what...>")
    .description(
      "a lesson's or scenario file's run, or a capture, as a file of another kind; several captures merged by time",
    )
    .option("--to <format>", `${FORMATS.join(", ")}; by default what --output's name ends in`)
    .option("--html", "short for --to html: one page with everything in it")
    .option("-o, --output <file>", "file to write; standard output by default")
    .option("--vantage <host>", "pcapng: as tcpdump on that host would show it (default: as sent)")
    .option("--calls", "pcapng: socket calls as comments")
    .option("-Y, --filter <filter>", "pcapng of captures: only packets that pass this display filter")
    .option("--frames <list>", "pcapng of captures: only these packets, as in 1-100,205,300-")
    .option(
      "--after <time>",
      "pcapng of captures: from then on: 1.5s after the first packet, or a day and time",
    )
    .option("--before <time>", "pcapng of captures: until before then")
    .option("--shift <time>", "pcapng of captures: move all times, as in -2h or 1.5s")
    .option(
      "--anonymise [seed]",
      "pcapng of captures: replace addresses, keeping common prefixes; mend checksums",
    )
    .option("--on <backend>", "a scenario's run on sim, kernel or node", "sim")
    .option("--theme <name>", `html: ${PAGE_THEMES.join(", ")} (default: as the reader's system prefers)`)
    .option("--size <WxH>", "asciicast: in cells", "120x40")
    .option("--width <columns>", "ladder: in cells", "100");
  addKeyLogFlag(addNetworkFlags(command)).action(exportIt);
}

async function exportIt(whats: readonly string[], flags: ExportFlags): Promise<void> {
  const format = formatOf(flags);
  const [what] = whats;
  if (whats.length > 1 || isEdited(flags) || (format === "pcapng" && !isScenario(what))) {
    const scenario = whats.find(isScenario);
    if (scenario !== undefined)
      throw new InputError(`${scenario}: only captures can be merged, cut and changed`);
    if (format !== "pcapng")
      throw new InputError(`--to ${format}: captures are merged, cut and changed as pcapng`);
    if (flags.on !== "sim")
      throw new InputError(`--on ${flags.on}: ${what} is a capture; only scenarios run`);
    if (flags.vantage !== undefined || flags.calls === true)
      throw new InputError(
        `--${flags.calls === true ? "calls" : "vantage"}: is for scenarios; ${what} is a capture`,
      );
    await exportCaptures(whats, flags, flags.output);
    return;
  }
  const theme = flags.theme === undefined ? undefined : parseChoice("--theme", flags.theme, PAGE_THEMES);
  if (theme !== undefined && format !== "html") throw new InputError(`--theme ${theme}: is for --to html`);
  const size = parseSize(flags.size);
  const width = parseWhole("--width", flags.width, 40, 500);
  const session = await openRun(what, flags);
  const trace = traceOf(session);
  const hosts = isLab(session) ? hostsOf(session) : [];
  const write = (data: string): void => writeOutput(flags.output, data, whats);
  if (!isLab(session)) {
    for (const problem of session.problems) process.stderr.write(`wirelab: ${what}: ${problem}\n`);
    if (session.problems.length > 0) process.exitCode = 2;
  }
  switch (format) {
    case "pcapng":
      writePcapngFile(
        flags.output,
        trace,
        {
          ...(flags.vantage === undefined ? {} : { vantage: flags.vantage }),
          ...(flags.calls === true ? { calls: true } : {}),
        },
        whats,
      );
      break;
    case "json":
      write(`${JSON.stringify(sessionJson(session, trace), null, 2)}\n`);
      break;
    case "html": {
      const { htmlPage } = await import("../html/page.ts");
      const page = await htmlPage(session, theme === undefined ? {} : { theme });
      for (const sentence of page.omissions) process.stderr.write(`wirelab: ${what}: ${sentence}\n`);
      write(page.html);
      break;
    }
    case "asciicast":
      if (!isLab(session))
        throw new InputError("--to asciicast: a capture does not play; give a lesson or scenario");
      write(recordSession(session, { size, lessons: LESSON_LIST }));
      break;
    case "ladder":
      write(ladderText(trace, width, { hosts }));
      break;
    case "ladder-ascii":
      write(ladderText(trace, width, { hosts, ascii: true }));
      break;
    case "ladder-svg":
      write(gridToSvg(ladderGrid(trace, width, hosts)));
      break;
    case "mermaid":
      write(mermaidText(trace, hosts));
      break;
  }
}

function formatOf({ to, html, output }: ExportFlags): Format {
  if (to !== undefined) {
    const format = parseChoice("--to", to, FORMATS);
    if (html === true && format !== "html") throw new InputError(`--to ${to} and --html: choose one`);
    return format;
  }
  const ending = extname(output ?? "").toLowerCase();
  if (html === true) return "html";
  if (Object.hasOwn(ENDINGS, ending)) return ENDINGS[ending];
  const known = Object.keys(ENDINGS).join(", ");
  throw new InputError(
    output === undefined
      ? `--to: say which format (${FORMATS.join(", ")}), or name a file with --output`
      : `--output ${output}: its name says no format; give --to, or a name that ends in ${known}`,
  );
}

/** The session exported: of a scenario the run that `--on` asks for. Throws `InputError`, `CaptureError` or `BackendUnavailable`. */
async function openRun(what: string, flags: ExportFlags): Promise<LabSession | CaptureSession> {
  const on = parseChoice("--on", flags.on ?? "sim", RUNS_ON);
  if (on === "sim") return openSession(what, flags, false);
  if (!isScenario(what)) throw new InputError(`--on ${on}: ${what} is a capture; only scenarios run`);
  if ((flags.change ?? flags.changes) !== undefined)
    throw new InputError(`--change: only simulated links change; leave out --on ${on}`);
  const scenario = await loadScenario(what);
  if (scenario.backends?.includes(on) === false)
    throw new InputError(`--on ${on}: ${scenario.name} runs on ${scenario.backends.join(" and ")} only`);
  const run = await runScenario(scenario, { ...runOptions(scenario, flags), on });
  return simOnly({ scenario, sim: run, loopback: "running", differences: [] });
}

function sessionJson(session: LabSession | CaptureSession, trace: Trace): unknown {
  return {
    ...(isLab(session)
      ? { run: runJson(session.sim) }
      : { capture: session.name, problems: session.problems }),
    ...traceJson(trace),
  };
}
