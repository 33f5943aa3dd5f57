// Runs a scenario on one backend and says how it ended. Programs start one after another, each going on until it first
// waits, so that a server named first listens before its client connects.

import { openTap } from "../loopback/tap.ts";
import { createKernelBackend } from "../loopback/kernel-backend.ts";
import { createNodeBackend } from "../loopback/node-backend.ts";
import { createSimBackend } from "../sim/backend.ts";
import { RandomStream } from "../sim/random.ts";
import type { Topology } from "../sim/topology.ts";
import type { Host } from "../socket/api.ts";
import type { Backend, BackendHost, BackendName, DriveEnd } from "../socket/backend.ts";
import { BlockingSocket } from "../socket/blocking.ts";
import { isFailure, refusalOf } from "../socket/core.ts";
import { SocketError } from "../socket/errno.ts";
import { LinkedBackend, createLinkedBackend } from "./linked-backend.ts";
import type { Family, SocketType } from "../socket/address.ts";
import type { TraceEvent } from "../trace/events.ts";
import { Trace } from "../trace/trace.ts";
import { transcriptOf } from "../trace/transcript.ts";
import { schedule } from "./intervention.ts";
import type { Intervention } from "./intervention.ts";
import { limitRead } from "./read-policy.ts";
import { ConnectionRecords } from "./connection-records.ts";
import { CallRecorder } from "./recorder.ts";
import type { Claim, Observation, Outcome, Program, ReadPolicy, Scenario, Waiter } from "./scenario.ts";

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
}

export const SEED_DEFAULT = 1;
const PREVIEW_BYTES = 256;

/** Virtual time is cheap: long enough for the slowest timers (SYN retries take 127 s, data retransmissions up to 15 minutes). */
const SIM_LIMIT_MS = 7_200_000;

/** How long a run may take, and be silent, before it is given up. */
interface Patience {
  readonly limitNs: number;
  readonly idleNs: number;
}

const SIM_PATIENCE: Patience = { limitNs: Infinity, idleNs: 1_200e9 };
const LOOPBACK_PATIENCE: Patience = { limitNs: 10e9, idleNs: 1e9 };
/** What is lost costs real time: a SYN that nobody answers is given up after 131 s. */
const LINKED_PATIENCE: Patience = { limitNs: 140e9, idleNs: 2e9 };

/** A backend that cannot be had here, with what to do about it. */
export class BackendUnavailable extends Error {
  override readonly name: string = "BackendUnavailable";
}

/** The kernel has refused this process what a run over simulated links takes. */
export class NamespaceRefused extends BackendUnavailable {
  override readonly name = "NamespaceRefused";
}

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

interface Ended {
  readonly outcome: Outcome;
  readonly failure: string | null;
  readonly waiting: readonly Waiter[];
}

async function runPrograms(
  scenario: Scenario,
  backend: Backend,
  options: RunOptions,
  patience: Patience,
  connections: ConnectionRecords,
  add: (event: TraceEvent) => void,
  beforeDispose: () => Promise<void> = async () => {},
): Promise<Ended> {
  const recorder = new CallRecorder({
    now: () => backend.now(),
    add,
    hostOf: (address) => backend.hostOf(address),
    previewBytes: options.previewBytes ?? PREVIEW_BYTES,
    connections,
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
    return judge(end, recorder, errors, running, limitNs);
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
): Ended {
  const waiting = recorder.waiting();
  const failed = (failure: string): Ended => ({ outcome: "failed", failure, waiting: [] });
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

function eventsAlone(events: readonly TraceEvent[]): Trace {
  const trace = new Trace({ read: () => new Uint8Array() });
  for (const event of events) trace.addEvent(event);
  return trace;
}

function conclude(run: {
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
  const { scenario, on, network, seed, topology, interventions, trace, packetsNote, ended } = run;
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
  return { ...observation, scenario, seed, topology, interventions, claims, packetsNote, durationNs };
}

/** What the lesson claims; a claim that throws does not hold. */
function claimsOf(scenario: Scenario, observation: Observation): readonly Claim[] {
  try {
    return scenario.expect(observation);
  } catch (error) {
    return [{ text: `the lesson's own check failed: ${String(error)}`, holds: false }];
  }
}
