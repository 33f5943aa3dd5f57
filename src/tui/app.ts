// The dashboard: one model, one update, one view. Pure: what it wants done outside comes out as effects.

import { indexOf, stepAtTime } from "../trace/state-at.ts";
import { Grid } from "./render/grid.ts";
import { actionOf, isScreenName } from "./keys.ts";
import type { Action } from "./keys.ts";
import {
  EMPTY_PACKETS,
  firstScreen,
  hasScreen,
  initialModel,
  openingStep,
  screensFor,
  SPEEDS,
} from "./model.ts";
import type { Effect, Message, MouseAction, Stand } from "./messages.ts";
import type { Model, ScreenName, Size } from "./model.ts";
import { lawRows } from "./framing-cursor.ts";
import { firstStop, nextInOwnTime, nextStop, stopsPerTick, waitAt } from "./playback.ts";
import { countOfGrowing, isFraming, isLab, replaySpeed, traceOf } from "./session.ts";
import { topTabs } from "./status-bars.ts";
import type { FramingSession, Session } from "./session.ts";
import { framingTick, framingWait, lastOf } from "./screens/framing-update.ts";
import { screenOn } from "./screens/all.ts";
import { atEnd } from "./screens/lab.ts";
import { validFocus } from "./screens/lab-update.ts";
import { isAnalysisUnread, readAnalysis, shownTrace } from "./screens/packet-data.ts";
import { decodeBy, filterBy, scanOn, sortByColumn } from "./screens/packets-reading.ts";
import { settlePackets, turnColumn } from "./screens/packets-update.ts";
import { sortBy } from "./screens/packets-sort.ts";
import { typingKey } from "./screens/packets-typing.ts";
import type { Chosen } from "./popups/choices.ts";
import { openChooser } from "./popups/chooser.ts";
import { dropSelected, openNetwork, undoChange } from "./popups/network.ts";
import { paintPopup, popupKey, popupMouse } from "./popups/popups.ts";
import { darkTheme, themeNamed } from "./theme.ts";
import type { Step } from "./screens/screen.ts";
import type { Theme } from "./theme.ts";
import { wholeScreen } from "./whole-screen.ts";

const NOTHING: readonly Effect[] = [];
/** Seeking moves by the whole's time over this. */
const SEEK_PARTS = 20;
/** Seeds are unsigned 32-bit numbers. */
const SEED_COUNT = 2 ** 32;

/** The state after `message`, and what is asked of the outside. */
export function update(model: Model, message: Message): Step {
  const [next, effects] = respond(model, message);
  if (next.screen === "framing") return [next, effects];
  const settled = settlePackets({ ...next, focus: validFocus(next) });
  return counting(settled, effects);
}

/** Asks for a `scan` where there is something to read and none is asked for yet, and for codecs where a stream is shown. */
function counting(model: Model, effects: readonly Effect[]): Step {
  if (model.screen === "stream" && model.codecs === null && !model.codecsAsked) {
    return counting({ ...model, codecsAsked: true }, [...effects, { kind: "codecs" }]);
  }
  const { count } = screenOn(model);
  count?.soon?.(model);
  if (model.counting || !(count?.unread(model) === true || isAnalysisUnread(model))) return [model, effects];
  return [{ ...model, counting: true }, [...effects.filter(({ kind }) => kind !== "scan"), { kind: "scan" }]];
}

/** The next slice of what is read: first for the screen, then the analysis, without which a filter would not know what it lets through. */
function scan(model: Model): Step {
  const asked = { ...model, counting: false };
  const { count } = screenOn(model);
  if (count?.unread(model) === true) count.read(model);
  else if (isAnalysisUnread(model)) readAnalysis(model);
  else return scanOn(asked);
  return [asked, [{ kind: "scan" }]];
}

