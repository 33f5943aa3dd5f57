// `wirelab open`: the inspector on a capture, or the lab on a lesson or scenario file; with `--plain` the same as lines of text.

import type { Command } from "commander";
import { contextOf } from "../capture/context.ts";
import type { Filter } from "../capture/filter/compile.ts";
import { InputError } from "../scenario/input-error.ts";
import { loadScenario } from "../scenario/load.ts";
import { runScenario } from "../scenario/run.ts";
import { plainPackets, plainRun } from "../tui/plain.ts";
import { runDashboard } from "./dashboard-app.ts";
import { runInspector } from "./inspector.ts";
import { addInputFlags, openInput } from "./capture-input.ts";
import type { Input, InputFlags } from "./capture-input.ts";
import { addNetworkFlags, givenOf, runOptions } from "./network-flags.ts";
import type { NetworkFlags } from "./network-flags.ts";
import { compileDisplayFilter } from "./display-filter.ts";
import { stopper } from "./live-end.ts";
import { print } from "./print.ts";
import { addScreenFlags } from "./screen-flags.ts";
import type { ScreenFlags } from "./screen-flags.ts";
import { screenStart } from "./screen-start.ts";
import { problemText } from "./capture-session.ts";
import { isScenario } from "./source.ts";

interface OpenFlags extends NetworkFlags, InputFlags, ScreenFlags {
  readonly plain?: true;
  readonly filter?: string;
}

const READ_SLICE_MS = 1000;

export function addOpen(program: Command): void {
  const command = program
    .command("open [capture]")
    .description("the inspector on a pcap or pcapng file (gzip too, - for a pipe), or the lab on a scenario")
    .option("--plain", "no screens: what happens, line by line, for screen readers")
    .option("-Y, --filter <filter>", "of a capture: only packets that pass this display filter");
  addScreenFlags(addNetworkFlags(addInputFlags(command))).action(open);
}

async function open(what: string | undefined, flags: OpenFlags): Promise<void> {
  const start = screenStart(flags);
  const filter = (flags.filter ?? "") === "" ? null : compileDisplayFilter(flags.filter ?? "");
  if (what !== undefined && isScenario(what)) {
    if (filter !== null) throw new InputError(`-Y: ${what} is no capture; on its Packets screen, / filters`);
    const scenario = await loadScenario(what);
    const options = runOptions(scenario, flags);
    if (flags.plain === true) {
      for (const line of plainRun(await runScenario(scenario, { ...options, on: "sim" }))) print(line);
      return;
    }
    await runDashboard(scenario, options, givenOf(what, flags), start);
    return;
  }
  const input = await openInput(what, flags);
  const { capture } = input;
  try {
    if (flags.plain === true) await printPlain(input, filter);
    else await runInspector(capture, start, filter?.text, flags);
  } finally {
    capture.close();
  }
}

/** The packets as they are read: of a live capture as they come. */
async function printPlain(input: Input, filter: Filter | null): Promise<void> {
  const { capture } = input;
  const isOver = stopper(input);
  const passes = filter?.on(capture.trace, contextOf(capture));
  let printed = 0;
  let read = 0;
  for (let done = false; !done;) {
    done = (await capture.indexSome(READ_SLICE_MS)) || isOver();
    const { count } = capture.trace.packets;
    for (const line of plainPackets(capture.trace, contextOf(capture), read, count, passes)) {
      print(line);
      printed++;
    }
    read = count;
  }
  for (const problem of capture.problems) print(`Problem: ${problemText(problem)}.`);
  print(`${printed} packets.`);
}
