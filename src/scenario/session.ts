// One scenario, run on the simulator and on loopback, with their differences: what the Lab shows.

import type { BackendName } from "../socket/backend.ts";
import { BackendUnavailable } from "./backend-unavailable.ts";
import { compareRuns } from "./compare.ts";
import type { Difference } from "./compare.ts";
import { runScenario } from "./run.ts";
import type { RunOptions, RunResult } from "./run.ts";
import type { Scenario } from "./scenario.ts";

/** The loopback side of a lab: a finished run, one under way, or why there is none. */
export type LoopbackSide = RunResult | "running" | { readonly unavailable: string };

export interface LabSession {
  readonly scenario: Scenario;
  readonly sim: RunResult;
  readonly loopback: LoopbackSide;
  readonly differences: readonly Difference[];
  /** What was run, and the flags of its network, as the command line had them; by default the scenario's name alone. */
  readonly given?: { readonly what: string; readonly flags: readonly string[] };
}

/** The same lab with another simulated run beside the loopback one. */
export function withSimulation(session: LabSession, sim: RunResult): LabSession {
  const { loopback } = session;
  return { ...session, sim, differences: hasRun(loopback) ? compareRuns(sim, loopback).differences : [] };
}

/** Whether the loopback side has run. */
export function hasRun(side: LoopbackSide): side is RunResult {
  return typeof side === "object" && "trace" in side;
}

/** The real sockets to run `scenario` on here: the kernel's own calls, else Node's; or why neither will do. */
export async function loopbackFor(
  scenario: Scenario,
): Promise<"kernel" | "node" | { readonly unavailable: string }> {
  const can = (name: BackendName): boolean => scenario.backends?.includes(name) ?? true;
  if (!can("kernel") && !can("node")) return { unavailable: "this scenario runs on the simulator only" };
  const { kernelAvailable } = await import("../loopback/kernel-backend.ts");
  const kernel = kernelAvailable();
  if (can("kernel") && kernel.available) return "kernel";
  if (can("node")) return "node";
  return { unavailable: kernel.available ? "" : kernel.why };
}

/** Runs the simulated side; the other is yet to run. */
export async function openLab(scenario: Scenario, options: Omit<RunOptions, "on"> = {}): Promise<LabSession> {
  const sim = await runScenario(scenario, { ...options, on: "sim" });
  return { scenario, sim, loopback: "running", differences: [] };
}

/** Runs the loopback side of `session` and compares: the same session, complete. */
export async function completeLab(
  session: LabSession,
  options: Omit<RunOptions, "on"> = {},
): Promise<LabSession> {
  const side = await loopbackFor(session.scenario);
  if (typeof side !== "string") return { ...session, loopback: side };
  try {
    const loopback = await runScenario(session.scenario, { ...options, on: side });
    return { ...session, loopback, differences: compareRuns(session.sim, loopback).differences };
  } catch (error) {
    if (error instanceof BackendUnavailable) return { ...session, loopback: { unavailable: error.message } };
    throw error;
  }
}
