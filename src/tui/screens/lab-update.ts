// What keys and the mouse do on the Lab. Every list there is a view of the run up to the cursor, so moving in a list
// moves the cursor: to the ladder's row above, to the program's call before.

import { ladderAround } from "../../trace/ladder.ts";
import { indexOf } from "../../trace/state-at.ts";
import type { Trace } from "../../trace/trace.ts";
import type { Action } from "../keys.ts";
import type { LabPane, Model } from "../model.ts";
import { callStop, firstStop, nextStop, previousStop } from "../playback.ts";
import { hostsOf, isLab, traceOf } from "../session.ts";
import { labLayout, labPanes, paneTitle } from "./lab-layout.ts";
import type { Place } from "./lab-layout.ts";
import { labTabs } from "./lab.ts";
import { scrubberStep } from "./scrubber-pane.ts";

/** Rows a page key and a turn of the wheel move by. */
const PAGE = 10;
const WHEEL = 3;
/** Texts are short; the pane stops at its last line. */
const SCROLL_MAX = 200;

/** Moves as `action` asks. Actions the Lab does not know leave the model as it is. */
export function labAction(model: Model, action: Action): Model {
  const trace = traceOf(model.session);
  const lines = SCROLLS.get(action);
  if (lines !== undefined && isText(model.focus)) return scrollBy(model, lines);
  switch (action) {
    case "forward":
      return moveTo(model, nextStop(trace, model.step));
    case "back":
      return moveTo(model, previousStop(trace, model.step));
    case "up":
      return moveTo(model, rowStep(model, -1));
    case "down":
      return moveTo(model, rowStep(model, 1));
    case "page up":
      return moveTo(model, rowStep(model, -PAGE));
    case "page down":
      return moveTo(model, rowStep(model, PAGE));
    case "first":
      return moveTo(model, firstStop(trace));
    case "last":
      return moveTo(model, trace.length - 1);
    case "next pane":
      return { ...model, focus: paneAfter(model, 1), scroll: 0 };
    case "previous pane":
      return { ...model, focus: paneAfter(model, -1), scroll: 0 };
    case "source":
      return { ...model, turned: !model.turned };
    default:
      return model;
  }
}

/** Lines a key scrolls the panes of text by. */
const SCROLLS: ReadonlyMap<Action, number> = new Map([
  ["up", -1],
  ["down", 1],
  ["page up", -PAGE],
  ["page down", PAGE],
]);

function isText(pane: LabPane): boolean {
  return pane === "lesson" || pane === "outcome";
}

function scrollBy(model: Model, lines: number): Model {
  return { ...model, scroll: Math.max(0, Math.min(SCROLL_MAX, model.scroll + lines)) };
}

/** Stands at `step`, paused. */
export function moveTo(model: Model, step: number): Model {
  const last = traceOf(model.session).length - 1;
  return { ...model, step: Math.max(Math.min(0, last), Math.min(step, last)), playing: false };
}

/** A click, a drag or a turn of the wheel at cell (x, y) of the screen. */
export function labMouse(
  model: Model,
  action: "click" | "drag" | "wheelup" | "wheeldown",
  x: number,
  y: number,
): Model {
  const place = labLayout(model).find(
    (at) => x >= at.x && x < at.x + at.width && y >= at.y && y < at.y + at.height,
  );
  if (place === undefined) return model;
  if (place.part === "scrubber") {
    if (action === "click" || action === "drag") return moveTo(model, scrubAt(model, place, x));
    return moveTo(model, stopsOn(traceOf(model.session), model.step, action === "wheelup" ? -1 : 1));
  }
  if (action === "wheelup" || action === "wheeldown") {
    const pane = focusable(model, place);
    const there = pane === null ? model : { ...model, focus: pane };
    if (isText(there.focus)) return scrollBy(there, action === "wheelup" ? -1 : 1);
    const moved = moveTo(model, rowStep(there, action === "wheelup" ? -WHEEL : WHEEL));
    return { ...moved, focus: model.focus };
  }
  if (action === "drag") return model;
  if (place.part === "tabs") {
    const tab = labTabs(model).find(({ from, to }) => x >= from && x < to);
    return tab === undefined ? model : { ...model, focus: tab.pane, scroll: 0 };
  }
  const pane = focusable(model, place);
  return pane === null ? model : clickRow({ ...model, focus: pane, scroll: 0 }, place, y);
}

/** The focus, or the nearest pane that can have it at this size. */
export function validFocus(model: Model): LabPane {
  const panes = labPanes(model);
  return panes.includes(model.focus) ? model.focus : (panes[0] ?? "ladder");
}

function focusable(model: Model, place: Place): LabPane | null {
  return labPanes(model).find((pane) => pane === place.part) ?? null;
}

function scrubAt(model: Model, place: Place, x: number): number {
  const framed = place.height >= 4 ? 1 : 0;
  return scrubberStep(traceOf(model.session), x - place.x - framed, place.width - 2 * framed);
}

function stopsOn(trace: Trace, step: number, stops: number): number {
  let at = step;
  for (let i = 0; i < Math.abs(stops); i++) at = stops < 0 ? previousStop(trace, at) : nextStop(trace, at);
  return at;
}

/** The step of the row `by` rows from the newest one of the pane with the focus. */
function rowStep(model: Model, by: number): number {
  const trace = traceOf(model.session);
  if (!isLab(model.session)) return model.step;
  if (model.focus === "ladder") {
    const ladder = ladderAround(trace, hostsOf(model.session), model.step);
    const row = ladder.rowsAt(model.step) - 1 + by;
    if (row < 0) return ladder.fromStep === 0 ? firstStop(trace) : nextStop(trace, ladder.fromStep - 1);
    if (row >= ladder.rows.length) return ladder.toStep - 1;
    return nextStop(trace, ladder.rows[row].step - 1);
  }
  if (model.focus.startsWith("program:")) {
    const hosts = paneTitle(model.focus).split(" ");
    if (hosts.length === 1) return callAt(trace, hosts[0], model.step, by);
  }
  return stopsOn(trace, model.step, by);
}

function callAt(trace: Trace, host: string, step: number, by: number): number {
  const call = indexOf(trace).callsAt(host, step) - 1 + by;
  if (call < 0) return firstStop(trace);
  return callStop(trace, host, call) ?? trace.length - 1;
}

/** A click on a ladder's or a transcript's row goes to that row's instant. */
function clickRow(model: Model, place: Place, y: number): Model {
  // Above a transcript may be its program, and a line between them.
  const above = place.sourceRows === undefined || place.sourceRows === 0 ? 0 : place.sourceRows + 1;
  const rows = place.height - 3 - above;
  const line = y - place.y - 2 - above;
  if (line < 0 || line >= rows || !isLab(model.session)) return model;
  const trace = traceOf(model.session);
  const isLadder = place.part === "ladder";
  const host = place.hosts?.length === 1 ? place.hosts[0] : null;
  if (!isLadder && host === null) return model;
  const ladder = ladderAround(trace, hostsOf(model.session), model.step);
  const count = isLadder ? ladder.rowsAt(model.step) : indexOf(trace).callsAt(host ?? "", model.step);
  const row = Math.max(0, count - rows) + line;
  return row >= count ? model : moveTo(model, rowStep(model, row - (count - 1)));
}

function paneAfter(model: Model, by: number): LabPane {
  const panes = labPanes(model);
  const at = panes.indexOf(validFocus(model));
  return panes[(at + by + panes.length) % panes.length];
}
