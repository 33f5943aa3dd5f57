// `wirelab export`: a run or a capture as a file of another kind.

import type { Command } from "commander";
import { LESSON_LIST } from "../scenario/catalogue.ts";
import type { LabSession } from "../scenario/session.ts";
import { InputError } from "../scenario/input-error.ts";
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
import { exportCaptures, isEdited } from "./export-captures.ts";
import type { EditFlags } from "./export-captures.ts";
import { addNetworkFlags } from "./network-flags.ts";
import type { NetworkFlags } from "./network-flags.ts";
import { writeOutput, writePcapngFile } from "./output-file.ts";
import { runJson } from "./run-json.ts";
import { isScenario, openSession } from "./source.ts";

const FORMATS = ["pcapng", "json", "asciicast", "ladder", "ladder-ascii", "ladder-svg", "mermaid"] as const;

interface ExportFlags extends NetworkFlags, EditFlags {
  readonly to: string;
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
    .requiredOption("--to <format>", FORMATS.join(", "))
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
    .option("--size <WxH>", "asciicast: in cells", "120x40")
    .option("--width <columns>", "ladder: in cells", "100");
  addNetworkFlags(command).action(exportIt);
}

async function exportIt(whats: readonly string[], flags: ExportFlags): Promise<void> {
  const format = parseChoice("--to", flags.to, FORMATS);
  const [what] = whats;
  if (whats.length > 1 || isEdited(flags)) {
    const scenario = whats.find(isScenario);
    if (scenario !== undefined)
      throw new InputError(`${scenario}: only captures can be merged, cut and changed`);
    if (format !== "pcapng")
      throw new InputError(`--to ${format}: captures are merged, cut and changed as pcapng`);
    await exportCaptures(whats, flags, flags.output);
    return;
  }
  const size = parseSize(flags.size);
  const width = parseWhole("--width", flags.width, 40, 500);
  const session = await openSession(what, flags, false);
  const trace = traceOf(session);
  const hosts = isLab(session) ? hostsOf(session) : [];
  switch (format) {
    case "pcapng":
      writePcapngFile(flags.output, trace, {
        ...(flags.vantage === undefined ? {} : { vantage: flags.vantage }),
        ...(flags.calls === true ? { calls: true } : {}),
      });
      break;
    case "json":
      writeOutput(flags.output, `${JSON.stringify(sessionJson(session, trace), null, 2)}\n`);
      break;
    case "asciicast":
      if (!isLab(session))
        throw new InputError("--to asciicast: a capture does not play; give a lesson or scenario");
      writeOutput(flags.output, recordSession(session, { size, lessons: LESSON_LIST }));
      break;
    case "ladder":
      writeOutput(flags.output, ladderText(trace, width, { hosts }));
      break;
    case "ladder-ascii":
      writeOutput(flags.output, ladderText(trace, width, { hosts, ascii: true }));
      break;
    case "ladder-svg":
      writeOutput(flags.output, gridToSvg(ladderGrid(trace, width, hosts)));
      break;
    case "mermaid":
      writeOutput(flags.output, mermaidText(trace, hosts));
      break;
  }
}

function sessionJson(session: LabSession | CaptureSession, trace: Trace): unknown {
  return {
    ...(isLab(session)
      ? { run: runJson(session.sim) }
      : { capture: session.name, problems: session.problems }),
    ...traceJson(trace),
  };
}
