// Sorting a list of packets by a column, a slice at a time.

import type { Model, SortState } from "../model.ts";
import { shownTrace } from "./packet-data.ts";
import { sortKey } from "./packets-columns.ts";
import { Sliced } from "./slice.ts";
import { sorting } from "./sorting.ts";
import type { SortKey } from "./sorting.ts";

/** Lines whose places are noted between two looks at the clock. */
const LINES_A_LOOK = 5000;

type Sorted = Pick<SortState, "order" | "places">;

const jobs = new WeakMap<SortState, Sliced<Sorted>>();

/** A list not sorted yet, of the rows `rows` (all of the trace for null). */
export function sortBy(column: string, descending: boolean): SortState {
  return { column, descending, order: null, places: null, progress: 0 };
}

/** The sort after its next slice. `rows` are those of the list, ascending; null is all. */
export function sortSome(model: Model, sort: SortState, rows: readonly number[] | null): SortState {
  if (sort.order !== null) return sort;
  const { count } = shownTrace(model).packets;
  const key = sortKey(model, sort.column);
  const job =
    jobs.get(sort) ?? new Sliced(sortedRows(rows ?? { length: count }, count, key, sort.descending));
  job.advance();
  const next = { ...sort, ...job.result, progress: job.progress };
  jobs.set(next, job);
  return next;
}

/** The rows in their order and the line of each of `count` rows, 0 where it is on none. */
function* sortedRows(
  rows: ArrayLike<number>,
  count: number,
  keyOf: (row: number) => SortKey,
  descending: boolean,
): Generator<number, Sorted> {
  const order = yield* sorting(rows, keyOf, descending);
  const places = new Uint32Array(count);
  for (let line = 0; line < order.length; line++) {
    places[order[line]] = line;
    if (line % LINES_A_LOOK === LINES_A_LOOK - 1) yield 1;
  }
  return { order, places };
}
