// A display filter on its way through a capture: a slice of rows at a time.

import type { FilterState } from "../model.ts";
import { traceOf } from "../session.ts";
import type { Session } from "../session.ts";

export interface FilterProblem {
  readonly message: string;
  readonly column: number;
}

export function compiledFilter(text: string): FilterProblem {
  return { message: `unavailable: ${text}`, column: 0 };
}

export function scanSome(session: Session, filter: FilterState): number {
  return Math.min(traceOf(session).packets.count, filter.scanned);
}
