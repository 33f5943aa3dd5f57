// What can be given to the matchers of goldens, and the grid each of them makes of it.

import type { RunResult } from "../scenario/run.ts";
import type { Trace } from "../trace/trace.ts";
import { ladderGrid } from "../tui/ladder-grid.ts";
import { hasScreen, SCREEN_NAMES } from "../tui/model.ts";
import type { ScreenName, Size } from "../tui/model.ts";
import type { Grid } from "../tui/render/grid.ts";
import { hostsOf, isFraming, isLab, traceOf } from "../tui/session.ts";
import type { Session } from "../tui/session.ts";
import { renderScreen } from "../tui/snapshot.ts";
import type { SnapshotOptions } from "../tui/snapshot.ts";
import { darkTheme, themes } from "../tui/theme.ts";
import type { Theme } from "../tui/theme.ts";
import { transcriptGrid } from "../tui/transcript-grid.ts";

/** Packets and calls from anywhere: a trace, a run of a scenario, or what a dashboard shows. */
export type Traced = Trace | RunResult | Session;

/** How a ladder or a transcript is drawn. */
export interface DrawingOptions {
  /** Or its name: `dark` by default. */
  readonly theme?: Theme | string;
  /** Cells of a ladder's lines; 100 by default. */
  readonly width?: number;
  /** Hosts in the order of a ladder's lifelines; by default as the topology lists them, and without one as they appear. */
  readonly hosts?: readonly string[];
}

/** Which screen of it is meant, and when. */
export interface ScreenOptions extends Partial<Omit<SnapshotOptions, "theme">> {
  /** Or its name: `dark` by default. */
  readonly theme?: Theme | string;
}

/** With options beside it: `{ trace, width: 80 }`. */
export type LadderSubject = Traced | ({ readonly trace: Traced } & DrawingOptions);
export type TranscriptSubject = Traced | ({ readonly trace: Traced } & Pick<DrawingOptions, "theme">);
/** A grid is a screen already painted, in colours of `theme`. */
export type ScreenSubject =
  | Traced
  | Grid
  | ({ readonly trace: Traced } & ScreenOptions)
  | { readonly grid: Grid; readonly theme?: Theme | string };

/** What a golden is written from. */
export interface Drawn {
  readonly grid: Grid;
  readonly theme: Theme;
}

const WIDTH = 100;
const SIZE: Size = { width: 120, height: 40 };
const CELLS_MAX = 1000;
/** Rows that a ladder or transcript is drawn in whole; past that the grid would be cut, and a golden must not be. */
const ROWS_MAX = 2000;

/** The screen of `subject`, as `wirelab snapshot` shows it. */
export async function drawScreen(subject: unknown): Promise<Drawn> {
  if (isGrid(subject)) return { grid: subject, theme: darkTheme };
  const options = optionsOf(subject);
  const theme = themeOf(options["theme"]);
  if (isGrid(options["grid"])) return { grid: options["grid"], theme };
  const session = sessionOf(subject);
  const { screen, size = SIZE } = options as { screen?: ScreenName; size?: Size };
  if (!isCells(size?.width) || !isCells(size?.height))
    throw new TypeError(`size: want { width, height } of 1 to ${CELLS_MAX} cells`);
  if (screen !== undefined && !hasScreen(session, screen)) {
    const has = SCREEN_NAMES.filter((name) => hasScreen(session, name)).join(", ");
    throw new TypeError(`screen: there is no ${screen} of this; it has ${has}`);
  }
  const { streamCodecs } = await import("../tui/stream-codecs.ts");
  const { LESSON_LIST } = await import("../scenario/catalogue.ts");
  const shown = { codecs: streamCodecs(), lessons: LESSON_LIST, ...known(options), size, theme };
  return { grid: renderScreen(session, shown), theme };
}

/** The ladder of `subject`, whole, as it stands at its end. */
export function drawLadder(subject: unknown): Drawn {
  const options = optionsOf(subject);
  const session = sessionOf(subject);
  const { width = WIDTH, hosts = isLab(session) ? hostsOf(session) : [] } = options as DrawingOptions;
  if (!isCells(width) || width < 40) throw new TypeError(`width: want 40 to ${CELLS_MAX} cells`);
  const theme = themeOf(options["theme"]);
  return bounded({ grid: ladderGrid(traceOf(session), width, hosts, theme), theme }, "ladder");
}

/** The socket calls of `subject`, in the order they began. */
export function drawTranscript(subject: unknown): Drawn {
  const theme = themeOf(optionsOf(subject)["theme"]);
  const session = sessionOf(subject);
  if (isFraming(session)) throw new TypeError("laws tried on a codec make no socket calls to tell of");
  return bounded({ grid: transcriptGrid(traceOf(session), theme), theme }, "transcript");
}

function bounded(drawn: Drawn, what: string): Drawn {
  if (drawn.grid.height > ROWS_MAX + 1)
    throw new RangeError(
      `a ${what} of more than ${ROWS_MAX} rows is no golden anybody reads: compare a shorter run`,
    );
  return drawn;
}

/** What the dashboard shows of `subject`. */
function sessionOf(subject: unknown): Session {
  if (isSession(subject)) return subject;
  if (isRun(subject))
    return {
      scenario: subject.scenario,
      sim: subject,
      loopback: { unavailable: "not run in this test" },
      differences: [],
    };
  if (isTrace(subject)) return { name: "trace", trace: subject, problems: [] };
  if (isRecord(subject) && isRecord(subject["trace"])) return sessionOf(subject["trace"]);
  throw new TypeError(
    `want a trace, a run, a session, or { trace, ... } with options; got ${subject === null ? "null" : typeof subject}`,
  );
}

/** Options stand beside a subject; what is one itself has none. */
function optionsOf(subject: unknown): Readonly<Record<string, unknown>> {
  return isRecord(subject) && !isTrace(subject) && !isGrid(subject) ? subject : {};
}

/** Those of `renderScreen`, without what else the subject has. */
function known({ at, screen, keys, lessons, codecs }: Readonly<Record<string, unknown>>): object {
  const given = Object.entries({ at, screen, keys, lessons, codecs });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

function themeOf(given: unknown): Theme {
  if (given === undefined) return darkTheme;
  if (isRecord(given)) return given as unknown as Theme;
  const theme = typeof given === "string" ? themes.get(given) : undefined;
  if (theme === undefined)
    throw new TypeError(`theme: no ${JSON.stringify(given)}; there are ${[...themes.keys()].join(", ")}`);
  return theme;
}

function isCells(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= CELLS_MAX;
}

// By their members and not their classes: a test may have loaded another copy of them.

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function isTrace(value: unknown): value is Trace {
  return isRecord(value) && isRecord(value["packets"]) && Array.isArray(value["interfaces"]);
}

function isGrid(value: unknown): value is Grid {
  return isRecord(value) && value["attrs"] instanceof Int32Array && Array.isArray(value["chars"]);
}

function isRun(value: unknown): value is RunResult {
  return isRecord(value) && isTrace(value["trace"]) && isRecord(value["scenario"]);
}

function isSession(value: unknown): value is Session {
  if (!isRecord(value)) return false;
  return isRun(value["sim"]) || Array.isArray(value["reports"]) || Array.isArray(value["problems"]);
}
