// A simulated network put together: hosts, links and routes on one scheduler, and a trace when somebody records.

import { Trace } from "../trace/trace.ts";
import { SimHost } from "./host.ts";
import { LinkDirection } from "./link.ts";
import type { LinkCounts } from "./link.ts";
import { firstLinks, planTopology } from "./plan.ts";
import type { LinkDirectionName, NetworkPlan } from "./plan.ts";
import { RandomStream } from "./random.ts";
import { Recorder } from "./record.ts";
import { Scheduler } from "./scheduler.ts";
import { TopologyError, formatSetting, withSettings } from "./settings.ts";
import { createTcp } from "./tcp/stack.ts";
import { LINK_DEFAULTS } from "./topology.ts";
import type { LinkSettings, Topology } from "./topology.ts";

export interface SimulationOptions {
  readonly topology: Topology;
  /** An integer; 0 to 2^32 - 1 by convention. */
  readonly seed: number;
  /** Whether packets and events go into the trace. */
  readonly recording: boolean;
}

/** Packets in a queue: more than memory has room for, and a small integer for the JIT, as all others are. */
const NEVER_FULL = 0x3fff_ffff;

/** Linux's lo: 65,536 bytes, and about as long as a packet takes there. */
const LOOPBACK_SETTINGS: LinkSettings = {
  ...LINK_DEFAULTS,
  delayMs: 0.01,
  mtu: 65_536,
  queuePackets: NEVER_FULL,
};

interface BuiltLink {
  readonly forward: LinkDirection;
  readonly backward: LinkDirection;
}

export class Simulation {
  readonly scheduler = new Scheduler();
  readonly hosts: ReadonlyMap<string, SimHost>;
  /** Empty when nobody records. */
  readonly trace: Trace;
  /** Streams and their numbers; null when nobody records. */
  readonly recorder: Recorder | null;
  readonly seed: number;
  readonly #links = new Map<string, BuiltLink>();
  readonly #directions: LinkDirection[] = [];
  readonly #byAddress = new Map<string, SimHost>();

  constructor({ topology, seed, recording }: SimulationOptions) {
    const plan = planTopology(topology);
    this.seed = seed;
    this.recorder = recording ? new Recorder() : null;
    this.trace = this.recorder === null ? new Trace({ read: () => new Uint8Array() }) : this.recorder.trace;
    const { scheduler, recorder } = this;
    const hosts = plan.hosts.map((planned) => {
      const host = new SimHost(planned, { scheduler, recorder, seed });
      host.tcp = createTcp(host, planned.tcp);
      return host;
    });
    this.hosts = new Map(hosts.map((host) => [host.name, host]));
    for (const host of hosts) {
      this.#byAddress.set(host.ipv4, host);
      this.#byAddress.set(host.ipv6, host);
    }
    this.#connect(plan, hosts);
  }

  /** Runs events until `untilNs` and moves the clock there; without a limit, until none is left. */
  run(untilNs?: number): void {
    this.scheduler.run(untilNs);
  }

  /** The host that has `address`, or null; loopback addresses are everybody's. */
  hostOf(address: string): SimHost | null {
    return this.#byAddress.get(address) ?? null;
  }

