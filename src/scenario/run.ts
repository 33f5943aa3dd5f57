// Runs a scenario on one backend and says how it ended. Programs start one after another, each going on until it first
// waits, so that a server named first listens before its client connects.

import { createSimBackend } from "../sim/backend.ts";
import type { Topology } from "../sim/topology.ts";
import type { BackendName } from "../socket/backend.ts";
import type { TraceEvent } from "../trace/events.ts";
import type { CallSites } from "./call-sites.ts";
import { ConnectionRecords } from "./connection-records.ts";
import { schedule } from "./intervention.ts";
import type { Intervention } from "./intervention.ts";
import { conclude, runPrograms } from "./run-programs.ts";
import type { Patience } from "./run-programs.ts";
import type { Claim, Observation, ReadPolicy, Scenario } from "./scenario.ts";

export interface RunOptions {
  /** Where it runs; `sim` by default. */
  readonly on?: BackendName;
  /** 0 to 2^32 - 1; 1 by default. */
  readonly seed?: number;
  /** Instead of the scenario's own topology: the one with links changed. */
  readonly topology?: Topology;
  /** Instead of the scenario's own. */
  readonly readPolicy?: ReadPolicy;
  /** What is changed in the simulated network while the run goes on; loopback knows nothing of it. */
  readonly interventions?: readonly Intervention[];
  /** Bytes of each argument and result kept in the transcript; 256 by default. */
  readonly previewBytes?: number;
  /** Whether to capture packets on loopback; true by default. */
  readonly capture?: boolean;
  /**
   * On the kernel: whether each host with a program has a network of its own, with the topology's links simulated between them, instead of
   * an address of the loopback interface. False by default.
   */
  readonly linked?: boolean;
}

/** A finished run, and what the lesson claims of it. */
export interface RunResult extends Observation {
  readonly scenario: Scenario;
  readonly seed: number;
  /** The network it ran in, links changed for it included. */
  readonly topology: Topology;
  /** What was changed during it, in the order given. */
  readonly interventions: readonly Intervention[];
  readonly claims: readonly Claim[];
  /** Why the trace has no packets and how to get them, or null. */
  readonly packetsNote: string | null;
  /** From the start to the last thing a program did. */
  readonly durationNs: number;
  /** Which lines of the programs made the calls. */
  readonly callSites: CallSites;
}

export const SEED_DEFAULT = 1;

/** Virtual time is cheap. */
const SIM_PATIENCE: Patience = { limitNs: Infinity, idleNs: 1_200e9 };

/** Runs `scenario` to its end. Rejects with `BackendUnavailable`, or with the topology's error when a link's settings are wrong. */
export async function runScenario(scenario: Scenario, options: RunOptions = {}): Promise<RunResult> {
  const on = options.on ?? "sim";
  const seed = options.seed ?? SEED_DEFAULT;
  const topology = options.topology ?? scenario.topology;
  const { interventions = [] } = options;
  if (on === "sim") {
    const backend = createSimBackend({ topology, seed, recording: true });
    schedule(backend.simulation, interventions);
    const trace = backend.trace;
    const add = (event: TraceEvent): void => trace.addEvent(event);
    const connections = new ConnectionRecords(false);
    const ended = await runPrograms(scenario, backend, options, SIM_PATIENCE, connections, add);
    connections.addTo(trace);
    return conclude({
      scenario,
      on,
      network: "simulated",
      seed,
      topology,
      interventions,
      trace,
      packetsNote: null,
      ended,
    });
  }
  // Real sockets take a foreign function interface, and time to load: only who asks for them waits for it.
  const { runOnLoopback } = await import("./run-loopback.ts");
  return runOnLoopback(scenario, options, on, seed, topology);
}
