// A scenario's links changed from the command line: `--loss 10%`, `--delay 50ms`, `--set client-server.mtu=576`.

import { JITTER_DISTRIBUTIONS, QUEUE_DISCIPLINES } from "../sim/settings.ts";
import { LINK_DEFAULTS } from "../sim/topology.ts";
import type { LinkConfig, LinkSettings, Loss, Topology } from "../sim/topology.ts";
import { parseHostSetting, withHostSettings } from "./adjust-host.ts";
import { InputError, suggest } from "./input-error.ts";

export interface Adjustments {
  /** Settings of every link, both directions: `delay=20,loss=1%`. Names as in `set`, the units at their ends left out if one likes. */
  readonly link?: string | undefined;
  /** A rate for every link, both directions: `10%` or `0.1`. */
  readonly loss?: string | undefined;
  /** One-way delay of every link: `50ms`, `2s`, or a number of ms. */
  readonly delay?: string | undefined;
  /** Bits a second of every link: `10mbit`. */
  readonly bandwidth?: string | undefined;
  /** The queue of every link: drop-tail, codel or fq-codel. */
  readonly queue?: string | undefined;
  /** `link.field=value` or `link.forward.field=value`, or `host.field=value`; `*` names every link, or every host. */
  readonly set?: readonly string[] | undefined;
}

export type Direction = "forward" | "backward";
type Field = keyof LinkSettings;

const FIELDS = Object.keys(LINK_DEFAULTS).filter(
  (field) => field !== "script" && field !== "partitions",
) as Field[];

/** The topology with its links and hosts changed. Throws `InputError` for anything that is not a link, a host, a field or a value. */
export function adjustTopology(topology: Topology, adjustments: Adjustments): Topology {
  let { links, hosts } = topology;
  const all = (settings: Partial<LinkSettings>): void => {
    links = links.map((link) => withSettings(link, null, settings));
  };
  for (const [field, value] of parseLink(adjustments.link ?? "")) {
    all({ [field]: parseValue(`--link ${field}=${value}`, field, value) });
  }
  if (adjustments.loss !== undefined) all({ loss: rate("--loss", adjustments.loss) });
  if (adjustments.delay !== undefined) all({ delayMs: milliseconds("--delay", adjustments.delay) });
  if (adjustments.bandwidth !== undefined)
    all({ bandwidthBps: bandwidth("--bandwidth", adjustments.bandwidth) });
  if (adjustments.queue !== undefined)
    all({ queue: choice(`--queue ${adjustments.queue}`, adjustments.queue, QUEUE_DISCIPLINES) });
  for (const text of adjustments.set ?? []) {
    const named = links.some((link) => text.startsWith(`${linkName(link)}.`));
    const host = named ? null : parseHostSetting(`--set ${text}`, text, hosts);
    if (host !== null) {
      hosts = withHostSettings(hosts, host.host, host.settings);
      continue;
    }
    const { link, direction, settings } = parseSetting(`--set ${text}`, text, links);
    links = links.map((candidate) =>
      link === "*" || linkName(candidate) === link ? withSettings(candidate, direction, settings) : candidate,
    );
  }
  return { ...topology, links, hosts };
}

/** A link's name: its own, or `a-b`. */
export function linkName(link: LinkConfig): string {
  return link.name ?? link.between.join("-");
}

/** A setting for both directions replaces what either direction had of it. */
function withSettings(
  link: LinkConfig,
  direction: Direction | null,
  settings: Partial<LinkSettings>,
): LinkConfig {
  if (direction !== null) return { ...link, [direction]: { ...link[direction], ...settings } };
  return {
    ...link,
    ...settings,
    ...(link.forward === undefined ? {} : { forward: { ...link.forward, ...settings } }),
    ...(link.backward === undefined ? {} : { backward: { ...link.backward, ...settings } }),
  };
}

/** Fields and their values; a value may have a comma in it. */
function parseLink(text: string): [Field, string][] {
  const settings: [Field, string][] = [];
  for (const part of text.split(",")) {
    if (part.trim() === "") continue;
    const equals = part.indexOf("=");
    const last = settings.at(-1);
    if (equals === -1 && last !== undefined) {
      last[1] += `,${part}`;
      continue;
    }
    if (equals === -1) {
      throw new InputError(`--link ${text}: want name=value,..., as in delay=20ms,loss=1%`);
    }
    const name = part.slice(0, equals).trim();
    const field = FIELDS.find((known) => known === name || known.replace(/Ms$|Bps$/, "") === name);
    if (field === undefined) {
      throw new InputError(`--link ${text}: a link has no ${name}${suggest(name, FIELDS)}`);
    }
    settings.push([field, part.slice(equals + 1).trim()]);
  }
  return settings;
}

/** A link or `*` for all of them, which direction of it (null for both), and what is said of it. */
export interface LinkPath {
  readonly link: string;
  readonly direction: Direction | null;
  readonly field: string;
}