function respond(model: Model, message: Message): Step {
  switch (message.kind) {
    case "key":
      return key(model, message.key);
    case "mouse":
      return mouse(model, message.action, message.x, message.y);
    case "resize":
      return [{ ...model, size: { width: message.width, height: message.height } }, NOTHING];
    case "tick":
      return tick(model);
    case "scan":
      return scan(model);
    case "codecs":
      return [{ ...model, codecs: message.codecs }, NOTHING];
    case "open":
      return opened({ ...model, recent: message.recent ?? model.recent }, message.session);
    case "update":
      return followed(model, message.session);
    case "changed":
      return changed(model, message.session, message.stand, message.playing);
    case "listed": {
      const listed = { ...model, folder: message.folder, busy: null };
      return [{ ...listed, popup: openChooser(listed, "files") }, NOTHING];
    }
    case "done":
      return [{ ...model, busy: null, note: message.what }, NOTHING];
    case "failed":
      return [{ ...model, busy: null, notice: message.why }, NOTHING];
  }
}

/** What a dashboard that shows `model` begins with: one that plays needs its first tick, a screen that counts and a filter their first slice. */
export function begin(model: Model): Step {
  const reads: readonly Effect[] = model.packets.filter === null ? NOTHING : [{ kind: "scan" }];
  return counting(model, model.playing ? [wait(model), ...reads] : reads);
}

/** The whole screen. */
export function view(model: Model, size: Size, theme: Theme = themeNamed(model.theme)): Grid {
  return wholeScreen(model, size, theme, (grid, shown) => {
    screenOn(shown).paint(grid, theme, shown);
    if (shown.popup !== null) paintPopup(grid, theme, shown, shown.popup);
  });
}

function key(model: Model, name: string): Step {
  if (name === "C-c") return [model, [{ kind: "quit" }]];
  if (model.popup !== null) return popupKey({ ...model, note: null }, model.popup, name, choose);
  if (model.screen === "packets" && model.packets.typing !== null) return typingKey(model, name);
  const action = actionOf(name, model);
  if (action === null) return [model, NOTHING];
  return act({ ...model, notice: null, note: null, hint: null }, action);
}

/** Does what was chosen from a list. */
function choose(model: Model, chosen: Chosen): Step {
  switch (chosen.kind) {
    case "action":
      return act({ ...model, notice: null }, chosen.action);
    case "lesson":
      return [{ ...model, busy: `running ${chosen.name}` }, [{ kind: "lesson", name: chosen.name }]];
    case "file":
      return [{ ...model, busy: `opening ${chosen.path}` }, [{ kind: "file", path: chosen.path }]];
    case "folder":
      return [model, [{ kind: "list", folder: chosen.path }]];
    case "theme":
      return [{ ...model, theme: chosen.name }, NOTHING];
    case "column":
      return [turnColumn(model, chosen.id), NOTHING];
    case "sort":
      return sortByColumn(model, chosen.id);
    case "filter":
      return filterBy(model, chosen.text);
    case "decode":
      return decodeBy(model, chosen.rules);
    case "copy":
      return [model, [{ kind: "copy", what: chosen.what, text: chosen.text }]];
  }
}

function act(model: Model, action: Action): Step {
  if (isScreenName(action)) return [onScreen(model, action), NOTHING];
  switch (action) {
    case "quit":
      return [model, [{ kind: "quit" }]];
    case "help":
      return [{ ...model, popup: { kind: "help", top: 0 } }, NOTHING];
    case "play":
      return play(model);
    case "faster":
      return [{ ...model, speed: Math.min(SPEEDS.length - 1, model.speed + 1) }, NOTHING];
    case "slower":
      return [{ ...model, speed: Math.max(0, model.speed - 1) }, NOTHING];
    case "rerun":
      return rerun(model);
    case "lessons":
      return [{ ...model, popup: openChooser(model, "lessons") }, NOTHING];
    case "commands":
      return [{ ...model, popup: openChooser(model, "commands") }, NOTHING];
    case "themes":
      return [{ ...model, popup: openChooser(model, "themes") }, NOTHING];
    case "columns":
      return [{ ...model, popup: openChooser(model, "columns") }, NOTHING];
    case "sort":
      return [{ ...model, popup: openChooser(model, "sorting") }, NOTHING];
    case "filter by":
      return [{ ...model, popup: openChooser(model, "filters") }, NOTHING];
    case "colour rules":
      return [{ ...model, popup: openChooser(model, "rules") }, NOTHING];
    case "decode as":
      return [{ ...model, popup: openChooser(model, "decodings") }, NOTHING];
    case "copy":
      return [{ ...model, popup: openChooser(model, "copies") }, NOTHING];
    case "open file":
      return [model, [{ kind: "list", folder: model.folder?.path ?? null }]];
    case "filter": {
      const packets = onScreen(model, "packets");
      return screenOn(packets).act(packets, action);
    }
    case "change network":
      return [openNetwork(model), NOTHING];
    case "drop packet":
      return dropSelected(model);
    case "undo":
      return undoChange(model);
    case "next lesson":
      return lesson(model, 1);
    case "previous lesson":
      return lesson(model, -1);
    case "seek back":
      return [seek(model, -1), NOTHING];
    case "seek forward":
      return [seek(model, 1), NOTHING];
    default:
      return screenOn(model).act(model, action);
  }
}

