// `wirelab open`: the inspector on a capture, or the lab on a lesson or scenario file.

import type { Command } from "commander";
import { loadScenario } from "../scenario/load.ts";
import { runOptions } from "./arguments.ts";
import type { NetworkFlags } from "./arguments.ts";
import { runDashboard, runInspector } from "./dashboard-app.ts";
import { addNetworkFlags } from "./network-flags.ts";
import { isScenario, openCaptureFile } from "./source.ts";

export function addOpen(program: Command): void {
  const command = program
    .command("open <capture>")
    .description("the inspector on a pcap or pcapng file (gzip too, - for a pipe), or the lab on a scenario");
  addNetworkFlags(command).action(open);
}

async function open(what: string, flags: NetworkFlags): Promise<void> {
  if (isScenario(what)) {
    const scenario = await loadScenario(what);
    await runDashboard(scenario, runOptions(scenario, flags));
    return;
  }
  const capture = await openCaptureFile(what, { lazy: true });
  try {
    await runInspector(capture);
  } finally {
    capture.close();
  }
}
