// How commands read the values of their flags. Every mistake is an `InputError`.

import { readFileSync } from "node:fs";
import type { BackendName } from "../socket/backend.ts";
import { adjustTopology } from "../scenario/adjust.ts";
import { parseIntervention, parseInterventions } from "../scenario/intervention.ts";
import { InputError, suggest } from "../scenario/input-error.ts";
import { parseReadPolicy } from "../scenario/read-policy.ts";
import type { RunOptions } from "../scenario/run.ts";
import type { Scenario } from "../scenario/scenario.ts";

/** What `run`, `compare`, `snapshot` and `export` take for a scenario's network. */
export interface NetworkFlags {
  readonly seed?: string;
  readonly link?: string;
  readonly loss?: string;
  readonly delay?: string;
  readonly bandwidth?: string;
  readonly queue?: string;
  readonly set?: string[];
  readonly read?: string;
  readonly change?: string[];
  readonly changes?: string;
}

/** The flags as run options for `scenario`. */
export function runOptions(scenario: Scenario, flags: NetworkFlags): Omit<RunOptions, "on"> {
  const readPolicy = flags.read === undefined ? undefined : parseReadPolicy(flags.read);
  if (readPolicy === null) {
    throw new InputError(`--read ${flags.read}: want all, one-byte, half, random or at-most:N`);
  }
  const topology = adjustTopology(scenario.topology, flags);
  const interventions = [
    ...(flags.changes === undefined ? [] : parseInterventions(readText(flags.changes), topology.links)),
    ...(flags.change ?? []).map((text) => parseIntervention(text, topology.links)),
  ];
  return {
    ...(flags.seed === undefined ? {} : { seed: parseSeed(flags.seed) }),
    topology,
    ...(interventions.length === 0 ? {} : { interventions }),
    ...(readPolicy === undefined ? {} : { readPolicy }),
  };
}

/** What was run and the flags of its network, to say how to run it again: all but the seed and the changes, which the run knows. */
export function givenOf(
  what: string,
  flags: NetworkFlags,
): { readonly what: string; readonly flags: readonly string[] } {
  const { link, loss, delay, bandwidth, queue, set = [], read } = flags;
  const named = Object.entries({ link, loss, delay, bandwidth, queue, read });
  return {
    what,
    flags: [
      ...named.flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value])),
      ...set.flatMap((value) => ["--set", value]),
    ],
  };
}

/** The text of a file of changes. */
function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new InputError(`--changes ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A seed: a whole number from 0 to 2^32 - 1. */
export function parseSeed(text: string): number {
  return parseWhole("--seed", text, 0, 0xffff_ffff);
}

/** A whole number within bounds. */
export function parseWhole(flag: string, text: string, min: number, max: number): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max))
    throw new InputError(`${flag} ${text}: want a whole number from ${min} to ${max}`);
  return value;
}

const BACKENDS = ["sim", "kernel", "node", "both"] as const;

/** `--on`. */
export function parseBackend(text: string): BackendName | "both" {
  return parseChoice("--on", text, BACKENDS);
}

/** One of `choices`. */
export function parseChoice<T extends string>(flag: string, text: string, choices: readonly T[]): T {
  const choice = choices.find((candidate) => candidate === text);
  if (choice === undefined) throw new InputError(`${flag} ${text}: no such choice${suggest(text, choices)}`);
  return choice;
}

/** `WIDTHxHEIGHT` in cells, 20x5 to 500x200. */
export function parseSize(text: string): { width: number; height: number } {
  const match = /^(\d{1,4})x(\d{1,4})$/.exec(text);
  if (match === null) throw new InputError(`--size ${text}: want WIDTHxHEIGHT, as in 120x40`);
  return {
    width: parseWhole("--size: width", match[1], 20, 500),
    height: parseWhole("--size: height", match[2], 5, 200),
  };
}

/** Collects a flag given several times. */
export function collect(value: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), value];
}