function onScreen(model: Model, name: ScreenName): Model {
  const next = { ...model, screen: name };
  return model.screen === name ? model : (screenOn(next).enter?.(next) ?? next);
}

function play(model: Model): Step {
  if (isFraming(model.session)) return playFraming(model);
  if (model.playing) return [{ ...model, playing: false }, NOTHING];
  const from = atEnd(model) ? firstStop(traceOf(model.session)) : model.step;
  const playing = { ...model, step: from, playing: true };
  return [playing, [wait(playing)]];
}

/** Moves the cursor by a part of the time the whole takes; playing goes on from there. */
function seek(model: Model, by: 1 | -1): Model {
  const trace = traceOf(model.session);
  const last = trace.length - 1;
  if (last < 0) return model;
  const toNs = trace.timeNs(Math.max(0, model.step)) + (by * trace.timeNs(last)) / SEEK_PARTS;
  const step = Math.max(firstStop(trace), Math.min(last, stepAtTime(trace, toNs)));
  return { ...model, step };
}

function playFraming(model: Model): Step {
  if (model.playing || lastOf(model) === 0) return [{ ...model, playing: false }, NOTHING];
  const playing = { ...model, step: model.step >= lastOf(model) ? 0 : model.step, playing: true };
  return [playing, [wait(playing)]];
}

function tick(model: Model): Step {
  if (!model.playing) return [model, NOTHING];
  if (isFraming(model.session)) {
    const next = framingTick(model);
    return [next, next.playing ? [wait(next)] : NOTHING];
  }
  const trace = traceOf(model.session);
  const own = replaySpeed(model.session);
  let { step } = model;
  if (own !== null) ({ step } = nextInOwnTime(trace, step, own * SPEEDS[model.speed]));
  else for (let stops = stopsPerTick(SPEEDS[model.speed]); stops > 0; stops--) step = nextStop(trace, step);
  const moved = { ...model, step };
  if (step >= trace.length - 1) return [{ ...moved, playing: false }, NOTHING];
  return [moved, [wait(moved)]];
}

function wait(model: Model): Effect {
  if (isFraming(model.session)) return { kind: "wait", ms: framingWait(model, SPEEDS[model.speed]) };
  const trace = traceOf(model.session);
  const speed = SPEEDS[model.speed];
  const own = replaySpeed(model.session);
  const ms =
    own === null ? waitAt(trace, model.step, speed) : nextInOwnTime(trace, model.step, own * speed).ms;
  return { kind: "wait", ms };
}

function rerun(model: Model): Step {
  if (!isLab(model.session)) return [model, NOTHING];
  const seed = (model.session.sim.seed + 1) % SEED_COUNT;
  return [{ ...model, busy: `running with seed ${seed}` }, [{ kind: "rerun", seed }]];
}

function lessonAt(model: Model): number {
  const name = isLab(model.session) ? model.session.scenario.name : "";
  return model.lessons.findIndex((entry) => entry.name === name);
}

function lesson(model: Model, by: number): Step {
  const count = model.lessons.length;
  if (count === 0) return [model, NOTHING];
  const { name } = model.lessons[(lessonAt(model) + by + count) % count];
  return [{ ...model, busy: `running ${name}` }, [{ kind: "lesson", name }]];
}

