// Finds a scenario by a lesson's name or in a user's file, TypeScript or JavaScript, and checks that it is one.

import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { LESSONS } from "./catalogue.ts";
import { InputError, suggest } from "./input-error.ts";
import { linkName } from "./adjust.ts";
import type { BackendName } from "../socket/backend.ts";
import type { Scenario } from "./scenario.ts";

const FIELDS = [
  "name",
  "title",
  "lesson",
  "topology",
  "programs",
  "readPolicy",
  "limitMs",
  "backends",
  "unseeded",
  "expect",
];
const BACKENDS: readonly BackendName[] = ["sim", "kernel", "node"];
/** 30 days of virtual time. */
const LIMIT_MS_MAX = 2_592_000_000;

/** The lesson called `what`, or the scenario that the file `what` exports (as default or as `scenario`). Throws `InputError`. */
export async function loadScenario(what: string): Promise<Scenario> {
  const lesson = LESSONS.find(({ name }) => name === what);
  if (lesson !== undefined) return lesson;
  if (!looksLikePath(what)) {
    throw new InputError(
      `no lesson called ${what}${suggest(
        what,
        LESSONS.map(({ name }) => name),
      )}`,
    );
  }
  const path = resolve(what);
  if (!existsSync(path)) throw new InputError(`${what}: no such file`);
  if (!statSync(path).isFile()) throw new InputError(`${what}: not a file`);
  let exported: Record<string, unknown>;
  const { createJiti } = await import("jiti");
  try {
    exported = await createJiti(import.meta.url, { moduleCache: false, interopDefault: false }).import<
      Record<string, unknown>
    >(path);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new InputError(`${what}: does not load: ${message.split("\n", 1)[0]}`);
  }
  return checkScenario(exported["default"] ?? exported["scenario"], what);
}

function looksLikePath(what: string): boolean {
  return /[/\\]/.test(what) || /\.[cm]?[jt]s$/.test(what);
}

/** `value` as a scenario, or an `InputError` that names the first thing wrong with it. */
export function checkScenario(value: unknown, where: string): Scenario {
  const fail = (problem: string): never => {
    throw new InputError(`${where}: ${problem}`);
  };
  if (!isRecord(value))
    return fail(
      "exports no scenario: want `export default { name, title, lesson, topology, programs, expect }`",
    );
  for (const field of ["name", "title", "lesson"]) {
    if (typeof value[field] !== "string" || value[field] === "") fail(`${field} must be a text`);
  }
  const { topology, programs } = value;
  if (!isRecord(topology) || !isRecord(topology["hosts"])) return fail("topology.hosts must name the hosts");
  const { hosts, links } = topology;
  if (!Array.isArray(links)) return fail("topology.links must be a list");
  for (const [index, link] of links.entries()) {
    const between = isRecord(link) ? link["between"] : undefined;
    if (!Array.isArray(between) || between.length !== 2)
      return fail(`topology.links[${index}].between must name two hosts`);
    for (const end of between) {
      if (typeof end !== "string" || !Object.hasOwn(hosts, end))
        fail(`topology.links[${index}]: no host ${String(end)}`);
    }
  }
  const names = (links as Scenario["topology"]["links"]).map(linkName);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) fail(`two links are called ${twice}: give one a name`);
  if (!isRecord(programs) || Object.keys(programs).length === 0)
    return fail("programs must have one async function a host");
  for (const [name, program] of Object.entries(programs)) {
    if (!Object.hasOwn(hosts, name)) fail(`programs.${name}: no host of that name`);
    if (typeof program !== "function") fail(`programs.${name} must be a function`);
  }
  if (typeof value["expect"] !== "function") fail("expect must be a function that gives the claims");
  const problem = problemOfOptions(value);
  if (problem !== null) fail(problem);
  return value as unknown as Scenario;
}

/** What is wrong with the fields a scenario may have, or with one that it cannot have; null when nothing is. */
function problemOfOptions(scenario: Record<string, unknown>): string | null {
  const { backends, limitMs, readPolicy, unseeded } = scenario;
  const unknown = Object.keys(scenario).find((field) => !FIELDS.includes(field));
  if (unknown !== undefined) return `a scenario has no ${unknown}${suggest(unknown, FIELDS)}`;
  if (backends !== undefined) {
    const names = Array.isArray(backends) ? (backends as unknown[]) : [];
    if (names.length === 0 || names.some((name) => !BACKENDS.some((known) => known === name))) {
      return `backends must be a list of ${BACKENDS.join(", ")}`;
    }
  }
  if (limitMs !== undefined && !(typeof limitMs === "number" && limitMs > 0 && limitMs <= LIMIT_MS_MAX)) {
    return `limitMs must be more than 0 and at most ${LIMIT_MS_MAX}`;
  }
  if (unseeded !== undefined && typeof unseeded !== "string") return "unseeded must be a text";
  return readPolicy === undefined || isReadPolicy(readPolicy)
    ? null
    : "readPolicy must be {kind} with one-byte, half, random, all, or {kind: 'at-most', bytes} with 1 or more";
}

function isReadPolicy(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { kind, bytes } = value;
  if (kind === "at-most") return Number.isSafeInteger(bytes) && Number(bytes) >= 1;
  return kind === "all" || kind === "one-byte" || kind === "half" || kind === "random";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
