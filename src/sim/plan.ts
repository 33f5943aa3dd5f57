// A topology, checked and completed: hosts with their addresses, links with both directions' settings, and the way
// from every host to every other.

import { canonicalIp } from "../wire/address.ts";
import { PERSONALITIES, PERSONALITY_NAMES } from "./personality/personality.ts";
import type { PersonalityName } from "./personality/personality.ts";
import { TopologyError, isLinkSetting, shown, withSettings } from "./settings.ts";
import { ECN_MODES } from "./tcp/ecn.ts";
import { FAST_OPEN_MODES } from "./tcp/fast-open.ts";
import { MTU_PROBING_MODES } from "./tcp/mtu-search.ts";
import type { TcpConfiguration } from "./tcp/stack.ts";
import { LINK_DEFAULTS } from "./topology.ts";
import type { HostConfig, LinkConfig, LinkSettings, Topology } from "./topology.ts";

export type LinkDirectionName = "forward" | "backward";

export interface PlannedHost {
  readonly name: string;
  readonly ipv4: string;
  readonly ipv6: string;
  readonly forwards: boolean;
  readonly filtersIcmp: boolean;
  readonly personality: PersonalityName;
  readonly tcp: TcpConfiguration;
}

export interface PlannedLink {
  readonly name: string;
  /** Indices into the hosts. */
  readonly from: number;
  readonly to: number;
  readonly forward: LinkSettings;
  readonly backward: LinkSettings;
}

export interface NetworkPlan {
  readonly hosts: readonly PlannedHost[];
  readonly links: readonly PlannedLink[];
}

/** More would leave the default addresses' last byte. */
const HOSTS_MAX = 250;
const LINKS_MAX = 1000;
const HOST_NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,62}$/;
const HOST_FIELDS = [
  "ipv4",
  "ipv6",
  "forwards",
  "icmpFilter",
  "personality",
  "tcpEcn",
  "tcpMtuProbing",
  "tcpFastOpen",
];
const LINK_FIELDS = ["name", "between", "forward", "backward"];

/** Throws TopologyError when something is missing, unknown, out of range or there twice. */
export function planTopology(topology: Topology): NetworkPlan {
  const hosts = planHosts(topology);
  const indexOf = new Map(hosts.map((host, index) => [host.name, index]));
  if (topology.links.length > LINKS_MAX) {
    throw new TopologyError(
      "topology",
      "links",
      `are ${topology.links.length}, at most ${LINKS_MAX} are allowed`,
    );
  }
  const names = new Set<string>();
  const links = topology.links.map((config) => {
    const link = planLink(config, indexOf);
    if (names.has(link.name)) {
      throw new TopologyError(
        `link ${link.name}`,
        "name",
        "is taken by another link; give one of them a name",
      );
    }
    names.add(link.name);
    return link;
  });
  return { hosts, links };
}

function planHosts(topology: Topology): PlannedHost[] {
  const entries = Object.entries(topology.hosts);
  if (entries.length === 0) throw new TopologyError("topology", "hosts", "are missing");
  if (entries.length > HOSTS_MAX) {
    throw new TopologyError("topology", "hosts", `are ${entries.length}, at most ${HOSTS_MAX} are allowed`);
  }
  const taken = new Map<string, string>();
  return entries.map(([name, config], index) => {
    const where = `host ${name}`;
    if (!HOST_NAME.test(name) || name === "localhost") {
      throw new TopologyError(where, "name", "must be letters, digits, '.', '-' or '_', and not localhost");
    }
    if (typeof config !== "object" || config === null || Array.isArray(config)) {
      throw new TopologyError(where, "settings", `must be fields and their values, not ${shown(config)}`);
    }
    for (const field of Object.keys(config)) {
      if (!HOST_FIELDS.includes(field)) {
        throw new TopologyError(where, field, `is not known; there are ${HOST_FIELDS.join(", ")}`);
      }
    }
    const host = {
      name,
      ipv4: hostAddress(where, "ipv4", config.ipv4 ?? `10.0.0.${index + 1}`),
      ipv6: hostAddress(where, "ipv6", config.ipv6 ?? `fd00::${(index + 1).toString(16)}`),
      forwards: planSwitch(where, "forwards", config.forwards),
      filtersIcmp: planSwitch(where, "icmpFilter", config.icmpFilter),
      personality: planPersonality(where, config),
      tcp: planTcp(where, config),
    };
    for (const address of [host.ipv4, host.ipv6]) {
      const other = taken.get(address);
      if (other !== undefined) throw new TopologyError(where, "address", `${address} is ${other}'s already`);
      taken.set(address, name);
    }
    return host;
  });
}

function planSwitch(where: string, field: keyof HostConfig, value: boolean = false): boolean {
  if (typeof value === "boolean") return value;
  throw new TopologyError(where, field, `must be true or false, not ${shown(value)}`);
}

