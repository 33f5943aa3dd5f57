// The flags that change a scenario's network, the same on every command that runs one, and what they say.

import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { adjustTopology } from "../scenario/adjust.ts";
import { InputError } from "../scenario/input-error.ts";
import { parseIntervention, parseInterventions } from "../scenario/intervention.ts";
import { parseReadPolicy } from "../scenario/read-policy.ts";
import type { RunOptions } from "../scenario/run.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { collect, parseSeed } from "./arguments.ts";

/** As the command line has them. */
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

/** Adds them to `command`. */
export function addNetworkFlags(command: Command): Command {
  return command
    .option("--seed <n>", "seed of every random decision (default: 1)")
    .option("--loss <rate>", "loss on every link: 10% or 0.1")
    .option("--delay <time>", "one-way delay of every link: 50ms, 1.5s")
    .option("--bandwidth <rate>", "bits a second of every link: 10mbit, 1gbit")
    .option("--queue <kind>", "how packets wait for every link: drop-tail, codel or fq-codel")
    .option(
      "--set <link.field=value>",
      "change one setting of a link; repeatable (client-server.mtu=576)",
      collect,
    )
    .option(
      "--change <time:link.field=value>",
      "change a link during the run; repeatable (20ms:client-server.loss=10%, 1s:client-server.down=true)",
      collect,
    )
    .option("--changes <file>", "changes during the run, one a line as --change has them")
    .option("--read <policy>", "how much a recv may return: all, one-byte, half, random, at-most:N");
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
