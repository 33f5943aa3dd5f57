// What is changed in a simulated network while a run goes on: when, on which link, and what. A run with its interventions is as repeatable
// as one without.
//
// Written as `TIME:link.field=value`, with the fields of `--set`, or `TIME:link.forward.drop=n` for the nth packet transmitted from then on.

import type { Simulation } from "../sim/simulation.ts";
import { TopologyError, formatSetting, withSettings } from "../sim/settings.ts";
import { LINK_DEFAULTS } from "../sim/topology.ts";
import type { LinkConfig, LinkSettings } from "../sim/topology.ts";
import { parseLinkPath, parseSetting } from "./adjust.ts";
import { InputError } from "./input-error.ts";

/** One change during a run. */
export interface Intervention {
  /** Virtual time in ns since the run began; it comes before everything else of that time. */
  readonly timeNs: number;
  /** A link's name, `*` for every link. */
  readonly link: string;
  readonly direction: "forward" | "backward" | "both";
  readonly change: LinkChange;
}

export type LinkChange =
  | { readonly kind: "set"; readonly settings: Partial<LinkSettings> }
  /** Takes the `nth` packet transmitted from then on off the wire, from 1. */
  | { readonly kind: "drop"; readonly nth: number };

const UNITS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9, m: 60e9 };
/** As long as a run may take. */
const TIME_MAX_NS = 7_200e9;
/** More are no experiment anybody follows. */
const INTERVENTIONS_MAX = 1000;
const DROP_MAX = 1_000_000_000;

/** An intervention as `--change` spells it. Throws InputError, or TopologyError for a value out of range. */
export function parseIntervention(text: string, links: readonly LinkConfig[]): Intervention {
  const where = `--change ${text}`;
  const match = /^(\d{1,12}(?:\.\d{1,9})?)(ns|us|ms|s|m):(.+)$/s.exec(text.trim());
  if (match === null) {
    throw new InputError(
      `${where}: want time:link.field=value, as in 20ms:client-server.loss=10% or 1.5s:client-server.down=true`,
    );
  }
  const timeNs = Math.round(Number(match[1]) * UNITS[match[2]]);
  if (timeNs > TIME_MAX_NS)
    throw new InputError(`${where}: a run takes at most ${TIME_MAX_NS / UNITS["m"]}m`);
  const [, , , rest] = match;
  const equals = rest.indexOf("=");
  const path = equals < 0 ? rest : rest.slice(0, equals);
  if (path.endsWith(".drop")) {
    const { link, direction } = parseLinkPath(where, path, links);
    const nth = equals < 0 ? 1 : Number(/^\d{1,9}$/.exec(rest.slice(equals + 1))?.[0] ?? 0);
    if (nth < 1 || nth > DROP_MAX)
      throw new InputError(`${where}: want drop=n, the nth packet from then on, from 1`);
    return { timeNs, link, direction: direction ?? "both", change: { kind: "drop", nth } };
  }
  const { link, direction, settings } = parseSetting(where, rest, links);
  // A queue that marks is needed for one of them, and may be what an earlier change brings.
  withSettings(where, { ...LINK_DEFAULTS, queue: "codel" }, settings);
  return { timeNs, link, direction: direction ?? "both", change: { kind: "set", settings } };
}

/** Interventions of a text: one a line, empty lines and those that begin with `#` aside. */
export function parseInterventions(text: string, links: readonly LinkConfig[]): Intervention[] {
  const lines = text.split("\n").map((line) => line.trim());
  return lines
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => parseIntervention(line, links));
}

/** The intervention as `--change` takes it; `parseIntervention` gives it back. */
export function interventionText({ timeNs, link, direction, change }: Intervention): string {
  const where = direction === "both" ? link : `${link}.${direction}`;
  return `${timeNs / 1e6}ms:${where}.${changeText(change)}`;
}

function changeText(change: LinkChange): string {
  if (change.kind === "drop") return `drop=${change.nth}`;
  return Object.entries(change.settings)
    .map(([field, value]) => `${field}=${settingText(field, value)}`)
    .join(",");
}

function settingText(field: string, value: LinkSettings[keyof LinkSettings]): string {
  if (typeof value === "object" && value !== null && "enterBad" in value) {
    return `burst:${percent(value.enterBad)},${percent(value.leaveBad)}`;
  }
  return field === "loss" && typeof value === "number" ? percent(value) : formatSetting(value);
}

/** `10%`, where that is the same number again; else the number itself. */
function percent(rate: number): string {
  const hundredths = Number((rate * 100).toPrecision(12));
  return hundredths / 100 === rate ? `${hundredths}%` : String(rate);
}

/** Lets `interventions` happen in a simulation that has not begun: those of one time in the order given. */
export function schedule(simulation: Simulation, interventions: readonly Intervention[]): void {
  if (interventions.length > INTERVENTIONS_MAX) {
    throw new TopologyError(
      "interventions",
      "count",
      `is ${interventions.length}, at most ${INTERVENTIONS_MAX} are allowed`,
    );
  }
  for (const intervention of interventions) {
    // Programs start before time moves, so what is to come before them comes now.
    if (intervention.timeNs <= 0) intervene(simulation, intervention);
    else simulation.scheduler.at(intervention.timeNs, () => intervene(simulation, intervention));
  }
}

function intervene(simulation: Simulation, { link, direction, change }: Intervention): void {
  for (const name of link === "*" ? simulation.links : [link]) {
    if (change.kind === "drop") simulation.dropNth(name, direction, change.nth);
    else simulation.setLink(name, direction, change.settings);
  }
}
