// A scenario on real sockets: over the loopback interface, or between network namespaces over simulated links.

import { createKernelBackend } from "../loopback/kernel-backend.ts";
import { createNodeBackend } from "../loopback/node-backend.ts";
import { openTap } from "../loopback/tap.ts";
import { RandomStream } from "../sim/random.ts";
import type { Topology } from "../sim/topology.ts";
import type { TraceEvent } from "../trace/events.ts";
import { Trace } from "../trace/trace.ts";
import { BackendUnavailable, NamespaceRefused } from "./backend-unavailable.ts";
import { ConnectionRecords } from "./connection-records.ts";
import { schedule } from "./intervention.ts";
import { LinkedBackend, createLinkedBackend } from "./linked-backend.ts";
import { conclude, runPrograms } from "./run-programs.ts";
import type { Patience } from "./run-programs.ts";
import type { RunOptions, RunResult } from "./run.ts";
import type { Scenario } from "./scenario.ts";

const LOOPBACK_PATIENCE: Patience = { limitNs: 10e9, idleNs: 1e9 };
/** What is lost costs real time: a SYN that nobody answers is given up after 131 s. */
const LINKED_PATIENCE: Patience = { limitNs: 140e9, idleNs: 2e9 };

/** Runs `scenario` on real sockets. Rejects with `BackendUnavailable` where they cannot be had. */
export async function runOnLoopback(
  scenario: Scenario,
  options: RunOptions,
  on: "kernel" | "node",
  seed: number,
  topology: Topology,
): Promise<RunResult> {
  if (on === "kernel" && options.linked === true) return runLinked(scenario, options, topology, seed);
  const create = on === "kernel" ? createKernelBackend : createNodeBackend;
  const random = programRandom(seed);
  const backend = await create({ hosts: Object.keys(topology.hosts), seed, random });
  if ("unavailable" in backend) throw new BackendUnavailable(backend.unavailable);
  const tap =
    options.capture === false ? { unavailable: "capturing is switched off" } : await openTap(backend);
  const events: TraceEvent[] = [];
  const connections = new ConnectionRecords(true);
  const ended = await runPrograms(
    scenario,
    backend,
    options,
    LOOPBACK_PATIENCE,
    connections,
    (event) => events.push(event),
    async () => {
      if (!("unavailable" in tap)) await tap.close();
    },
  );
  const [trace, packetsNote] =
    "unavailable" in tap ? [eventsAlone(events), tap.unavailable] : [tap.trace(events), null];
  connections.addTo(trace);
  return conclude({
    scenario,
    on,
    network: "loopback",
    seed,
    topology,
    interventions: [],
    trace,
    packetsNote,
    ended,
  });
}

/** Hosts without a program stay simulated: routers, and whoever is only there to be sent to. */
async function runLinked(
  scenario: Scenario,
  options: RunOptions,
  topology: Topology,
  seed: number,
): Promise<RunResult> {
  const kernels = Object.keys(scenario.programs);
  const backend = createLinkedBackend({ topology, seed, kernels, recording: true });
  if (!(backend instanceof LinkedBackend)) {
    const { unavailable, refused } = backend;
    throw refused === null ? new BackendUnavailable(unavailable) : new NamespaceRefused(unavailable);
  }
  const { trace } = backend;
  const { interventions = [] } = options;
  schedule(backend.simulation, interventions);
  const add = (event: TraceEvent): void => trace.addEvent(event);
  const connections = new ConnectionRecords(true);
  const ended = await runPrograms(scenario, backend, options, LINKED_PATIENCE, connections, add, () =>
    backend.settle(),
  );
  connections.addTo(trace);
  return conclude({
    scenario,
    on: "kernel",
    network: "simulated",
    seed,
    topology,
    interventions,
    trace,
    packetsNote: null,
    ended,
  });
}

/** The simulator's streams for programs: on loopback a program draws the numbers it draws there. */
function programRandom(seed: number): (host: string) => number {
  const streams = new Map<string, RandomStream>();
  return (host) => {
    let stream = streams.get(host);
    if (stream === undefined) streams.set(host, (stream = new RandomStream(seed, `program ${host}`)));
    return stream.fine();
  };
}

function eventsAlone(events: readonly TraceEvent[]): Trace {
  const trace = new Trace({ read: () => new Uint8Array() });
  for (const event of events) trace.addEvent(event);
  return trace;
}
