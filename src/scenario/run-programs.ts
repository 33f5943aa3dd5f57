// The programs of a scenario on a backend, from the first call to the last, and what the lesson makes of it.

import type { Topology } from "../sim/topology.ts";
import type { Host } from "../socket/api.ts";
import type { Family, SocketType } from "../socket/address.ts";
import type { Backend, BackendHost, BackendName, DriveEnd } from "../socket/backend.ts";
import { BlockingSocket } from "../socket/blocking.ts";
import { isFailure, refusalOf } from "../socket/core.ts";
import { SocketError } from "../socket/errno.ts";
import type { TraceEvent } from "../trace/events.ts";
import type { Trace } from "../trace/trace.ts";
import { transcriptOf } from "../trace/transcript.ts";
import { CallSites } from "./call-sites.ts";
import type { ConnectionRecords } from "./connection-records.ts";
import type { Intervention } from "./intervention.ts";
import { limitRead } from "./read-policy.ts";
import { CallRecorder } from "./recorder.ts";
import type { RunOptions, RunResult } from "./run.ts";
import type { Claim, Observation, Outcome, Program, ReadPolicy, Scenario, Waiter } from "./scenario.ts";

const PREVIEW_BYTES = 256;

/** Long enough for the slowest timers (SYN retries take 127 s, data retransmissions up to 15 minutes). */
const SIM_LIMIT_MS = 7_200_000;

/** How long a run may take, and be silent, before it is given up. */
export interface Patience {
  readonly limitNs: number;
  readonly idleNs: number;
}

/** How the programs ended. */
export interface Ended {
  readonly outcome: Outcome;
  readonly failure: string | null;
  readonly waiting: readonly Waiter[];
  readonly callSites: CallSites;
}

/** Starts every program and drives the backend until they have ended, wait for nothing, or patience is over. Disposes of the backend. */
export async function runPrograms(
  scenario: Scenario,
  backend: Backend,
  options: RunOptions,
  patience: Patience,
  connections: ConnectionRecords,
  add: (event: TraceEvent) => void,
  beforeDispose: () => Promise<void> = async () => {},
): Promise<Ended> {
  const sites = new CallSites();
  const recorder = new CallRecorder({
    now: () => backend.now(),
    add,
    hostOf: (address) => backend.hostOf(address),
    previewBytes: options.previewBytes ?? PREVIEW_BYTES,
    connections,
    sites,
  });
  const policy = options.readPolicy ?? scenario.readPolicy ?? { kind: "all" };
  const running = new Set<string>();
  const errors: string[] = [];
  let over = false;

  const start = (name: string, program: Program): void => {
    running.add(name);
    const exit = (error: string | null): void => {
      if (over) return;
      running.delete(name);
      recorder.advance();
      if (error !== null) errors.push(`${name}: ${error}`);
      add({ kind: "exit", timeNs: backend.now(), host: name, error });
    };
    const host = makeHost(backend.hosts.get(name)!, backend, recorder, policy, add, () => over);
    // A program that throws before its first await rejects like any other.
    void (async () => program(host))().then(
      () => exit(null),
      (error: unknown) => exit(error instanceof Error ? error.message : String(error)),
    );
  };

  try {
    backend.begin();
    for (const [name, program] of Object.entries(scenario.programs)) {
      start(name, program);
      await untilAllWait();
    }
    const limitNs = Math.min((scenario.limitMs ?? SIM_LIMIT_MS) * 1e6, patience.limitNs);
    const end = await backend.drive({
      finished: () => running.size === 0 || recorder.runaway !== null,
      progress: () => recorder.progress,
      limitNs,
      idleNs: patience.idleNs,
    });
    over = true;
    recorder.finish();
    return { ...judge(end, recorder, errors, running, limitNs), callSites: sites };
  } finally {
    over = true;
    recorder.finish();
    await beforeDispose();
    await backend.dispose();
  }
}

