// `-Y`: a display filter, with a mistake shown where it is.

import { compileFilter, isFilterError } from "../capture/filter/compile.ts";
import type { Filter } from "../capture/filter/compile.ts";
import { InputError } from "../scenario/input-error.ts";

/** The filter; "" lets everything pass. Throws `InputError` that points at the column. */
export function compileDisplayFilter(text: string): Filter {
  const filter = compileFilter(text);
  if (!isFilterError(filter)) return filter;
  throw new InputError(`-Y: ${filter.problem}\n  ${text}\n  ${" ".repeat(filter.column - 1)}^`);
}
