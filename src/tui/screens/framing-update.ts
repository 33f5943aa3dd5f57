// What keys, the mouse and time do on the Framing screen.

import { brokenFrom, lastStep, lawRows } from "../framing-cursor.ts";
import type { Action } from "../keys.ts";
import type { MouseAction } from "../messages.ts";
import type { FramingPane, Model } from "../model.ts";
import { isFraming } from "../session.ts";
import { scrubberAt } from "../widgets/scrubber.ts";
import { lawLines, lawsTop } from "./framing-laws.ts";
import { framingLayout, framingTabs } from "./framing-layout.ts";
import type { FramingPlace } from "./framing-layout.ts";

/** Rows or chunks a page key moves by. */
const PAGE = 10;
/** How long a chunk is looked at while playing, in ms; at most so much for all chunks. */
const CHUNK_MS = 700;
const PLAY_MS = 15_000;
const CHUNK_MIN_MS = 16;

/** Moves as `action` asks. Actions the screen does not know leave the model as it is. */
export function framingAction(model: Model, action: Action): Model {
  if (!isFraming(model.session)) return model;
  const { selected, focus } = model.framing;
  const lines = MOVES.get(action);
  if (lines !== undefined)
    return focus === "laws" ? select(model, selected + lines) : moveTo(model, model.step + lines);
  switch (action) {
    case "forward":
      return moveTo(model, model.step + 1);
    case "back":
      return moveTo(model, model.step - 1);
    case "first":
      return moveTo(model, 0);
    case "last":
      return moveTo(model, lastOf(model));
    case "next broken":
      return select(model, brokenFrom(model.session, selected, 1));
    case "previous broken":
      return select(model, brokenFrom(model.session, selected, -1));
    case "next pane":
    case "previous pane":
      return focusOn(model, focus === "laws" ? "cut" : "laws");
    default:
      return model;
  }
}

const MOVES: ReadonlyMap<Action, number> = new Map([
  ["up", -1],
  ["down", 1],
  ["page up", -PAGE],
  ["page down", PAGE],
]);

/** Last step of the law looked at. */
export function lastOf(model: Model): number {
  return isFraming(model.session) ? lastStep(model.session, model.framing.selected) : 0;
}

/** One chunk on; playing ends with the last one. */
export function framingTick(model: Model): Model {
  const step = Math.min(model.step + 1, lastOf(model));
  return { ...model, step, playing: step < lastOf(model) };
}

/** How long playing waits before the next chunk, in ms of real time at `speed`. */
export function framingWait(model: Model, speed: number): number {
  const ms = Math.min(CHUNK_MS, PLAY_MS / Math.max(1, lastOf(model)));
  return Math.max(CHUNK_MIN_MS, Math.round(ms / speed));
}

/** Looks at law `index`, its counterexample played to the end. */
export function select(model: Model, index: number): Model {
  if (!isFraming(model.session)) return model;
  const selected = Math.max(0, Math.min(lawRows(model.session).length - 1, index));
  if (selected === model.framing.selected) return model;
  const framing = { ...model.framing, selected };
  return { ...model, framing, step: lastStep(model.session, selected), playing: false };
}

function moveTo(model: Model, step: number): Model {
  return { ...model, step: Math.max(0, Math.min(lastOf(model), step)), playing: false };
}

function focusOn(model: Model, focus: FramingPane): Model {
  return { ...model, framing: { ...model.framing, focus } };
}

/** A click, a drag or a turn of the wheel at cell (x, y) of the screen. */
export function framingMouse(model: Model, action: MouseAction, x: number, y: number): Model {
  const place = framingLayout(model).find(
    (at) => x >= at.x && x < at.x + at.width && y >= at.y && y < at.y + at.height,
  );
  if (place === undefined || !isFraming(model.session)) return model;
  if (action === "wheelup" || action === "wheeldown") {
    const by = action === "wheelup" ? -1 : 1;
    return place.part === "laws" || place.part === "law" || place.part === "verdict"
      ? select(model, model.framing.selected + by)
      : moveTo(model, model.step + by);
  }
  if (place.part === "scrubber") return moveTo(model, scrubbed(model, place, x));
  if (action === "drag") return model;
  switch (place.part) {
    case "tabs": {
      const tab = framingTabs().find(({ from, to }) => x >= from && x < to);
      return tab === undefined ? model : focusOn(model, tab.pane);
    }
    case "laws": {
      const focused = focusOn(model, "laws");
      const rows = place.height - 2;
      const at = y - place.y - 1;
      if (at < 0 || at >= rows) return focused;
      const line = lawLines(model.session)[lawsTop(model.session, model.framing.selected, rows) + at];
      return line !== undefined && "index" in line ? select(focused, line.index) : focused;
    }
    case "cut":
    case "verdict":
    case "contrast":
      return focusOn(model, "cut");
    case "law":
      return model;
  }
}

function scrubbed(model: Model, place: FramingPlace, x: number): number {
  const framed = place.height >= 4 ? 1 : 0;
  const range = { start: 0, end: lastOf(model) };
  return Math.round(scrubberAt(range, x - place.x - framed - 1, place.width - 2 * framed - 2));
}
