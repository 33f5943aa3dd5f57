// `wirelab open`: the inspector on a capture, or the lab on a lesson or scenario file.

import type { Command } from "commander";
import { loadScenario } from "../scenario/load.ts";
import { givenOf, runOptions } from "./arguments.ts";
import type { NetworkFlags } from "./arguments.ts";
import { runDashboard, runInspector } from "./dashboard-app.ts";
import { addInputFlags, openInput } from "./capture-input.ts";
import type { InputFlags } from "./capture-input.ts";
import { addNetworkFlags } from "./network-flags.ts";
import { isScenario } from "./source.ts";

export function addOpen(program: Command): void {
  const command = program
    .command("open [capture]")
    .description("the inspector on a pcap or pcapng file (gzip too, - for a pipe), or the lab on a scenario");
  addNetworkFlags(addInputFlags(command)).action(open);
}

async function open(what: string | undefined, flags: NetworkFlags & InputFlags): Promise<void> {
  if (what !== undefined && isScenario(what)) {
    const scenario = await loadScenario(what);
    await runDashboard(scenario, runOptions(scenario, flags), givenOf(what, flags));
    return;
  }
  const { capture } = await openInput(what, flags);
  try {
    await runInspector(capture);
  } finally {
    capture.close();
  }
}