function planPersonality(where: string, { personality = "linux" }: HostConfig): PersonalityName {
  if (PERSONALITY_NAMES.includes(personality)) return personality;
  throw new TopologyError(
    where,
    "personality",
    `must be one of ${PERSONALITY_NAMES.join(", ")}, not ${shown(personality)}`,
  );
}

function planTcp(where: string, config: HostConfig): TcpConfiguration {
  const personality = PERSONALITIES[planPersonality(where, config)].tcp;
  const { tcpEcn = personality.ecn } = config;
  if (!ECN_MODES.includes(tcpEcn)) {
    throw new TopologyError(where, "tcpEcn", `must be ${ECN_MODES.join(", ")}, not ${shown(tcpEcn)}`);
  }
  const { tcpFastOpen = personality.fastOpen } = config;
  if (!FAST_OPEN_MODES.includes(tcpFastOpen)) {
    const known = FAST_OPEN_MODES.join(", ");
    throw new TopologyError(where, "tcpFastOpen", `must be ${known}, not ${shown(tcpFastOpen)}`);
  }
  const { tcpMtuProbing = 0 } = config;
  if (!MTU_PROBING_MODES.includes(tcpMtuProbing)) {
    throw new TopologyError(where, "tcpMtuProbing", `must be 0, 1 or 2, not ${shown(tcpMtuProbing)}`);
  }
  return { personality, ecn: tcpEcn, mtuProbing: tcpMtuProbing, fastOpen: tcpFastOpen };
}

function hostAddress(where: string, field: "ipv4" | "ipv6", text: string): string {
  const address = typeof text === "string" ? canonicalIp(text) : null;
  const wanted = field === "ipv6";
  if (address === null || address.includes(":") !== wanted) {
    throw new TopologyError(where, field, `is not an ${wanted ? "IPv6" : "IPv4"} address: ${shown(text)}`);
  }
  const special = wanted
    ? address === "::" || address === "::1" || /^(?:ff|::ffff:)/.test(address)
    : /^(?:0|127|22[4-9]|2[345]\d)\./.test(address) || address.endsWith(".255");
  if (special) throw new TopologyError(where, field, `cannot be a host's: ${address}`);
  return address;
}

function planLink(config: LinkConfig, indexOf: ReadonlyMap<string, number>): PlannedLink {
  const between = Array.isArray(config.between) ? config.between : [];
  const name = config.name ?? between.join("-");
  if (typeof name !== "string") {
    throw new TopologyError(`link ${between.join("-")}`, "name", `must be a text, not ${shown(name)}`);
  }
  const where = `link ${name}`;
  const [a, b] = between as readonly (string | undefined)[];
  if (a === undefined || b === undefined || between.length !== 2) {
    throw new TopologyError(where, "between", "must name two hosts");
  }
  const from = indexOf.get(a);
  const to = indexOf.get(b);
  if (from === undefined) throw new TopologyError(where, "between", `names ${a}, which is no host`);
  if (to === undefined) throw new TopologyError(where, "between", `names ${b}, which is no host`);
  if (from === to) throw new TopologyError(where, "between", "must name two different hosts");
  if (name === "" || name === "lo") throw new TopologyError(where, "name", "cannot be empty or lo");
  const both: Partial<LinkSettings> = {};
  for (const [field, value] of Object.entries(config)) {
    if (LINK_FIELDS.includes(field)) continue;
    if (!isLinkSetting(field)) {
      throw new TopologyError(
        where,
        field,
        `is not known; there are ${[...LINK_FIELDS, ...Object.keys(LINK_DEFAULTS)].join(", ")}`,
      );
    }
    Object.assign(both, { [field]: value });
  }
  const base = withSettings(where, LINK_DEFAULTS, both);
  return {
    name,
    from,
    to,
    forward: withSettings(`${where} forward`, base, config.forward === undefined ? {} : config.forward),
    backward: withSettings(`${where} backward`, base, config.backward === undefined ? {} : config.backward),
  };
}

/**
 * For host `origin`: for each host the link (index into the plan's links) a packet for it leaves by, -1 where there is no way
 * or none is needed. Fewest links win, then the links named first; only hosts that forward are gone through.
 */
export function firstLinks(plan: NetworkPlan, origin: number): Int32Array {
  const first = new Int32Array(plan.hosts.length).fill(-1);
  const seen = new Uint8Array(plan.hosts.length);
  seen[origin] = 1;
  const queue = [origin];
  for (let head = 0; head < queue.length; head++) {
    const at = queue[head];
    if (at !== origin && !plan.hosts[at].forwards) continue;
    for (const [index, link] of plan.links.entries()) {
      if (link.from !== at && link.to !== at) continue;
      const next = link.from === at ? link.to : link.from;
      if (seen[next] === 1) continue;
      seen[next] = 1;
      first[next] = at === origin ? index : first[at];
      queue.push(next);
    }
  }
  return first;
}
