// `wirelab compare`: the same program on the simulator and on real sockets, call by call.

import type { Command } from "commander";
import { compareRuns } from "../scenario/compare.ts";
import { InputError } from "../scenario/input-error.ts";
import { loadScenario } from "../scenario/load.ts";
import { runScenario } from "../scenario/run.ts";
import { loopbackFor } from "../scenario/session.ts";
import { parseChoice } from "./arguments.ts";
import { addNetworkFlags, runOptions } from "./network-flags.ts";
import type { NetworkFlags } from "./network-flags.ts";
import { print } from "./print.ts";

interface CompareFlags extends NetworkFlags {
  readonly with?: string;
  readonly json?: true;
}

/** All that is kept of each argument and result, so that streams compare whole. */
const PREVIEW_BYTES = 1 << 20;

export function addCompare(program: Command): void {
  const command = program
    .command("compare <scenario>")
    .description("the same program on sim and on loopback; exit 1 when they disagree")
    .option("--with <backend>", "kernel or node (default: kernel where it is there)");
  addNetworkFlags(command).option("--json", "as {agreed, differences}").action(compare);
}

async function compare(what: string, flags: CompareFlags): Promise<void> {
  const scenario = await loadScenario(what);
  const loopback =
    flags.with === undefined
      ? await loopbackFor(scenario)
      : parseChoice("--with", flags.with, ["kernel", "node"]);
  if (typeof loopback !== "string") throw new InputError(loopback.unavailable);
  const options = { ...runOptions(scenario, flags), previewBytes: PREVIEW_BYTES };
  const sim = await runScenario(scenario, { ...options, on: "sim" });
  const real = await runScenario(scenario, { ...options, on: loopback });
  const { agreed, differences } = compareRuns(sim, real);
  if (flags.json === true) print(JSON.stringify({ agreed, differences }, null, 2));
  else {
    const calls = `${sim.transcript.length} calls on sim, ${real.transcript.length} on ${loopback}`;
    print(`${scenario.name}: ${agreed ? "agreed" : "DISAGREED"} · ${calls}`);
    for (const { kind, socket, text } of differences)
      print(`  ${kind === "timing" ? "~ timing" : "≠ disagreement"}  ${socket}  ${text}`);
  }
  if (!agreed) process.exitCode = 1;
}
