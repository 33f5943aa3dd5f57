// Display filters (Wireshark 4's language over the fields known here), compiled to a predicate on a packet's row.
//
// A filter whose fields are all columns reads columns for plain packets and dissects only the others. Where only a part of it is of
// columns, packets that cannot pass by that part are not dissected either.

import { isFrameColumn, isPlain } from "../fields-columns.ts";
import { dissect } from "../dissect/dissect.ts";
import type { DissectContext, Interest } from "../dissect/dissect.ts";
import { COMMENT_FIELDS } from "../fields-expert.ts";
import { interestIn, isOfApplications } from "../fields.ts";
import { mayHaveLayers } from "../may-have-layers.ts";
import type { Trace } from "../../trace/trace.ts";
import { checkFilter } from "./check.ts";
import { columnTest, isOfColumns } from "./column-values.ts";
import { holds } from "./evaluate.ts";
import { fieldsOf } from "./expression.ts";
import type { FieldExpression, Test } from "./expression.ts";
import { parseFilter } from "./parse.ts";
import { isFilterError } from "./tokens.ts";
import type { FilterError } from "./tokens.ts";
import { LENGTH_LAYERS, TreeValues } from "./tree-values.ts";

export { isFilterError } from "./tokens.ts";
export type { FilterError } from "./tokens.ts";

export interface Filter {
  readonly text: string;
  /** True when columns suffice for plain TCP and UDP packets. */
  readonly isColumnsOnly: boolean;
  /** The predicate over one trace; keep it, making it looks up columns. */
  on(trace: Trace, context?: DissectContext): (row: number) => boolean;
  /** Whether packet `row` of `trace` passes. */
  matches(trace: Trace, row: number, context?: DissectContext): boolean;
}

/** Compiles a display filter; an empty one lets everything through. Answers an error, never throws. */
export function compileFilter(text: string): Filter | FilterError {
  const syntax = parseFilter(text);
  if (syntax === null) return filterOf(text, true, () => () => true);
  if (isFilterError(syntax)) return syntax;
  const test = checkFilter(syntax);
  if (isFilterError(test)) return test;
  const fields = fieldsOf(test);
  const interest = interestOf(fields);
  const { layers } = interestIn(fields.map(({ field }) => field));
  const isColumnsOnly = isOfColumns(test);
  const isFrameOnly = isColumnsOnly && fields.every(({ field }) => isFrameColumn(field.name));
  const least = isColumnsOnly ? test : needed(test);
  const areApplications = fields.length > 0 && fields.every(({ field }) => isOfApplications(field));
  const areComments = fields.length > 0 && fields.every(({ field }) => COMMENT_FIELDS.has(field.name));
  const ofNothing = (areApplications || areComments) && holds(test, { values: () => [] });
  return filterOf(text, isColumnsOnly, (trace, context) => {
    const dissected = (row: number): boolean =>
      holds(test, new TreeValues(dissect(trace, row, context, interest)));
    // Most segments are within a message or hold none, and have nothing that applications say.
    const mayHave = mayHaveLayers(trace, context, layers);
    const slow = areComments
      ? (row: number): boolean => ((context.comments?.(row).length ?? 0) === 0 ? ofNothing : dissected(row))
      : areApplications
        ? (row: number): boolean => (mayHave(row) ? dissected(row) : ofNothing)
        : dissected;
    const columns = least === null ? null : columnTest(least, trace, context);
    if (columns === null) return slow;
    if (isFrameOnly) return columns;
    if (isColumnsOnly) return (row) => (isPlain(trace, row) ? columns(row) : slow(row));
    return (row) => (!isPlain(trace, row) || columns(row)) && slow(row);
  });
}

type Bind = (trace: Trace, context: DissectContext) => (row: number) => boolean;

function filterOf(text: string, isColumnsOnly: boolean, bind: Bind): Filter {
  return {
    text,
    isColumnsOnly,
    on: (trace, context = {}) => bind(trace, context),
    matches: (trace, row, context = {}) => bind(trace, context)(row),
  };
}

/** What of a packet the fields are found in; for a protocol's bytes also the headers that say where they end. */
function interestOf(fields: readonly FieldExpression[]): Interest {
  const { layers } = interestIn(fields.map(({ field }) => field));
  const hasBytes = fields.some(({ type }) => type === "protocol");
  if (layers === null) return { layers, labels: false };
  return { layers: new Set([...layers, ...(hasBytes ? LENGTH_LAYERS : [])]), labels: false };
}

/** What must hold of a packet's columns for the test to hold; null where columns say nothing. */
function needed(test: Test): Test | null {
  if (isOfColumns(test)) return test;
  if (test.kind !== "and" && test.kind !== "or") return null;
  const left = needed(test.left);
  const right = needed(test.right);
  if (left !== null && right !== null) return { kind: test.kind, left, right };
  return test.kind === "and" ? (left ?? right) : null;
}
