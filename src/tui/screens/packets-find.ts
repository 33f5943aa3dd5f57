// Searching the list: text, bytes or a display filter, a slice of rows at a time, round the end and back to the beginning.

import { COLUMNS, dissect } from "../../capture/dissect/dissect.ts";
import { approach, contextOf, listCount, listRow, shownTrace } from "./packet-data.ts";
import { compiledFilter } from "./filter-scan.ts";
import type { FindState, Model } from "../model.ts";
import { forSlice } from "./slice.ts";

/** Rows between two looks at the clock. */
const ROWS_A_LOOK = 8;
const BYTES_SEARCHED_MAX = 1 << 16;

export type FindMode = FindState["mode"];

/** What can be searched for, in the order a key goes through them. */
export const FIND_MODES: readonly FindMode[] = ["text", "hex", "filter"];

/** A search for `text` that begins beside line `from`; or what is wrong with the text. */
export function findFrom(
  mode: FindMode,
  text: string,
  from: number,
  by: 1 | -1,
): FindState | { readonly message: string; readonly column: number } {
  if (mode === "filter") {
    const compiled = compiledFilter(text);
    if ("message" in compiled) return compiled;
  } else if (mode === "hex") {
    const wrong = hexProblem(text);
    if (wrong !== null) return wrong;
  }
  return { mode, text, from, by, looked: 0, found: null };
}

/** The search after its next slice: `found` is the line, -1 where there is none. */
export function findSome(model: Model, find: FindState): FindState {
  const count = listCount(model);
  if (find.found !== null || count === 0) return count === 0 ? { ...find, found: -1 } : find;
  const matches = matcher(model, find);
  const mayDissect = find.mode !== "hex" && !isOfColumns(find);
  let { looked } = find;
  let found: number | null = null;
  forSlice(() => {
    const end = Math.min(count, looked + ROWS_A_LOOK);
    for (; looked < end; looked++) {
      // The line it began at comes last.
      const line = (((find.from + (looked + 1) * find.by) % count) + count) % count;
      const row = listRow(model, line);
      if (mayDissect && !approach(model, row)) return true;
      if (!matches(row)) continue;
      found = line;
      return false;
    }
    return looked < count;
  });
  return { ...find, looked, found: looked === count ? -1 : found };
}

/** Whether most packets are told by their columns. */
function isOfColumns({ mode, text }: FindState): boolean {
  const compiled = mode === "filter" ? compiledFilter(text) : null;
  return compiled !== null && !("message" in compiled) && compiled.isColumnsOnly;
}

function matcher(model: Model, { mode, text }: FindState): (row: number) => boolean {
  if (mode === "filter") {
    const compiled = compiledFilter(text);
    return "message" in compiled ? () => false : compiled.on(shownTrace(model), contextOf(model));
  }
  const trace = shownTrace(model);
  if (mode === "hex") {
    const wanted = Buffer.from(text.replace(/^0x|[\s:-]/g, ""), "hex");
    return (row) => bytesOf(trace.bytes(row)).includes(wanted);
  }
  const wanted = text.toLowerCase();
  const context = contextOf(model);
  return (row) => {
    const { source, destination, protocol, info } = dissect(trace, row, context, COLUMNS);
    if (`${source} ${destination} ${protocol} ${info}`.toLowerCase().includes(wanted)) return true;
    return bytesOf(trace.bytes(row)).toString("latin1").toLowerCase().includes(wanted);
  };
}

function bytesOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, BYTES_SEARCHED_MAX));
}

function hexProblem(text: string): { readonly message: string; readonly column: number } | null {
  const wrong = text.replace(/^0x/, "  ").search(/[^0-9a-f\s:-]/i);
  if (wrong >= 0) return { message: `${text[wrong]} is no hexadecimal digit`, column: wrong };
  const digits = text.replace(/^0x|[\s:-]/g, "").length;
  if (digits === 0 || digits % 2 === 1)
    return { message: "want whole bytes, two digits each: 0d 0a", column: text.length };
  return null;
}