/** Another run: from its beginning, playing, on the screen that was open. */
function opened(model: Model, session: Session): Step {
  if (isFraming(session)) {
    const { size, lessons, speed } = model;
    return [{ ...initialModel({ session, size, lessons }), speed }, NOTHING];
  }
  const trace = traceOf(session);
  const lab = isLab(session);
  const next: Model = {
    ...model,
    session,
    screen: hasScreen(session, model.screen) ? model.screen : firstScreen(session),
    step: lab ? firstStop(trace) : openingStep(session),
    playing: lab,
    busy: null,
    notice: null,
    flow: null,
    stream: { ...model.stream, byte: null, codec: null },
    statistics: { ...model.statistics, selected: 0, top: 0 },
    packets: {
      ...EMPTY_PACKETS,
      columns: model.packets.columns,
      times: model.packets.times,
      findMode: model.packets.findMode,
    },
  };
  return [next, lab ? [wait(next)] : NOTHING];
}

/** The same run with other changes to its network: all that was before them is as it was, and so is the cursor. */
function changed(model: Model, session: Session, stand: Stand, playing: boolean): Step {
  const trace = traceOf(session);
  const step =
    "step" in stand
      ? stand.step
      : "timeNs" in stand
        ? stepAtTime(trace, stand.timeNs)
        : Math.min(indexOf(trace).dropStep(stand.dropOf), trace.length - 1);
  const last = trace.length - 1;
  const { filter, sort } = model.packets;
  // What was found in the packets there were is found anew in those there are.
  const packets = {
    ...model.packets,
    filter: filter === null ? null : { text: filter.text, rows: [], scanned: 0 },
    sort: sort === null ? null : sortBy(sort.column, sort.descending),
    find: null,
  };
  const next = {
    ...model,
    session,
    packets,
    step: Math.min(step, last),
    playing: playing && step < last,
    busy: null,
  };
  const reads: readonly Effect[] = filter === null && sort === null ? NOTHING : [{ kind: "scan" }];
  return [next, next.playing ? [wait(next), ...reads] : reads];
}

/** The same session with more known: the cursor stays, or stays at the end; a filter reads on. */
function followed(model: Model, session: Session): Step {
  if (isFraming(session)) return lawsFollowed(model, session);
  const trace = traceOf(session);
  const last = trace.length - 1;
  const before = countOfGrowing(model.session);
  // A live capture's trace has grown in place already.
  const wasLast = model.step >= (before ?? traceOf(model.session).length) - 1;
  const step =
    wasLast && !model.playing && (model.step > 0 || before !== null)
      ? last
      : Math.max(Math.min(model.step, last), Math.min(0, last));
  const { filter } = model.packets;
  const next = { ...model, session, step, busy: null };
  const unread = filter !== null && filter.scanned < shownTrace(next).packets.count;
  return [next, unread ? [{ kind: "scan" }] : NOTHING];
}

/** More laws tried: the first counterexample there is plays; before and after, the law looked at stays. */
function lawsFollowed(model: Model, session: FramingSession): Step {
  const hasBroken = (of: Session): boolean =>
    isFraming(of) && lawRows(of).some(({ law }) => law.verdict === "broken");
  if (hasBroken(model.session) || !hasBroken(session)) return [{ ...model, session }, NOTHING];
  const { size, lessons, speed } = model;
  const next = { ...initialModel({ session, size, lessons, step: 0, playing: true }), speed };
  return [next, [wait(next)]];
}

function mouse(model: Model, action: MouseAction, x: number, y: number): Step {
  if (model.popup !== null) return popupMouse(model, model.popup, action, x, y, choose);
  if (y === 0) {
    if (action !== "click") return [model, NOTHING];
    const scratch = new Grid(model.size.width, 1);
    const tab = topTabs(scratch, darkTheme, model).find(({ from, to }) => x >= from && x < to);
    return tab === undefined
      ? [model, NOTHING]
      : [onScreen(model, screensFor(model.session)[tab.tab]), NOTHING];
  }
  return screenOn(model).mouse(model, action, x, y);
}
