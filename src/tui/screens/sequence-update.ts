// What keys and the mouse do on the Sequence screen.

import type { Action } from "../keys.ts";
import type { MouseAction } from "../messages.ts";
import type { Model, SequenceView } from "../model.ts";
import { nextStop, previousStop } from "../playback.ts";
import { atCursor, shownTrace } from "./packet-data.ts";
import { scrubberStep } from "./scrubber-pane.ts";
import { sequenceTop } from "./sequence.ts";
import { lifelinesOf, sequenceOf, shownStep } from "./sequence-data.ts";
import { sequenceLayout } from "./sequence-layout.ts";

const PAGE = 10;
const WHEEL = 3;
/** Doublings and halvings of the scale. */
const ZOOM_MAX = 12;

const ROWS: ReadonlyMap<Action, number> = new Map([
  ["up", -1],
  ["down", 1],
  ["page up", -PAGE],
  ["page down", PAGE],
]);

/** Does `action`; one the screen does not know leaves the model as it is. */
export function sequenceAction(model: Model, action: Action): Model {
  const trace = shownTrace(model);
  const rows = ROWS.get(action);
  if (rows !== undefined) return byRows(model, rows);
  const { zoom, folded, conversation } = model.sequence;
  switch (action) {
    case "forward":
      return atCursor(model, nextStop(trace, shownStep(model)));
    case "back":
      return atCursor(model, previousStop(trace, shownStep(model)));
    case "first":
      return atCursor(model, nextStop(trace, -1));
    case "last":
      return atCursor(model, trace.length - 1);
    // A scale of longer times makes room: zooming out ends where time takes none.
    case "zoom in":
      return withView(model, { zoom: zoom === null ? ZOOM_MAX : Math.max(-ZOOM_MAX, zoom - 1) });
    case "zoom out":
      return withView(model, { zoom: zoom === null || zoom === ZOOM_MAX ? null : zoom + 1 });
    case "fold":
      return withView(model, { folded: !folded });
    case "conversation":
      return withView(model, { conversation: !conversation });
    case "expand":
      return { ...model, screen: "packets" };
    default:
      return model;
  }
}

/** A click goes to a row or a time, the wheel a few rows on. */
export function sequenceMouse(model: Model, action: MouseAction, x: number, y: number): Model {
  const place = sequenceLayout(model).find(
    (at) => x >= at.x && x < at.x + at.width && y >= at.y && y < at.y + at.height,
  );
  if (place === undefined) return model;
  if (action === "wheelup" || action === "wheeldown")
    return byRows(model, action === "wheelup" ? -WHEEL : WHEEL);
  if (place.part === "time") {
    const framed = place.height >= 4 ? 1 : 0;
    return atCursor(model, scrubberStep(shownTrace(model), x - place.x - framed, place.width - 2 * framed));
  }
  if (place.part !== "sequence" || action !== "click") return model;
  const line = y - place.y - 2;
  const height = place.height - 3;
  if (line < 0 || line >= height) return model;
  return toRow(model, sequenceTop(model, height) + line);
}

/** The item `by` from the cursor's, in the order of the rows. */
function byRows(model: Model, by: number): Model {
  const sequence = sequenceOf(model, lifelinesOf(model));
  const steps = [...new Set(sequence.items.map(({ step }) => step))].toSorted((a, b) => a - b);
  const now = shownStep(model);
  const at = steps.findLastIndex((step) => step <= now);
  const next = steps[Math.max(0, Math.min(steps.length - 1, at + by))];
  return next === undefined ? model : atCursor(model, nextStop(shownTrace(model), next - 1));
}

/** The last item that begins at row `row` or above. */
function toRow(model: Model, row: number): Model {
  const { items } = sequenceOf(model, lifelinesOf(model));
  const item = items.findLast(({ y }) => y <= row);
  return item === undefined ? model : atCursor(model, nextStop(shownTrace(model), item.step - 1));
}

function withView(model: Model, change: Partial<SequenceView>): Model {
  return { ...model, sequence: { ...model.sequence, ...change } };
}
