// Makes a law of its parts: tries it, and shrinks what breaks it.

import * as fc from "fast-check";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { hash32, mix32 } from "../../sim/random.ts";
import type { Effort } from "../chunkings.ts";
import type { Codec } from "../codec.ts";
import { counterexampleOf } from "../report/counterexample.ts";
import type { Counterexample, LawReport } from "../report/report.ts";
import { minimise, shrink } from "../shrink.ts";
import { CodecProblem, EncodeFailed } from "./law.ts";
import type { AnyCodec, Finding, Law, LawOptions, LawSpec } from "./law.ts";
import { Trier } from "./trier.ts";

export const RUNS_DEFAULT = 100;
export const SEED_DEFAULT = 1;
export const HANG_MS_DEFAULT = 250;
/** Why a law says nothing when `leaveHangs` is on. */
export const LEFT_HANG = "the decoder hangs";
/** Runs that try everything; later ones try a few ways to cut each, so that a thousand runs cost little. */
const THOROUGH_RUNS = 50;
/** The same for decoders that answer later, each feed of which takes turns of the event loop. */
const THOROUGH_RUNS_LATER = 6;

export function defineLaw<T>(spec: LawSpec<T>): Law {
  return {
    name: spec.name,
    demands: spec.demands,
    bug: spec.bug,
    takesForGranted: spec.takesForGranted ?? [],
    check: async <F>(codec: Codec<F>, options: LawOptions = {}) =>
      checkLaw(spec, codec as unknown as AnyCodec, options),
  };
}

async function checkLaw<T>(
  spec: LawSpec<T>,
  codec: AnyCodec,
  options: LawOptions,
  patient: boolean = false,
): Promise<LawReport> {
  const why = spec.notAsked?.(codec) ?? null;
  if (why !== null) return reportOf(spec, "not asked", why, 0, null);
  const trier = new Trier(spec, codec, {
    hangMs: options.hangMs ?? HANG_MS_DEFAULT,
    leaveHangs: options.leaveHangs,
    patient,
    onFeed: options.onFeed,
  });
  trier.expectsHang = options.suspectHang === true;
  const trials = new TrialSource(spec, codec, options, trier.later ? THOROUGH_RUNS_LATER : THOROUGH_RUNS);
  try {
    const { finding, trial, shrunk, run } =
      options.path === undefined
        ? await search(trier, trials, options)
        : await replay(trier, trials, options.path);
    if (finding === null) {
      const concluded = spec.conclude?.(trier.context, trials.made) ?? null;
      if (concluded === null || options.path !== undefined)
        return reportOf(spec, "kept", null, trials.made, null);
      return reportOf(spec, "broken", null, trials.made, withoutStream(concluded));
    }
    if (finding.outcome.hang !== null && options.leaveHangs === true)
      return reportOf(spec, "not asked", LEFT_HANG, trials.made, null);
    const least = await leastOf(trier, trial, finding);
    // It was the machine that took its time: the search begins again, and gives everything the time it needs.
    if (least === null) return await checkLaw(spec, codec, { ...options, suspectHang: false }, true);
    const path = [run, ...shrunk].join(":");
    const counterexample = await counterexampleOf(trier, least, path);
    return reportOf(spec, "broken", null, trials.made, counterexample);
  } catch (error) {
    throw problemOf(error);
  }
}

/** The smallest finding. What hangs has to hang with all the time it may take, and not only with the little its shrinking gave it; null when it does not. */
async function leastOf<T>(trier: Trier<T>, trial: T, finding: Finding): Promise<Finding | null> {
  const least = await minimise(trier, trial, finding);
  trier.expectsHang = false;
  if (finding.outcome.hang === null) return least;
  for (const candidate of [least, finding])
    if ((await trier.feed(candidate.feed)).hang !== null) return candidate;
  return null;
}

interface Found<T> {
  readonly finding: Finding | null;
  readonly trial: T;
  readonly shrunk: readonly number[];
  readonly run: number;
}

