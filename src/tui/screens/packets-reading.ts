// What reads through the packets, a slice at a time: the filter, then the order, then the search.

import type { Effect } from "../messages.ts";
import type { Model, PacketsView, SortState, TimeForm } from "../model.ts";
import { compiledFilter, scanSome } from "./filter-scan.ts";
import { decodeAsText } from "../../capture/dissect/decode-as.ts";
import type { DecodeAs } from "../../capture/dissect/decode-as.ts";
import { decodingRules, isAnalysisUnread, listCount, selectedRow, shownTrace } from "./packet-data.ts";
import { findSome } from "./packets-find.ts";
import { goToRow, selectPacket } from "./packets-select.ts";
import { sortBy, sortSome } from "./packets-sort.ts";
import { TIME_WORDS } from "./packets-time.ts";
import type { Step } from "./screen.ts";

const NOTHING: readonly Effect[] = [];
/** Filters that are offered again. */
const FILTERS_MAX = 10;
const AGAIN: readonly Effect[] = [{ kind: "scan" }];

/** Reads on through the packets with the filter that is set; asks to be called again until all are read. */
export function scanOn(model: Model): Step {
  const { filter, find } = model.packets;
  const { count } = shownTrace(model).packets;
  // What a filter lets through, and the order by what is shown, hang on the analysis.
  if (isAnalysisUnread(model)) return [model, AGAIN];
  if (filter !== null && filter.scanned < count) {
    const scanned = scanSome(model, filter);
    return [withView(model, { filter: { ...filter, scanned } }), AGAIN];
  }
  const sort = currentSort(model);
  if (sort !== null && sort.order === null) {
    return [withView(model, { sort: sortSome(model, sort, filter?.rows ?? null) }), AGAIN];
  }
  if (find === null || find.found !== null) return [model, NOTHING];
  const next = findSome(model, find);
  const searched = withView(model, { find: next });
  if (next.found === null) return [searched, AGAIN];
  if (next.found < 0) return [{ ...searched, notice: `not found: ${find.text}` }, NOTHING];
  return [selectPacket(searched, next.found), NOTHING];
}

/** The sort asked for; begun anew where there are more rows than it has put in order. */
function currentSort(model: Model): SortState | null {
  const { sort } = model.packets;
  if (sort?.order == null || sort.order.length === listCount(model)) return sort;
  return sortBy(sort.column, sort.descending);
}

/** The list by `column`: ascending, then descending, then as it came. */
export function sortByColumn(model: Model, column: string): Step {
  const { sort } = model.packets;
  if ("growing" in model.session && model.session.growing !== undefined) {
    return [{ ...model, notice: "a live capture can be sorted once it has ended" }, NOTHING];
  }
  if (sort?.column === column && sort.descending) return [withView(model, { sort: null }), NOTHING];
  const next = sortBy(column, sort?.column === column);
  return scanOn(withView(model, { sort: next }));
}

/** The list with its times in the form `times`: where they give its order, in the order of those. */
export function showTimes(model: Model, times: TimeForm): Step {
  const { sort } = model.packets;
  const shown = withView({ ...model, note: TIME_WORDS[times] }, { times });
  if (sort?.column !== "time") return [shown, NOTHING];
  return scanOn(withView(shown, { sort: sortBy("time", sort.descending) }));
}

/** Searches on from the packet selected, the way the search went (1) or the other (-1). */
export function findAgain(model: Model, by: 1 | -1): Step {
  const { find, selected } = model.packets;
  if (find === null) return [{ ...model, notice: "nothing was searched for yet: f searches" }, NOTHING];
  return scanOn(withView(model, { find: { ...find, from: selected, by, looked: 0, found: null } }));
}

/** To the Packets screen with the filter `text`; where that is none, says why and stays. */
export function filterBy(model: Model, text: string): Step {
  const compiled = compiledFilter(text);
  if ("message" in compiled) return [{ ...model, notice: `${text}: ${compiled.message}` }, NOTHING];
  return applyFilter({ ...model, screen: "packets" }, text);
}

/** The list with the filter `text` on it, without one for an empty text; an error is shown beneath what is typed. */
export function applyFilter(model: Model, text: string): Step {
  const { sort } = model.packets;
  // Another set of rows is to be put in order anew.
  const again = sort === null ? null : sortBy(sort.column, sort.descending);
  if (text === "") {
    return scanOn(withView(model, { typing: null, filter: null, filterError: null, sort: again }));
  }
  const compiled = compiledFilter(text);
  if ("message" in compiled) return [withView(model, { filterError: compiled }), NOTHING];
  const filter = { text, rows: [], scanned: 0 };
  const filters = [text, ...model.filters.filter((other) => other !== text)].slice(0, FILTERS_MAX);
  return scanOn(
    withView(
      { ...model, filters },
      {
        typing: null,
        filterError: null,
        filter,
        sort: again,
        selected: 0,
        top: 0,
        focus: "list",
      },
    ),
  );
}

/** Has ports carry what `decodeAs` says; what was found in the packets by what they carried is found anew. */
export function decodeBy(model: Model, decodeAs: readonly DecodeAs[]): Step {
  const { filter, sort } = model.packets;
  const before = decodingRules(model);
  const last = decodeAs.find((rule) => !before.includes(rule));
  const note = last === undefined ? "decoded by port and content again" : `decoded as ${decodeAsText(last)}`;
  return scanOn(
    withView(
      { ...model, note, screen: "packets" },
      {
        decodeAs,
        filter: filter === null ? null : { text: filter.text, rows: [], scanned: 0 },
        sort: sort === null ? null : sortBy(sort.column, sort.descending),
        find: null,
      },
    ),
  );
}

/** What lets only packets through that are marked. */
const MARKED = "frame.marked == 1";

/** Only the packets that are marked; all again where that is the filter, and no mark has changed since. */
export function onlyMarked(model: Model): Step {
  const { filter, marks } = model.packets;
  if (
    filter?.text === MARKED &&
    filter.rows.length === marks.size &&
    filter.rows.every((row) => marks.has(row))
  )
    return withoutFilter(model);
  if (marks.size === 0) return [{ ...model, notice: "no packet is marked: m marks one" }, NOTHING];
  return applyFilter(model, MARKED);
}

/** Every packet again, the one that was selected still so. */
export function withoutFilter(model: Model): Step {
  const row = model.packets.filter === null || model.playing ? -1 : selectedRow(model);
  const [next, effects] = applyFilter(withView(model, { focus: "list" }), "");
  return [row < 0 ? next : goToRow(next, row, ""), effects];
}

function withView(model: Model, change: Partial<PacketsView>): Model {
  return { ...model, packets: { ...model.packets, ...change } };
}
