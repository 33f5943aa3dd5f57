// What the dashboard remembers from one time to the next: its theme, columns, screens, the files opened lately. Where it keeps that is where
// the XDG Base Directory Specification has state.

import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { hasScreen, SCREEN_NAMES, TIME_FORMS } from "../tui/model.ts";
import type { Model, ScreenName, TimeForm } from "../tui/model.ts";
import { isFraming, isLab } from "../tui/session.ts";
import type { Session } from "../tui/session.ts";
import { themes } from "../tui/theme.ts";

export interface SavedState {
  /** The theme chosen, null where the terminal decides. */
  readonly theme: string | null;
  /** Columns of the packet list, null for the usual ones. */
  readonly columns: readonly string[] | null;
  /** What the Time column counts from, where that is not the first packet. */
  readonly times?: TimeForm;
  /** Display filters set lately, the last one first. */
  readonly filters?: readonly string[];
  /** Paths of captures and scenarios, the last opened first. */
  readonly recent: readonly string[];
  /** The screen a lab and a capture were left on. */
  readonly screens: { readonly lab?: ScreenName; readonly capture?: ScreenName };
}

export const INITIAL_STATE: SavedState = { theme: null, columns: null, recent: [], screens: {} };

const VERSION = 1;
/** Ours is a few KiB at most. */
const BYTES_MAX = 64 * 1024;
const RECENT_MAX = 12;
const PATH_MAX = 4096;
const COLUMNS_MAX = 16;
const FILTERS_MAX = 10;
const FILTER_MAX = 300;
const NAME_MAX = 100;

export interface StateEnvironment {
  readonly XDG_STATE_HOME?: string | undefined;
  readonly LOCALAPPDATA?: string | undefined;
  readonly HOME?: string | undefined;
}

/** The file. A relative XDG_STATE_HOME is to be ignored. */
export function statePath(environment: StateEnvironment): string {
  const { XDG_STATE_HOME = "", LOCALAPPDATA = "", HOME = homedir() } = environment;
  if (isAbsolute(XDG_STATE_HOME)) return join(XDG_STATE_HOME, "wirelab", "state.json");
  if (isAbsolute(LOCALAPPDATA)) return join(LOCALAPPDATA, "wirelab", "state.json");
  return join(HOME, ".local", "state", "wirelab", "state.json");
}

export interface ReadState {
  readonly state: SavedState;
  /** Nothing was ever saved. */
  readonly isFirst: boolean;
  /** Why what was saved is not used, in words; null when it is. */
  readonly problem: string | null;
}

/** What was saved. Whatever is wrong with the file, there is a state, and the file is written anew in the end. */
export function readState(path: string): ReadState {
  const wrong = (why: string): ReadState => ({
    state: INITIAL_STATE,
    isFirst: false,
    problem: `${path} is not used: ${why}`,
  });
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return { state: INITIAL_STATE, isFirst: true, problem: null };
    if (!stat.isFile() || stat.size > BYTES_MAX) return wrong("it is none of ours");
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof value !== "object" || value === null || !("version" in value))
      return wrong("it is none of ours");
    if (value.version !== VERSION) return wrong(`it is of version ${String(value.version)}`);
    return { state: stateIn(value), isFirst: false, problem: null };
  } catch (error) {
    return wrong(error instanceof Error ? error.message.split("\n")[0] : String(error));
  }
}

/** Everything in `value` that makes sense; a part that does not is as if it were not there. */
function stateIn(value: object): SavedState {
  const { theme, columns, times, filters, recent, screens } = value as Readonly<Record<string, unknown>>;
  const names = stringsIn(columns)
    .filter((name) => name.length <= NAME_MAX)
    .slice(0, COLUMNS_MAX);
  const paths = stringsIn(recent).filter((path) => isAbsolute(path) && path.length <= PATH_MAX);
  const { lab, capture } = (typeof screens === "object" && screens !== null ? screens : {}) as Readonly<
    Record<string, unknown>
  >;
  const screenOf = (name: unknown): ScreenName | undefined => SCREEN_NAMES.find((known) => known === name);
  const form = TIME_FORMS.find((known) => known === times);
  const [labScreen, captureScreen] = [screenOf(lab), screenOf(capture)];
  return {
    theme: typeof theme === "string" && themes.has(theme) ? theme : null,
    columns: names.length === 0 ? null : [...new Set(names)],
    ...(form === undefined ? {} : { times: form }),
    ...filtersIn(stringsIn(filters)),
    recent: paths.slice(0, RECENT_MAX),
    screens: {
      ...(labScreen === undefined ? {} : { lab: labScreen }),
      ...(captureScreen === undefined ? {} : { capture: captureScreen }),
    },
  };
}

/** Those of `filters` that are kept, if any: nobody wants to be offered a page of text. */
function filtersIn(filters: readonly string[]): Pick<SavedState, "filters"> {
  const kept = filters.filter((text) => text !== "" && text.length <= FILTER_MAX).slice(0, FILTERS_MAX);
  return kept.length === 0 ? {} : { filters: kept };
}

function stringsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((entry: unknown) => typeof entry === "string") : [];
}

/** The screen `session` was left on the last time, where it still has it. */
export function screenIn(state: SavedState, session: Session): ScreenName | null {
  if (isFraming(session)) return null;
  const name = isLab(session) ? state.screens.lab : state.screens.capture;
  return name !== undefined && hasScreen(session, name) ? name : null;
}

/** What is to be remembered of `model`. `themeBefore` is the theme it began with: only another one was chosen. */
export function stateOf(model: Model, before: SavedState, themeBefore: string): SavedState {
  const { session, screen } = model;
  const at = isFraming(session) ? {} : isLab(session) ? { lab: screen } : { capture: screen };
  return {
    theme: model.theme === themeBefore ? before.theme : model.theme,
    columns: model.packets.columns,
    ...(model.packets.times === "elapsed" ? {} : { times: model.packets.times }),
    ...filtersIn(model.filters),
    recent: model.recent.slice(0, RECENT_MAX),
    screens: { ...before.screens, ...at },
  };
}

/** `recent` with `path` first. */
export function withRecent(recent: readonly string[], path: string): readonly string[] {
  return [path, ...recent.filter((other) => other !== path)].slice(0, RECENT_MAX);
}

/** Saves `state`: whole or not at all. Where it cannot be written, nothing is remembered, and nothing else is amiss. */
export function writeState(path: string, state: SavedState): void {
  const part = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(part, `${JSON.stringify({ version: VERSION, ...state }, null, 2)}\n`, { mode: 0o600 });
    renameSync(part, path);
  } catch {
    remove(part);
  }
}

function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // It never came to be.
  }
}
