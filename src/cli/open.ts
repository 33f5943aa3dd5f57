// `wirelab open`: the inspector on a capture, or the lab on a lesson or scenario file; with `--plain` the same as lines of text.

import type { Command } from "commander";
import type { Capture } from "../capture/capture.ts";
import { contextOf } from "../capture/context.ts";
import { loadScenario } from "../scenario/load.ts";
import { runScenario } from "../scenario/run.ts";
import { plainPackets, plainRun } from "../tui/plain.ts";
import { runDashboard } from "./dashboard-app.ts";
import { runInspector } from "./inspector.ts";
import { addInputFlags, openInput } from "./capture-input.ts";
import type { InputFlags } from "./capture-input.ts";
import { addNetworkFlags, givenOf, runOptions } from "./network-flags.ts";
import type { NetworkFlags } from "./network-flags.ts";
import { print } from "./print.ts";
import { addScreenFlags } from "./screen-flags.ts";
import type { ScreenFlags } from "./screen-flags.ts";
import { screenStart } from "./screen-start.ts";
import { problemText } from "./capture-session.ts";
import { isScenario } from "./source.ts";

interface OpenFlags extends NetworkFlags, InputFlags, ScreenFlags {
  readonly plain?: true;
}

const READ_SLICE_MS = 1000;

export function addOpen(program: Command): void {
  const command = program
    .command("open [capture]")
    .description("the inspector on a pcap or pcapng file (gzip too, - for a pipe), or the lab on a scenario")
    .option("--plain", "no screens: what happens, line by line, for screen readers");
  addScreenFlags(addNetworkFlags(addInputFlags(command))).action(open);
}

async function open(what: string | undefined, flags: OpenFlags): Promise<void> {
  const start = screenStart(flags);
  if (what !== undefined && isScenario(what)) {
    const scenario = await loadScenario(what);
    const options = runOptions(scenario, flags);
    if (flags.plain === true) {
      for (const line of plainRun(await runScenario(scenario, { ...options, on: "sim" }))) print(line);
      return;
    }
    await runDashboard(scenario, options, givenOf(what, flags), start);
    return;
  }
  const { capture } = await openInput(what, flags);
  try {
    if (flags.plain === true) await printPlain(capture);
    else await runInspector(capture, start);
  } finally {
    capture.close();
  }
}

/** The packets as they are read: of a live capture as they come. */
async function printPlain(capture: Capture): Promise<void> {
  let printed = 0;
  for (let done = false; !done;) {
    done = await capture.indexSome(READ_SLICE_MS);
    const { count } = capture.trace.packets;
    for (const line of plainPackets(capture.trace, contextOf(capture), printed, count)) print(line);
    printed = count;
  }
  for (const problem of capture.problems) print(`Problem: ${problemText(problem)}.`);
  print(`${printed} packets.`);
}