/** `link.field` or `link.forward.field`, of `links`. `where` begins the message of the InputError it throws. */
export function parseLinkPath(where: string, text: string, links: readonly LinkConfig[]): LinkPath {
  const parts = text.split(".");
  const names = links.map(linkName);
  // Names of hosts, and so those of links, may have dots in them.
  const link = ["*", ...names]
    .filter((name) => text.startsWith(`${name}.`))
    .reduce((longest, name) => (name.length > longest.length ? name : longest), "");
  if (link === "") {
    if (parts.length < 2)
      throw new InputError(`${where}: want link.field=value, as in client-server.delayMs=50`);
    throw new InputError(`${where}: no link ${parts[0]}${suggest(parts[0], [...names, "*"])}`);
  }
  const rest = text.slice(link.length + 1).split(".");
  const [middle] = rest;
  if (rest.length > 2 || (rest.length === 2 && middle !== "forward" && middle !== "backward")) {
    throw new InputError(`${where}: ${middle} is no direction (known: forward, backward)`);
  }
  const direction = rest.length === 2 ? (middle as Direction) : null;
  return { link, direction, field: rest[rest.length - 1] };
}

/** `link.field=value` or `link.forward.field=value`, of `links`. Throws InputError, its message beginning with `where`. */
export function parseSetting(
  where: string,
  text: string,
  links: readonly LinkConfig[],
): { readonly link: string; readonly direction: Direction | null; readonly settings: Partial<LinkSettings> } {
  const match = /^([^=]+)=(.*)$/s.exec(text);
  if (match === null) throw new InputError(`${where}: want link.field=value, as in client-server.delayMs=50`);
  const { link, direction, field } = parseLinkPath(where, match[1], links);
  const known = FIELDS.find((name) => name === field);
  if (known === undefined) throw new InputError(`${where}: a link has no ${field}${suggest(field, FIELDS)}`);
  return { link, direction, settings: { [known]: parseValue(where, known, match[2]) } };
}

function parseValue(where: string, field: Field, value: string): LinkSettings[Field] {
  switch (field) {
    case "delayMs":
    case "jitterMs":
    case "reorderMs":
    case "queueTargetMs":
    case "queueIntervalMs":
      return milliseconds(where, value);
    case "loss":
      return value.startsWith("burst:") ? burst(where, value) : rate(where, value);
    case "reorder":
    case "duplicate":
    case "corrupt":
      return rate(where, value);
    case "bandwidthBps":
      return bandwidth(where, value);
    case "jitterReorders":
    case "queueEcn":
    case "down":
      if (value === "true" || value === "false") return value === "true";
      throw new InputError(`${where}: want true or false`);
    case "jitterDistribution":
      return choice(where, value, JITTER_DISTRIBUTIONS);
    case "queue":
      return choice(where, value, QUEUE_DISCIPLINES);
    default:
      return number(where, value, "");
  }
}

function choice<T extends string>(where: string, value: string, choices: readonly T[]): T {
  const found = choices.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw new InputError(`${where}: want ${choices.slice(0, -1).join(", ")} or ${choices.at(-1)}`);
}

function rate(where: string, text: string): number {
  const percent = text.endsWith("%");
  const value =
    number(where, percent ? text.slice(0, -1) : text, " such as 10% or 0.1") / (percent ? 100 : 1);
  if (value < 0 || value > 1) throw new InputError(`${where}: ${text} is not between 0 and 100%`);
  return value;
}

/** `burst:ENTER,LEAVE`: Gilbert and Elliott's two rates. */
function burst(where: string, text: string): Loss {
  const [enter, leave, ...rest] = text.slice("burst:".length).split(",");
  if (leave === undefined || rest.length > 0)
    throw new InputError(`${where}: want burst:ENTER,LEAVE, as in burst:1%,30%`);
  return { enterBad: rate(where, enter), leaveBad: rate(where, leave) };
}

function milliseconds(where: string, text: string): number {
  const match = /^(.*?)(us|ms|s)?$/s.exec(text)!;
  const scale = { us: 1e-3, ms: 1, s: 1e3 }[match[2] ?? "ms"]!;
  const value = number(where, match[1], " of ms, or with a unit: 50ms, 1.5s, 200us") * scale;
  if (value < 0) throw new InputError(`${where}: ${text} is negative`);
  return value;
}

function bandwidth(where: string, text: string): number {
  const match = /^(.*?)(kbit|mbit|gbit)?$/is.exec(text)!;
  const scale = { kbit: 1e3, mbit: 1e6, gbit: 1e9 }[match[2]?.toLowerCase() ?? ""] ?? 1;
  return number(where, match[1], " of bits a second, or with a unit: 100mbit, 1gbit") * scale;
}

function number(where: string, text: string, hint: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(value))
    throw new InputError(`${where}: ${JSON.stringify(text)} is not a number${hint}`);
  return value;
}
