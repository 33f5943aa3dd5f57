// The simulator as a backend: programs run between its events, virtual time passes while all of them wait.

import { canonicalIp } from "../wire/address.ts";
import type { Family, SocketType } from "../socket/address.ts";
import type { Backend, BackendHost, DriveEnd } from "../socket/backend.ts";
import type { Failure, SocketCore } from "../socket/core.ts";
import type { Trace } from "../trace/trace.ts";
import { Simulation } from "./simulation.ts";
import type { SimulationOptions } from "./simulation.ts";

/** Events run at most before the process gets a turn for its own affairs (keys, signals). */
const EVENTS_A_TURN = 16_384;
/** How much longer packets may be under way once every program has ended. */
const SETTLE_NS = 60e9;

export class SimBackend implements Backend {
  readonly name = "sim";
  readonly hosts: ReadonlyMap<string, BackendHost>;
  readonly simulation: Simulation;
  /** `after`s that have not fired. */
  #alarms = 0;
  /** Work outside the run that time waits for. */
  #holds = 0;
  /** Grows when an `after` fires: a program may go on. */
  #rung = 0;

  constructor(simulation: Simulation) {
    this.simulation = simulation;
    const hosts = new Map<string, BackendHost>();
    for (const name of simulation.hosts.keys()) hosts.set(name, this.#host(name));
    this.hosts = hosts;
  }

  get trace(): Trace {
    return this.simulation.trace;
  }

  hostOf(address: string): string | null {
    return this.simulation.hostOf(canonicalIp(address) ?? address)?.name ?? null;
  }

  begin(): void {
    // Virtual time stands still until it is driven.
  }

  now(): number {
    return this.simulation.scheduler.now;
  }

  after(ns: number, callback: () => void): () => void {
    const { scheduler } = this.simulation;
    this.#alarms++;
    let waiting = true;
    const timer = scheduler.at(scheduler.now + Math.max(0, ns), () => {
      waiting = false;
      this.#alarms--;
      this.#rung++;
      callback();
    });
    return () => {
      if (!waiting) return;
      waiting = false;
      this.#alarms--;
      timer.clear();
    };
  }

  hold(): () => void {
    this.#holds++;
    return () => {
      this.#holds--;
    };
  }

  /**
   * Runs events in order. After one that let a program go on, every microtask runs before the next; the others go on at once.
   * Once all have finished, packets still under way arrive. Without any `after` pending, `idleNs` of virtual time in which no call settles are taken for standstill too.
   */
  async drive(run: {
    finished: () => boolean;
    progress: () => number;
    limitNs: number;
    idleNs: number;
  }): Promise<DriveEnd> {
    const { scheduler } = this.simulation;
    await allMicrotasks();
    let progress = run.progress();
    let rung = this.#rung;
    let progressAt = scheduler.now;
    let events = 0;
    while (!run.finished()) {
      if (this.#holds > 0) {
        await allMicrotasks();
        progress = run.progress();
        progressAt = scheduler.now;
        continue;
      }
      const time = scheduler.nextTime();
      const idleAt = this.#alarms > 0 ? Infinity : progressAt + run.idleNs;
      if (time === Infinity || (time > idleAt && idleAt <= run.limitNs)) return "idle";
      if (time > run.limitNs) {
        scheduler.advance(run.limitNs);
        return "limit";
      }
      scheduler.step();
      const settled = run.progress();
      if (settled !== progress || rung !== this.#rung) {
        progress = settled;
        rung = this.#rung;
        progressAt = scheduler.now;
        events = 0;
        await allMicrotasks();
        // What programs settled among themselves in the meantime is progress too.
        progress = run.progress();
      } else if (++events === EVENTS_A_TURN) {
        events = 0;
        await allMicrotasks();
      }
    }
    this.#settle(run.limitNs);
    return "finished";
  }

  /** Nothing is held that would outlive the run, and no time passes any more: what programs left open stays as the trace shows it. */
  async dispose(): Promise<void> {}

  /** Lets the last packets arrive, and those sent in answer, so that a trace does not end in the middle of a goodbye. */
  #settle(limitNs: number): void {
    const { scheduler } = this.simulation;
    const until = Math.min(limitNs, scheduler.now + SETTLE_NS);
    while (this.simulation.isCarrying() && scheduler.nextTime() <= until) scheduler.step();
  }

  #host(name: string): BackendHost {
    const host = this.simulation.hosts.get(name);
    if (host === undefined) throw new RangeError(`no host ${name}`);
    const stream = this.simulation.programStream(name);
    return {
      name,
      socket: (family: Family, type: SocketType): SocketCore | Failure => host.socket(family, type),
      resolve: (target, family) => this.#resolve(name, target, family),
      random: () => stream.fine(),
    };
  }

  #resolve(from: string, target: string, family: "inet" | "inet6"): string | null {
    if (target === "localhost") return family === "inet" ? "127.0.0.1" : "::1";
    const known = this.simulation.hosts.get(target === "" ? from : target);
    if (known !== undefined) return family === "inet" ? known.ipv4 : known.ipv6;
    const literal = canonicalIp(target);
    if (literal === null || literal.includes(":") !== (family === "inet6")) return null;
    return literal;
  }
}

/** Throws TopologyError when the topology makes no sense. */
export function createSimBackend(options: SimulationOptions): SimBackend {
  return new SimBackend(new Simulation(options));
}

/** Resolves when every microtask there is has run, and those they made. */
function allMicrotasks(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
