// A scenario's hosts changed from the command line: `--set server.personality=windows`.

import { PERSONALITY_NAMES } from "../sim/personality/personality.ts";
import { ECN_MODES } from "../sim/tcp/ecn.ts";
import { FAST_OPEN_MODES } from "../sim/tcp/fast-open.ts";
import type { HostConfig, Topology } from "../sim/topology.ts";
import { InputError, suggest } from "./input-error.ts";

type Hosts = Topology["hosts"];

/** The settings a host can be given so, and the words they take. Addresses and forwarding are part of the topology. */
const FIELDS = {
  icmpFilter: ["true", "false"],
  personality: PERSONALITY_NAMES,
  tcpEcn: ECN_MODES.map(String),
  tcpMtuProbing: ["0", "1", "2"],
  tcpFastOpen: FAST_OPEN_MODES.map(String),
} as const;

const PARSE: Readonly<Record<keyof typeof FIELDS, (value: string) => string | number | boolean>> = {
  icmpFilter: (value) => value === "true",
  personality: (value) => value,
  tcpEcn: Number,
  tcpMtuProbing: Number,
  tcpFastOpen: Number,
};

export const HOST_FIELDS = Object.keys(FIELDS) as (keyof typeof FIELDS)[];

/** What `host.field=value` says, `*` naming all hosts; null when it speaks of no host. Throws InputError, its message beginning with `where`. */
export function parseHostSetting(
  where: string,
  text: string,
  hosts: Hosts,
): { readonly host: string; readonly settings: HostConfig } | null {
  const match = /^([^=]+)\.([^.=]+)=(.*)$/s.exec(text);
  if (match === null) return null;
  const [, host, name, value] = match;
  const field = HOST_FIELDS.find((known) => known === name);
  if (host === "*" ? field === undefined : !Object.hasOwn(hosts, host)) {
    if (field === undefined) return null;
    throw new InputError(`${where}: no host ${host}${suggest(host, Object.keys(hosts))}`);
  }
  if (field === undefined)
    throw new InputError(`${where}: a host has no ${name}${suggest(name, HOST_FIELDS)}`);
  if (!FIELDS[field].includes(value as never)) {
    throw new InputError(`${where}: ${name} must be ${FIELDS[field].join(", ")}, not ${value}`);
  }
  return { host, settings: { [field]: PARSE[field](value) } };
}

/** `hosts` with `settings` given to `host`, or to all of them where it is `*`. */
export function withHostSettings(hosts: Hosts, host: string, settings: HostConfig): Hosts {
  return Object.fromEntries(
    Object.entries(hosts).map(([name, config]) => [
      name,
      host === "*" || host === name ? { ...config, ...settings } : config,
    ]),
  );
}