/** Lets every microtask run: each program goes on until it waits for something outside itself. */
function untilAllWait(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function makeHost(
  backendHost: BackendHost,
  backend: Backend,
  recorder: CallRecorder,
  policy: ReadPolicy,
  add: (event: TraceEvent) => void,
  isOver: () => boolean,
): Host {
  const name = backendHost.name;
  let sockets = 0;
  const context = {
    host: name,
    observer: recorder,
    resolve: (host: string, family: "inet" | "inet6") => backendHost.resolve(host, family),
    nextLabel: () => `${name}#${++sockets}`,
    limitRead: (max: number) => limitRead(policy, max, () => backendHost.random()),
  };
  return {
    name,
    socket(family: Family, type: SocketType) {
      const core = backendHost.socket(family, type);
      if (!isFailure(core)) return new BlockingSocket(core, context);
      const { code, why } = refusalOf(core);
      throw new SocketError(code, "socket", { why });
    },
    sleep: (ms) =>
      new Promise((resolve) => {
        backend.after(Math.max(0, Math.round(ms * 1e6)), () => {
          if (isOver()) return;
          recorder.advance();
          resolve();
        });
      }),
    async outside(work) {
      const release = backend.hold?.();
      try {
        return await work;
      } finally {
        recorder.advance();
        release?.();
      }
    },
    now: () => backend.now() / 1e6,
    log: (text) => {
      if (!isOver()) add({ kind: "log", timeNs: backend.now(), host: name, text });
    },
    random: () => backendHost.random(),
  };
}

function judge(
  end: DriveEnd,
  recorder: CallRecorder,
  errors: readonly string[],
  running: ReadonlySet<string>,
  limitNs: number,
): Omit<Ended, "callSites"> {
  const waiting = recorder.waiting();
  const failed = (failure: string): Omit<Ended, "callSites"> => ({ outcome: "failed", failure, waiting: [] });
  const runaway = recorder.runaway;
  if (runaway !== null) {
    return failed(
      `${runaway.host}: calls ${runaway.call} on ${runaway.socket} over and over while no time passes`,
    );
  }
  if (errors.length > 0) return failed(errors.join("; "));
  if (running.size === 0) return { outcome: "ok", failure: null, waiting: [] };
  if (end === "limit") return failed(`not finished after ${limitNs / 1e6} ms: ${[...running].join(", ")}`);
  const still = waiting.filter(({ host }) => running.has(host));
  if (still.length === 0) {
    return failed(
      `${[...running].join(", ")}: waits for something that is neither a socket call nor a sleep`,
    );
  }
  return { outcome: "deadlock", failure: null, waiting: still };
}

/** The run as a lesson judges it. */
export function conclude(run: {
  scenario: Scenario;
  on: BackendName;
  network: Observation["network"];
  seed: number;
  topology: Topology;
  interventions: readonly Intervention[];
  trace: Trace;
  packetsNote: string | null;
  ended: Ended;
}): RunResult {
  const { scenario, on, network, seed, topology, interventions, trace, packetsNote } = run;
  const { callSites, ...ended } = run.ended;
  const logs: Record<string, string[]> = {};
  for (const name of Object.keys(scenario.programs)) logs[name] = [];
  let dropped = 0;
  let durationNs = 0;
  for (const event of trace.events) {
    if (event.kind === "log") (logs[event.host] ??= []).push(event.text);
    if (event.kind === "drop") dropped++;
    if (event.kind === "call" || event.kind === "return" || event.kind === "exit") durationNs = event.timeNs;
  }
  const observation: Observation = {
    backend: on,
    network,
    ...ended,
    transcript: transcriptOf(trace.events),
    logs,
    trace,
    hasPackets: packetsNote === null,
    dropped,
  };
  const claims = claimsOf(scenario, observation);
  return {
    ...observation,
    scenario,
    seed,
    topology,
    interventions,
    claims,
    packetsNote,
    durationNs,
    callSites,
  };
}

/** What the lesson claims; a claim that throws does not hold. */
function claimsOf(scenario: Scenario, observation: Observation): readonly Claim[] {
  try {
    return scenario.expect(observation);
  } catch (error) {
    return [{ text: `the lesson's own check failed: ${String(error)}`, holds: false }];
  }
}
