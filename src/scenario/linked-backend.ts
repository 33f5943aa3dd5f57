// A backend between the two others: hosts that are real kernels' stacks, hosts that are simulated ones, and a simulated network between
// them that keeps real time. Its packets are recorded like a simulation's, with every loss and its reason.

import { RealClock } from "../loopback/clock.ts";
import { KernelHosts } from "../loopback/tun/kernel-hosts.ts";
import type { NoKernelHosts } from "../loopback/tun/kernel-hosts.ts";
import type { Pacer } from "../loopback/tun/pacer.ts";
import { SimBackend } from "../sim/backend.ts";
import { OutsideHosts } from "../sim/outside.ts";
import { planTopology } from "../sim/plan.ts";
import { Simulation } from "../sim/simulation.ts";
import type { Topology } from "../sim/topology.ts";
import type { Backend, BackendHost, DriveEnd } from "../socket/backend.ts";
import type { Trace } from "../trace/trace.ts";

/** The programs being done, a run is over when no kernel has sent anything for this long ... */
const QUIET_MS = 250;
/** ... or when it has taken this long. */
const SETTLE_MAX_MS = 3000;
const LOOK_MS = 10;

export interface LinkedOptions {
  readonly topology: Topology;
  readonly seed: number;
  /** Names of the hosts that are kernels; the others are simulated. */
  readonly kernels: readonly string[];
  readonly recording: boolean;
}

export class LinkedBackend implements Backend {
  readonly name = "kernel";
  readonly hosts: ReadonlyMap<string, BackendHost>;
  readonly simulation: Simulation;
  readonly kernels: KernelHosts;
  readonly #sim: SimBackend;
  readonly #clock: RealClock;
  readonly #pacer: Pacer;

  constructor(simulation: Simulation, kernels: KernelHosts, names: readonly string[], clock: RealClock) {
    this.simulation = simulation;
    this.kernels = kernels;
    this.#clock = clock;
    this.#sim = new SimBackend(simulation);
    const { scheduler } = simulation;
    const outside = new OutsideHosts(simulation, names, (host, packet) => kernels.deliver(host, packet));
    this.#pacer = kernels.attach({
      now: () => scheduler.now,
      run: (untilNs) => scheduler.run(untilNs),
      nextTime: () => scheduler.nextTime(),
      enter: (host, packet) => outside.enter(host, packet),
    });
    const hosts = new Map(this.#sim.hosts);
    for (const name of names) {
      const host = hosts.get(name);
      if (host === undefined) continue;
      hosts.set(name, { ...host, socket: (family, type) => kernels.socket(name, family, type) });
    }
    this.hosts = hosts;
  }

  get trace(): Trace {
    return this.simulation.trace;
  }

  hostOf(address: string): string | null {
    return this.#sim.hostOf(address);
  }

  begin(): void {
    this.#clock.restart();
  }

  now(): number {
    return this.#pacer.now();
  }

  after(ns: number, callback: () => void): () => void {
    return this.#clock.after(ns, () => {
      this.#pacer.catchUp();
      callback();
    });
  }

  /** A packet of a kernel is progress, too, and nothing stands still while a timer of one is pending. */
  drive(run: {
    finished: () => boolean;
    progress: () => number;
    limitNs: number;
    idleNs: number;
  }): Promise<DriveEnd> {
    this.#pacer.catchUp();
    let seen = -1;
    let sinceNs = 0;
    let pending = 0;
    const progress = (): number => {
      const steps = run.progress() + this.#pacer.packets;
      const nowNs = this.#clock.now();
      if (steps !== seen) {
        seen = steps;
        sinceNs = nowNs;
      } else if (nowNs - sinceNs > run.idleNs / 2) {
        sinceNs = nowNs;
        if (this.simulation.isCarrying() || this.kernels.hasTimer()) pending++;
      }
      return steps + pending;
    };
    return this.#clock.drive({ ...run, progress });
  }

  /** Waits until the kernels have said their goodbyes. */
  async settle(): Promise<void> {
    const end = this.#clock.now() + SETTLE_MAX_MS * 1e6;
    let seen = -1;
    let quietAt = 0;
    while (this.#clock.now() < end && this.#clock.now() < quietAt + QUIET_MS * 1e6) {
      if (this.#pacer.packets !== seen || this.simulation.isCarrying()) {
        seen = this.#pacer.packets;
        quietAt = this.#clock.now();
      }
      await new Promise((resolve) => {
        setTimeout(resolve, LOOK_MS);
      });
    }
  }

  async dispose(): Promise<void> {
    this.#clock.dispose();
    await this.kernels.dispose();
  }
}

/** Makes one, or says why this process cannot. Throws TopologyError when the topology makes no sense. */
export function createLinkedBackend(options: LinkedOptions): LinkedBackend | NoKernelHosts {
  const { topology, seed, kernels: names, recording } = options;
  const simulation = new Simulation({ topology, seed, recording });
  const plan = planTopology(topology);
  const clock = new RealClock();
  const plans = plan.hosts
    .map((host, index) => ({ ...host, mtu: leastMtu(plan.links, index) }))
    .filter(({ name }) => names.includes(name));
  const kernels = KernelHosts.create(plans, clock);
  if (!(kernels instanceof KernelHosts)) return kernels;
  return new LinkedBackend(simulation, kernels, names, clock);
}

const MTU_ALONE = 1500;

/** A host has one device for all its links: what fits through each of them. */
function leastMtu(links: ReturnType<typeof planTopology>["links"], host: number): number {
  const own = links.flatMap(({ from, to, forward, backward }) =>
    from === host ? [forward.mtu] : to === host ? [backward.mtu] : [],
  );
  return own.length === 0 ? MTU_ALONE : Math.min(...own);
}
