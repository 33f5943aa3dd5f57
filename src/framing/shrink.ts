// Makes what breaks a law small: first the way fast-check shrinks values, so that a path leads there again, then a last pass that drops
// frames, bytes and cuts while the law stays broken. Bounded by numbers of tries, so that the same finding always ends the same.

import type * as fc from "fast-check";
import type { Finding } from "./laws/law.ts";
import { EncodeFailed } from "./laws/law.ts";
import type { Trier } from "./laws/trier.ts";

const TRIES_MAX = 1200;
/** Each try that hangs costs its time limit. */
const HANGS_MAX = 8;
const MINIMISE_TRIES_MAX = 1500;

interface Budget {
  tries: number;
  hangs: number;
}

export interface Shrunk<T> {
  readonly trial: T;
  readonly finding: Finding;
  /** At each step, which of the smaller values was taken. */
  readonly shrunk: readonly number[];
}

/** Follows fast-check's shrinks for as long as one of them breaks the law in the same manner. */
export async function shrink<T>(
  trier: Trier<T>,
  value: fc.Value<T>,
  found: Finding,
  arbitrary: fc.Arbitrary<T> | null,
): Promise<Shrunk<T>> {
  let finding = found;
  let current = value;
  const path: number[] = [];
  const budget: Budget = { tries: TRIES_MAX, hangs: HANGS_MAX };
  for (let smaller = arbitrary !== null; smaller;) {
    smaller = false;
    let index = -1;
    for (const candidate of arbitrary?.shrink(current.value, current.context) ?? []) {
      index++;
      if (budget.tries <= 0 || budget.hangs <= 0) break;
      const again = await attempt(trier, candidate.value, null, finding, budget);
      if (again === null) continue;
      finding = again;
      current = candidate;
      path.push(index);
      smaller = true;
      break;
    }
  }
  return { trial: current.value, finding, shrunk: path };
}

/** The last pass: frames, bytes and cuts that the finding does without. */
export async function minimise<T>(trier: Trier<T>, trial: T, found: Finding): Promise<Finding> {
  const budget: Budget = { tries: MINIMISE_TRIES_MAX, hangs: HANGS_MAX };
  let finding = found;
  let least = trial;
  for (let smaller = true; smaller;) {
    smaller = false;
    for (const candidate of trier.spec.simpler?.(least) ?? []) {
      if (budget.tries <= 0 || budget.hangs <= 0) break;
      const again = await attempt(trier, candidate, null, finding, budget);
      if (again === null || size(again) > size(finding)) continue;
      finding = again;
      least = candidate;
      smaller = true;
      break;
    }
  }
  return fewerCuts(trier, least, finding, budget);
}

/** Bytes first, then cuts. */
function size({ feed }: Finding): number {
  return feed.bytes.length * 1e6 + feed.cuts.length;
}

/** Merges chunks: each cut is left out if the law stays broken, then moved to the left as far as it goes for the shortest first chunks. */
async function fewerCuts<T>(trier: Trier<T>, trial: T, found: Finding, budget: Budget): Promise<Finding> {
  let finding = found;
  if (finding.feed.cuts.length < 2) return finding;
  // Halves first: a stream fed byte by byte has as many cuts as bytes.
  for (let width = finding.feed.cuts.length; width >= 1; width = Math.floor(width / 2)) {
    for (let at = 0; at < finding.feed.cuts.length && budget.tries > 0 && budget.hangs > 0;) {
      const cuts = finding.feed.cuts.toSpliced(at, width);
      const again = await attempt(trier, trial, cuts, finding, budget);
      if (again === null) at += width;
      else finding = again;
    }
  }
  return finding;
}

async function attempt<T>(
  trier: Trier<T>,
  trial: T,
  cuts: readonly number[] | null,
  like: Finding,
  budget: Budget,
): Promise<Finding | null> {
  budget.tries--;
  let again: Finding | null;
  try {
    again = await trier.try(trial, "search", cuts);
  } catch (error) {
    if (error instanceof EncodeFailed) return null;
    throw error;
  }
  if (again === null) return null;
  if (again.outcome.hang !== null) budget.hangs--;
  // With given cuts, a finding in some other chunking of the same stream says nothing about these.
  if (cuts !== null && again.feed.cuts.length > cuts.length) return null;
  return (again.outcome.hang === null) === (like.outcome.hang === null) ? again : null;
}
