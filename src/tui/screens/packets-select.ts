// Which packet of the list is selected: by line, by row, by mark.

import { nextStop } from "../playback.ts";
import { countUpTo, indexOf } from "../../trace/state-at.ts";
import type { Model, PacketsView } from "../model.ts";
import { moveTo } from "./lab-update.ts";
import { followsCursor, listCount, listRow, selectedRow, shownTrace } from "./packet-data.ts";

/** Selects a line of the list, which moves the cursor there. That ends playing: the list would run away from under the selection. */
export function selectPacket(model: Model, selected: number): Model {
  const chosen = withView({ ...model, playing: false }, { selected });
  if (!followsCursor(model) || listCount(model) === 0) return chosen;
  const trace = shownTrace(model);
  return moveTo(chosen, nextStop(trace, indexOf(trace).packetStep(listRow(model, selected)) - 1));
}

/** Selects packet `row`, wherever it is in the list; says so where the filter keeps it out. -1 is none. */
export function goToRow(model: Model, row: number, none: string): Model {
  if (row < 0) return { ...model, notice: none };
  const { filter } = model.packets;
  if (filter !== null && lineOf(model, row) < 0) {
    return { ...model, notice: `packet ${row + 1} does not pass the filter: Esc drops it` };
  }
  return selectPacket({ ...model, screen: "packets" }, lineOf(model, row));
}

/** The line packet `row` is on, -1 where the filter keeps it out. */
function lineOf(model: Model, row: number): number {
  const { filter, sort } = model.packets;
  const at = filter === null ? row : countUpTo(filter.rows, row) - 1;
  if (filter !== null && filter.rows[at] !== row) return -1;
  return sort?.places == null ? at : sort.places[row];
}

/** Marks the packet selected, or takes its mark away. */
export function turnMark(model: Model): Model {
  const row = selectedRow(model);
  if (row < 0) return model;
  const marks = new Set(model.packets.marks);
  if (!marks.delete(row)) marks.add(row);
  return withView(model, { marks });
}

/** The next marked packet of the list (1), after the last one the first, or the one before (-1). */
export function nextMark(model: Model, by: 1 | -1): Model {
  const { marks, selected } = model.packets;
  const count = listCount(model);
  if (marks.size === 0) return { ...model, notice: "no packet is marked: m marks one" };
  let nearest = Infinity;
  for (const row of marks) {
    const line = lineOf(model, row);
    // The line the selection is on comes last.
    if (line >= 0) nearest = Math.min(nearest, ((line - selected) * by - 1 + count) % count);
  }
  if (nearest === Infinity) return { ...model, notice: "no packet that is marked passes the filter" };
  return selectPacket(model, (selected + by * (1 + nearest) + count) % count);
}

function withView(model: Model, change: Partial<PacketsView>): Model {
  return { ...model, packets: { ...model.packets, ...change } };
}
