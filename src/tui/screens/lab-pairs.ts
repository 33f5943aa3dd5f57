// The calls of programs, each with its twin on loopback. A long run's are paired in slices.

import { indexOf } from "../../trace/state-at.ts";
import type { CallSpan } from "../../trace/state-at.ts";
import type { TranscriptEntry } from "../../trace/transcript.ts";
import type { Difference } from "../../scenario/compare.ts";
import type { LabSession } from "../../scenario/session.ts";
import { loopbackRun } from "../session.ts";
import { Sliced } from "./slice.ts";

/** A simulated call, its twin, and what differs. Either call may be missing. */
export interface CallPair {
  readonly host: string;
  readonly sim: CallSpan | null;
  readonly real: TranscriptEntry | null;
  readonly difference: Difference | null;
}

/** Calls paired between two looks at the clock, and looks that no frame is too short for. */
const CALLS_A_LOOK = 200;
const LOOKS_AT_ONCE = 10;

const SOCKET_CELLS_MIN = 6;

/** The calls of some hosts with their twins, in the order the simulation made them; those loopback alone made come last. */
export class Pairing {
  readonly pairs: CallPair[] = [];
  /** Cells of the longest socket's name. */
  socketCells = SOCKET_CELLS_MIN;
  readonly #work: Sliced<void>;

  constructor(session: LabSession, hosts: readonly string[]) {
    this.#work = new Sliced(this.#pair(session, hosts), LOOKS_AT_ONCE);
  }

  get isDone(): boolean {
    return this.#work.isDone;
  }

  /** 0 to 1. */
  get progress(): number {
    return this.#work.progress;
  }

  /** Pairs a slice of calls more. */
  advance(): void {
    this.#work.advance();
  }

  *#pair(session: LabSession, hosts: readonly string[]): Generator<number, void> {
    const calls = callsOf(session, hosts);
    const loopback = loopbackRun(session);
    const real = loopback === null ? null : new RealCalls(session);
    if (loopback !== null && real !== null) {
      const { transcript } = loopback;
      for (let i = 0; i < transcript.length; i++) {
        if (hosts.includes(transcript[i].host)) real.add(transcript[i]);
        if (i % CALLS_A_LOOK === CALLS_A_LOOK - 1) yield i / transcript.length / 2;
      }
    }
    const before = real === null ? 0 : 0.5;
    for (let i = 0; i < calls.length; i++) {
      const sim = calls[i];
      if (hosts.includes(sim.host))
        this.#add(real?.pairOf(sim) ?? { host: sim.host, sim, real: null, difference: null });
      if (i % CALLS_A_LOOK === CALLS_A_LOOK - 1) yield before + (1 - before) * (i / calls.length);
    }
    for (const pair of real?.alone() ?? []) this.#add(pair);
  }

  #add(pair: CallPair): void {
    const { sim, real } = pair;
    this.socketCells = Math.max(this.socketCells, (sim ?? real)?.socket.length ?? 0);
    this.pairs.push(pair);
  }
}

/** The calls that those of `hosts` are among. */
function callsOf(session: LabSession, hosts: readonly string[]): readonly CallSpan[] {
  const index = indexOf(session.sim.trace);
  return hosts.length === 1 ? (index.callsByHost.get(hosts[0]) ?? []) : index.calls;
}

/** Loopback's calls of some hosts, by what the comparison says of them. */
class RealCalls {
  readonly #byId = new Map<number, TranscriptEntry>();
  readonly #differenceOf = new Map<number, Difference>();
  readonly #twinOf = new Map<number, number | null>();
  readonly #onlyReal = new Map<number, Difference>();
  readonly #taken = new Set<number | null>();
  /** Calls without a difference are alike: the next one of the socket that no difference names. */
  readonly #queues = new Map<string, { readonly calls: TranscriptEntry[]; next: number }>();

  constructor(session: LabSession) {
    for (const difference of session.differences) {
      if (difference.left !== null) {
        this.#differenceOf.set(difference.left, difference);
        this.#twinOf.set(difference.left, difference.right);
        this.#taken.add(difference.right);
      } else if (difference.right !== null) {
        this.#onlyReal.set(difference.right, difference);
        this.#taken.add(difference.right);
      }
    }
  }

  add(call: TranscriptEntry): void {
    this.#byId.set(call.callId, call);
    if (this.#taken.has(call.callId)) return;
    const queue = this.#queues.get(call.socket);
    if (queue === undefined) this.#queues.set(call.socket, { calls: [call], next: 0 });
    else queue.calls.push(call);
  }

  pairOf(sim: CallSpan): CallPair {
    const named = this.#twinOf.get(sim.callId);
    const difference = this.#differenceOf.get(sim.callId) ?? null;
    if (named !== undefined) {
      const real = named === null ? null : (this.#byId.get(named) ?? null);
      return { host: sim.host, sim, real, difference };
    }
    const queue = this.#queues.get(sim.socket);
    return { host: sim.host, sim, real: queue?.calls[queue.next++] ?? null, difference };
  }

  /** Calls of loopback that the simulation did not make. */
  *alone(): Generator<CallPair> {
    for (const [callId, difference] of this.#onlyReal) {
      const real = this.#byId.get(callId);
      if (real !== undefined) yield { host: real.host, sim: null, real, difference };
    }
  }
}

const kept = new WeakMap<LabSession, Map<string, Pairing>>();

/** The calls of `hosts`, as far as they are paired. Kept for as long as the session is. */
export function pairingOf(session: LabSession, hosts: readonly string[]): Pairing {
  let known = kept.get(session);
  if (known === undefined) kept.set(session, (known = new Map()));
  const key = hosts.join(" ");
  let pairing = known.get(key);
  if (pairing === undefined) known.set(key, (pairing = new Pairing(session, hosts)));
  return pairing;
}

/** The pairs there are so far. */
export function pairsOf(session: LabSession, hosts: readonly string[]): readonly CallPair[] {
  return pairingOf(session, hosts).pairs;
}

/** How many of the pairs have begun by `step`; the rest of loopback's calls come once everything has. */
export function pairsAt(pairs: readonly CallPair[], step: number, lastStep: number): number {
  let low = 0;
  let high = pairs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((pairs[middle].sim?.beginStep ?? lastStep) > step) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The first call of `hosts`, null where they make none. */
export function firstCallOf(session: LabSession, hosts: readonly string[]): CallSpan | null {
  const { callsByHost } = indexOf(session.sim.trace);
  const first = hosts.flatMap((host) => callsByHost.get(host)?.[0] ?? []);
  return first.toSorted((a, b) => a.beginStep - b.beginStep)[0] ?? null;
}
