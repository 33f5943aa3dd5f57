// A display filter on its way through a capture: a slice of rows at a time, so that keys are answered in between.

import { compileFilter, isFilterError } from "../../capture/filter/compile.ts";
import type { Filter } from "../../capture/filter/compile.ts";
import type { FilterState, Model } from "../model.ts";
import { isPlain } from "../../capture/fields-columns.ts";
import { indexOf } from "../../trace/state-at.ts";
import type { Trace } from "../../trace/trace.ts";
import type { DissectContext } from "../../capture/dissect/dissect.ts";
import { contextOf, shownTrace } from "./packet-data.ts";
import { forSlice } from "./slice.ts";

export interface FilterProblem {
  readonly message: string;
  /** From 0. */
  readonly column: number;
}

/** Rows between two looks at the clock, where columns tell of all of them; one that is dissected counts for many. */
const ROWS_A_LOOK = 256;
const ROWS_DISSECTED = 32;

let last: Filter | null = null;
interface Predicate {
  readonly text: string;
  readonly context: DissectContext;
  readonly passes: (row: number) => boolean;
}

const predicates = new WeakMap<Trace, Predicate>();

/** The filter `text` stands for, or what is wrong with it. */
export function compiledFilter(text: string): Filter | FilterProblem {
  if (last?.text === text) return last;
  const answer = compileFilter(text);
  if (isFilterError(answer)) return { message: answer.problem, column: answer.column - 1 };
  last = answer;
  return answer;
}

/** Reads the next slice of rows, adds those that pass to `filter.rows`, and answers how many have been read in all. */
export function scanSome(model: Model, filter: FilterState): number {
  const trace = shownTrace(model);
  const compiled = compiledFilter(filter.text);
  if ("message" in compiled) return trace.packets.count;
  const context = contextOf(model);
  let known = predicates.get(trace);
  if (known?.text !== filter.text || known.context !== context) {
    known = { text: filter.text, context, passes: compiled.on(trace, context) };
    predicates.set(trace, known);
  }
  const { count } = trace.packets;
  const { passes } = known;
  let row = filter.scanned;
  forSlice(() => {
    for (let read = 0; row < count && read < ROWS_A_LOOK; row++) {
      if (passes(row)) filter.rows.push(row);
      read += compiled.isColumnsOnly && isPlain(trace, row) ? 1 : ROWS_DISSECTED;
    }
    return row < count;
  });
  return row;
}

/** Whether the filter has yet to come as far as the cursor: which of its packets is the last before that, nobody knows. */
export function isFilterBehind(model: Model): boolean {
  const { filter } = model.packets;
  return filter !== null && filter.scanned < indexOf(shownTrace(model)).packetsAt(model.step);
}