  /** The names of the links, as given or made. */
  get links(): readonly string[] {
    return [...this.#links.keys()];
  }

  /** What has become of the packets of one direction. Throws TopologyError for a link that is not there. */
  counts(link: string, direction: LinkDirectionName): LinkCounts {
    return this.#link(link)[direction].counts;
  }

  /** Whether any packet waits for a link or is on one. */
  isCarrying(): boolean {
    return this.#directions.some((direction) => direction.isCarrying());
  }

  /** Settings in force. Throws TopologyError for a link that is not there. */
  settings(link: string, direction: LinkDirectionName): LinkSettings {
    return this.#link(link)[direction].settings;
  }

  /**
   * Changes settings of a link from now on: an intervention, which the trace keeps. Throws TopologyError for a link, a name or a value that does not
   * exist, and changes nothing then.
   */
  setLink(link: string, direction: LinkDirectionName | "both", changes: Partial<LinkSettings>): void {
    const built = this.#link(link);
    const names: LinkDirectionName[] = direction === "both" ? ["forward", "backward"] : [direction];
    const next = names.map((name) => withSettings(`link ${link} ${name}`, built[name].settings, changes));
    for (const [index, name] of names.entries()) {
      const before = built[name].settings;
      built[name].use(next[index]);
      this.#recordChange(`link ${link} ${name}`, before, next[index]);
    }
  }

  /**
   * Takes the `nth` packet that one direction of a link transmits from now on off the wire, from 1: an intervention, too. Throws TopologyError
   * for a link that is not there and for what is no number of a packet.
   */
  dropNth(link: string, direction: LinkDirectionName | "both", nth: number): void {
    const built = this.#link(link);
    const where = direction === "both" ? `link ${link}` : `link ${link} ${direction}`;
    if (!Number.isSafeInteger(nth) || nth < 1)
      throw new TopologyError(where, "drop", `must count from 1, not ${nth}`);
    if (direction !== "backward") built.forward.dropNth(nth);
    if (direction !== "forward") built.backward.dropNth(nth);
    if (this.recorder === null) return;
    const text = `${where}: drops ${nth === 1 ? "the next packet" : `packet ${nth} from here`}`;
    this.recorder.event({ kind: "intervention", timeNs: this.scheduler.now, text });
  }

  #recordChange(where: string, before: LinkSettings, after: LinkSettings): void {
    if (this.recorder === null) return;
    const changed = (Object.keys(LINK_DEFAULTS) as (keyof LinkSettings)[])
      .filter((name) => formatSetting(before[name]) !== formatSetting(after[name]))
      .map((name) => `${name} ${formatSetting(before[name])} -> ${formatSetting(after[name])}`);
    if (changed.length === 0) return;
    const text = `${where}: ${changed.join(", ")}`;
    this.recorder.event({ kind: "intervention", timeNs: this.scheduler.now, text });
  }

  #link(name: string): BuiltLink {
    const built = this.#links.get(name);
    if (built !== undefined) return built;
    throw new TopologyError(`link ${name}`, "name", `is not there; there are ${this.links.join(", ")}`);
  }

  #connect(plan: NetworkPlan, hosts: readonly SimHost[]): void {
    const links = plan.links.map((link) => {
      const a = hosts[link.from];
      const b = hosts[link.to];
      const forward = this.#direction(link.name, "forward", a, b, link.forward);
      const backward = this.#direction(link.name, "backward", b, a, link.backward);
      a.attach(forward);
      b.attach(backward);
      this.#links.set(link.name, { forward, backward });
      return { forward, backward };
    });
    for (const [index, host] of hosts.entries()) {
      host.attachLoopback(this.#direction("lo", host.name, host, host, LOOPBACK_SETTINGS));
      for (const [other, link] of firstLinks(plan, index).entries()) {
        if (link === -1) continue;
        const direction = plan.links[link].from === index ? links[link].forward : links[link].backward;
        host.route(hosts[other].ipv4, direction);
        host.route(hosts[other].ipv6, direction);
      }
    }
  }

  #direction(
    link: string,
    direction: string,
    from: SimHost,
    to: SimHost,
    settings: LinkSettings,
  ): LinkDirection {
    const identity = { link, where: `link ${link} ${direction}`, from: from.name, to };
    const made = new LinkDirection(this.scheduler, this.recorder, this.seed, identity, settings);
    this.#directions.push(made);
    return made;
  }

  /** A program's own random numbers. */
  programStream(host: string): RandomStream {
    return new RandomStream(this.seed, `program ${host}`);
  }
}

/** Throws TopologyError when the topology makes no sense. */
export function createSimulation(options: SimulationOptions): Simulation {
  return new Simulation(options);
}
