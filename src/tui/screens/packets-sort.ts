// Sorting a list of packets by a column, a slice at a time: keys first, then a merge from the bottom up, stable.

import type { Model, SortState } from "../model.ts";
import { shownTrace } from "./packet-data.ts";
import { sortKey } from "./packets-columns.ts";

type Key = number | string | null;

/** Keys read, or comparisons made, between two looks at the clock. */
const STEPS_A_LOOK = 200;
const COMPARISONS_A_LOOK = 20_000;
/** What a slice takes, about: keys are answered in between. */
const SLICE_MS = 15;

/** Rows sorted, once they are; until then how far that has come, 0 to 1. */
interface SortJob {
  readonly steps: Generator<number, Uint32Array>;
  progress: number;
}

const jobs = new WeakMap<SortState, SortJob>();

/** A list not sorted yet, of the rows `rows` (all of the trace for null). */
export function sortBy(column: string, descending: boolean): SortState {
  return { column, descending, order: null, places: null, progress: 0 };
}

/** The sort after its next slice. `rows` are those of the list, ascending; null is all. */
export function sortSome(model: Model, sort: SortState, rows: readonly number[] | null): SortState {
  if (sort.order !== null) return sort;
  const count = shownTrace(model).packets.count;
  let job = jobs.get(sort);
  if (job === undefined) {
    const all = rows === null ? Uint32Array.from({ length: count }, (_, i) => i) : Uint32Array.from(rows);
    job = { steps: sorting(all, sortKey(model, sort.column), sort.descending), progress: 0 };
  }
  const until = performance.now() + SLICE_MS;
  for (;;) {
    const step = job.steps.next();
    if (step.done === true)
      return { ...sort, order: step.value, places: placesOf(step.value, count), progress: 1 };
    job.progress = step.value;
    if (performance.now() >= until) break;
  }
  const next = { ...sort, progress: job.progress };
  jobs.set(next, job);
  return next;
}

/** Line of each row, 0 where it is in none. */
function placesOf(order: Uint32Array, count: number): Uint32Array {
  const places = new Uint32Array(count);
  for (let line = 0; line < order.length; line++) places[order[line]] = line;
  return places;
}

/** Sorts `rows` by their keys; yields its progress, 0 to 1, and returns them in order. Rows without a key come last either way. */
export function* sorting(
  rows: Uint32Array,
  keyOf: (row: number) => Key,
  descending: boolean,
): Generator<number, Uint32Array> {
  const count = rows.length;
  const keys: Key[] = [];
  for (let i = 0; i < count; i++) {
    keys.push(keyOf(rows[i]));
    if (i % STEPS_A_LOOK === STEPS_A_LOOK - 1) yield (i / count) * 0.8;
  }
  let from = Uint32Array.from({ length: count }, (_, i) => i);
  let into = new Uint32Array(count);
  let compared = 0;
  const passes = Math.ceil(Math.log2(Math.max(2, count)));
  for (let width = 1, pass = 0; width < count; width *= 2, pass++) {
    for (let start = 0; start < count; start += 2 * width) {
      const middle = Math.min(start + width, count);
      const end = Math.min(start + 2 * width, count);
      let left = start;
      let right = middle;
      for (let at = start; at < end; at++) {
        const takeLeft =
          right >= end ||
          (left < middle && compareKeys(keys[from[left]], keys[from[right]], descending) <= 0);
        into[at] = takeLeft ? from[left++] : from[right++];
        if (++compared % COMPARISONS_A_LOOK === 0) yield 0.8 + (0.2 * (pass + at / count)) / passes;
      }
    }
    [from, into] = [into, from];
  }
  for (let i = 0; i < count; i++) into[i] = rows[from[i]];
  return into;
}

/** Numbers before texts, both ascending; nothing last. */
function compareKeys(a: Key, b: Key, descending: boolean): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  const isLess = typeof a === typeof b ? a < b : typeof a === "number";
  return isLess === descending ? 1 : -1;
}