async function search<T>(trier: Trier<T>, trials: TrialSource<T>, options: LawOptions): Promise<Found<T>> {
  const late = (): boolean => options.deadlineMs !== undefined && performance.now() > options.deadlineMs;
  const next = (): { trial: T; effort: Effort } | null =>
    late() || !trials.advance() ? null : { trial: trials.trial, effort: trials.effort };
  let finding: Finding | null = null;
  if (trier.later) {
    for (let at = next(); at !== null && finding === null; at = finding === null ? next() : at)
      finding = await trier.try(at.trial, at.effort);
  } else finding = await trier.tryAll(next);
  const run = trials.run;
  if (finding === null) return { finding, trial: trials.trial, shrunk: [], run };
  trier.expectsHang = finding.outcome.hang !== null;
  if (trier.expectsHang && options.leaveHangs === true)
    return { finding, trial: trials.trial, shrunk: [], run };
  // A search with all its might may find fewer cuts on the same trial than the run did.
  const better = await trier.try(trials.trial, "search");
  const shrunk = await shrink(trier, trials.value, better ?? finding, trials.arbitrary);
  return { ...shrunk, run };
}

async function replay<T>(trier: Trier<T>, trials: TrialSource<T>, path: string): Promise<Found<T>> {
  if (!/^\d{1,9}(:\d{1,9})*$/.test(path))
    throw new CodecProblem(`path ${path}: want numbers as in 12:0:3, from a report`);
  const [run, ...steps] = path.split(":").map(Number);
  if (!trials.goTo(run)) throw new CodecProblem(`path ${path}: the law has no run ${run}`);
  let value = trials.value;
  for (const [index, step] of steps.entries()) {
    const next = trials.arbitrary?.shrink(value.value, value.context).drop(step).getNthOrLast(0) ?? null;
    if (next === null)
      throw new CodecProblem(`path ${path}: ends after step ${index}; was the codec changed?`);
    value = next;
  }
  // Laws that measure try nothing in a search.
  const finding = (await trier.try(value.value, "search")) ?? (await trier.try(value.value, "run"));
  return { finding, trial: value.value, shrunk: steps, run };
}

/** Trials in order of their run, each made from the seed, the law's name and the run's number alone. */
export class TrialSource<T> {
  readonly arbitrary: fc.Arbitrary<T> | null;
  /** The current run. */
  run: number;
  made = 0;
  value: fc.Value<T>;
  readonly #cases: readonly T[];
  readonly #key: number;
  readonly #runs: number;
  readonly #step: number;
  readonly #thoroughRuns: number;

  constructor(spec: LawSpec<T>, codec: AnyCodec, options: LawOptions, thoroughRuns: number) {
    this.#thoroughRuns = thoroughRuns;
    this.arbitrary = spec.trials?.(codec) ?? null;
    this.#cases = spec.cases?.(codec) ?? [];
    this.#key = mix32(hash32(spec.name), options.seed ?? SEED_DEFAULT);
    this.#runs = this.arbitrary === null ? this.#cases.length : (options.runs ?? RUNS_DEFAULT);
    this.#step = options.shard?.count ?? 1;
    this.run = (options.shard?.index ?? 0) - this.#step;
    this.value = new fc.Value(undefined as T, undefined);
  }

  get trial(): T {
    return this.value.value;
  }

  get effort(): Effort {
    return this.run < this.#thoroughRuns ? "run" : "glance";
  }

  /** Goes to the next run; false when there is none. */
  advance(): boolean {
    return this.run + this.#step < this.#runs && this.goTo(this.run + this.#step);
  }

  goTo(run: number): boolean {
    this.run = run;
    if (this.arbitrary === null) {
      if (run >= this.#cases.length) return false;
      this.value = new fc.Value(this.#cases[run], undefined);
    } else {
      const random = new fc.Random(xoroshiro128plus(mix32(this.#key, run)));
      // As fast-check itself: small values first and often.
      this.value = this.arbitrary.generate(random, 2 + Math.floor(Math.sqrt(run) / 4));
    }
    this.made++;
    return true;
  }
}

function reportOf<T>(
  spec: LawSpec<T>,
  verdict: LawReport["verdict"],
  why: string | null,
  runs: number,
  counterexample: Counterexample | null,
): LawReport {
  const { name, demands, bug } = spec;
  return { law: name, demands, bug, verdict, why, runs, counterexample };
}

/** A counterexample that is no single stream. */
function withoutStream(problem: string): Counterexample {
  return {
    problem,
    bytes: "",
    expected: null,
    cuts: [],
    tick: false,
    overwrite: false,
    end: false,
    actual: [],
    errors: [],
    hang: null,
    contrast: null,
    path: "",
  };
}

function problemOf(error: unknown): unknown {
  if (error instanceof CodecProblem) return error;
  if (error instanceof EncodeFailed)
    return new CodecProblem(`encode fails on a frame that \`frames\` made: ${error.message}`);
  return error;
}
