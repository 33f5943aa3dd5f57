// `wirelab run`: one scenario, once, with what it claims checked.

import type { Command } from "commander";
import { firstDifference, traceHash } from "../trace/hash.ts";
import { transcriptText } from "../trace/transcript-text.ts";
import { InputError } from "../scenario/input-error.ts";
import { loadScenario } from "../scenario/load.ts";
import { NamespaceRefused } from "../scenario/backend-unavailable.ts";
import { runScenario } from "../scenario/run.ts";
import type { RunOptions, RunResult } from "../scenario/run.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { loopbackFor } from "../scenario/session.ts";
import { parseBackend } from "./arguments.ts";
import { addNetworkFlags, runOptions } from "./network-flags.ts";
import type { NetworkFlags } from "./network-flags.ts";
import { writePcapngFile } from "./output-file.ts";
import { print } from "./print.ts";
import { runJson } from "./run-json.ts";
import { againInUserNamespace } from "./user-namespace.ts";

interface RunFlags extends Omit<NetworkFlags, "link"> {
  readonly on: string;
  /** True for the links as the scenario has them. */
  readonly link?: string | true;
  readonly json?: true;
  readonly pcap?: string;
  readonly check?: true;
  readonly plain?: true;
}

export function addRun(program: Command): void {
  const command = program
    .command("run <scenario>")
    .description("run a lesson or a scenario file and check what it claims")
    .option("--on <backend>", "sim, kernel, node or both (sim and real sockets)", "sim");
  addNetworkFlags(command)
    .option(
      "--link [name=value,...]",
      "with --on kernel: between the kernel's sockets put the scenario's links, changed so (delay=20,loss=1%)",
    )
    .option("--json", "the whole run as JSON")
    .option("--pcap <file>", "write the packets as pcapng")
    .option("--plain", "every step as a line of words, for screen readers")
    .option("--check", "run twice and compare every step")
    .action(run);
}

async function run(what: string, flags: RunFlags): Promise<void> {
  const scenario = await loadScenario(what);
  const on = parseBackend(flags.on);
  const { link, ...network } = flags;
  if (link !== undefined && on !== "kernel")
    throw new InputError("--link: links are put between the kernel's sockets; add --on kernel");
  if (
    (network.change ?? network.changes) !== undefined &&
    on !== "sim" &&
    on !== "both" &&
    link === undefined
  )
    throw new InputError(`--change: only simulated links change; leave out --on ${on}, or add --link`);
  if (flags.plain === true && flags.json === true) throw new InputError("--plain and --json: choose one");
  const options = runOptions(scenario, typeof link === "string" ? { ...network, link } : network);
  // Over simulated links the kernel's sockets see what loopback cannot show.
  if (on !== "both" && link === undefined && scenario.backends?.includes(on) === false)
    throw new InputError(`--on ${on}: ${scenario.name} runs on ${scenario.backends.join(" and ")} only`);
  if (flags.check === true) {
    if (on !== "sim") throw new InputError("--check: only the simulator repeats itself; leave out --on");
    await check(scenario, options);
    return;
  }
  const results: RunResult[] = [];
  if (link !== undefined) results.push(await runLinked(scenario, options));
  else if (on !== "both") results.push(await runScenario(scenario, { ...options, on }));
  else {
    const loopback = await loopbackFor(scenario);
    if (typeof loopback !== "string") throw new InputError(`--on both: ${loopback.unavailable}`);
    results.push(await runScenario(scenario, { ...options, on: "sim" }));
    results.push(await runScenario(scenario, { ...options, on: loopback }));
  }
  await report(flags, results);
}

/** Where this process may not make network namespaces, one of its kind may that has a user namespace of its own: it ends as that does. */
async function runLinked(scenario: Scenario, options: Omit<RunOptions, "on">): Promise<RunResult> {
  try {
    return await runScenario(scenario, { ...options, on: "kernel", linked: true });
  } catch (error) {
    if (!(error instanceof NamespaceRefused)) throw error;
    throw new NamespaceRefused(`--link: ${error.message}${againInUserNamespace()}`);
  }
}

async function report(flags: RunFlags, results: readonly RunResult[]): Promise<void> {
  if (flags.pcap !== undefined) {
    if (results.length > 1)
      throw new InputError("--pcap: one file holds one run; choose --on sim or --on kernel");
    if (!results[0].hasPackets)
      throw new InputError(`--pcap: the run has no packets: ${results[0].packetsNote}`);
    writePcapngFile(flags.pcap, results[0].trace, {});
  }
  if (flags.json === true)
    print(JSON.stringify(results.length === 1 ? runJson(results[0]) : results.map(runJson), null, 2));
  else if (flags.plain === true) {
    const { plainRun } = await import("../tui/plain.ts");
    for (const result of results) for (const line of plainRun(result)) print(line);
  } else for (const result of results) printRun(result);
  if (results.some(({ claims, failure }) => failure !== null || claims.some(({ holds }) => !holds)))
    process.exitCode = 1;
}

async function check(scenario: Scenario, options: RunOptions): Promise<void> {
  const first = await runScenario(scenario, options);
  const second = await runScenario(scenario, options);
  const scrutiny = scenario.unseeded === undefined ? "all" : "but payloads";
  if (scenario.unseeded !== undefined) print(`payloads are not compared: ${scenario.unseeded}`);
  const difference = firstDifference(first.trace, second.trace, scrutiny);
  if (difference === null) {
    print(
      `${scenario.name}: two runs with seed ${first.seed} are the same in all ${first.trace.length} steps`,
    );
    print(`trace hash ${traceHash(first.trace, scrutiny)}`);
    return;
  }
  print(`${scenario.name}: two runs with seed ${first.seed} differ at step ${difference.step}`);
  print(`first:  ${difference.a ?? "(ended)"}`);
  print(`second: ${difference.b ?? "(ended)"}`);
  process.exitCode = 1;
}

function printRun(result: RunResult): void {
  const { scenario, backend, network, seed, trace } = result;
  const links = backend === "kernel" && network === "simulated" ? " over simulated links" : "";
  print(`${scenario.title} · ${backend}${links}${network === "simulated" ? ` · seed ${seed}` : ""}`);
  print("");
  for (const line of transcriptText(trace.events)) print(line);
  print("");
  print(outcomeText(result));
  for (const { text, holds } of result.claims) print(`${holds ? "✓ holds " : "✗ FAILS "} ${text}`);
  if (result.packetsNote !== null) print(`no packets: ${result.packetsNote}`);
  else print(`${trace.packets.count} packets, ${result.dropped} dropped`);
  print("");
}

function outcomeText({ outcome, failure, waiting }: RunResult): string {
  if (failure !== null) return `failed: ${failure}`;
  if (outcome !== "deadlock") return "every program came to its end";
  const who = waiting.map(({ host, socket, call }) => `${host} in ${call} on ${socket}`);
  return `deadlock: ${who.join(", ")} will wait for ever`;
}
