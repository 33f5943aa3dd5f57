// The grid a golden is written from: a screen, a ladder or a transcript of what was given to a matcher.

import { ladderGrid } from "../tui/ladder-grid.ts";
import type { Size } from "../tui/model.ts";
import type { Grid } from "../tui/render/grid.ts";
import type { Session } from "../tui/session.ts";
import type { SnapshotOptions } from "../tui/snapshot.ts";
import { darkTheme, themes } from "../tui/theme.ts";
import type { Theme } from "../tui/theme.ts";
import { transcriptGrid } from "../tui/transcript-grid.ts";
import { captureOf, isGrid, isRecord, optionsOf, sessionOf, tracedOf } from "./golden-subject.ts";
import type { DrawingOptions } from "./golden-subject.ts";

/** A grid, and the theme whose colours it has. */
export interface Drawn {
  readonly grid: Grid;
  readonly theme: Theme;
}

const WIDTH = 100;
const WIDTH_MIN = 40;
const SIZE: Size = { width: 120, height: 40 };
const CELLS_MAX = 1000;
/** Rows of packets, or of calls, that are drawn; past that the grid would be cut, and a golden must not be. */
const ROWS_MAX = 2000;

/** The screen of `subject`, as `wirelab snapshot` shows it; lessons to choose from are there when they are given. */
export async function drawScreen(subject: unknown): Promise<Drawn> {
  if (isGrid(subject)) return { grid: subject, theme: darkTheme };
  const options = optionsOf(subject);
  const theme = themeOf(options["theme"]);
  if (isGrid(options["grid"])) return { grid: options["grid"], theme };
  const session = await withContext(sessionOf(subject), subject);
  const { size = SIZE, at, screen, keys = [], lessons, codecs } = options as Partial<SnapshotOptions>;
  if (!isCells(size.width) || !isCells(size.height))
    throw new TypeError(`size: want { width, height } of 1 to ${CELLS_MAX} cells`);
  // Loaded for sessions alone: they bring everything that is on screens.
  const { hasScreen, SCREEN_NAMES } = await import("../tui/model.ts");
  const { renderScreen } = await import("../tui/snapshot.ts");
  if (screen !== undefined && !hasScreen(session, screen)) {
    const has = SCREEN_NAMES.filter((name) => hasScreen(session, name)).join(", ");
    throw new TypeError(`screen: there is no ${screen} of this; it has ${has}`);
  }
  // Keys can lead to the screen of streams as well.
  const frames =
    codecs ??
    (screen === "stream" || keys.length > 0 ? (await import("../tui/stream-codecs.ts")).streamCodecs() : []);
  const shown: SnapshotOptions = {
    ...(at === undefined ? {} : { at }),
    ...(screen === undefined ? {} : { screen }),
    ...(lessons === undefined ? {} : { lessons }),
    codecs: frames,
    keys,
    size,
    theme,
  };
  return { grid: renderScreen(session, shown), theme };
}

/** With what a capture's reader knows beside its packets: streams, reassembled datagrams. */
async function withContext(session: Session, subject: unknown): Promise<Session> {
  const capture = captureOf(subject);
  if (capture === null) return session;
  const { contextOf } = await import("../capture/context.ts");
  return { ...session, context: contextOf(capture) };
}

/** The ladder of `subject`, whole, as it stands at its end. */
export function drawLadder(subject: unknown): Drawn {
  const { trace, hosts: listed } = tracedOf(subject);
  const options = optionsOf(subject);
  const { width = WIDTH, hosts = listed } = options as DrawingOptions;
  if (!isCells(width) || width < WIDTH_MIN)
    throw new TypeError(`width: want ${WIDTH_MIN} to ${CELLS_MAX} cells`);
  const theme = themeOf(options["theme"]);
  return whole({ grid: ladderGrid(trace, width, hosts, theme), theme }, "ladder", 1);
}

/** The socket calls of `subject`, in the order they began. */
export function drawTranscript(subject: unknown): Drawn {
  const { trace } = tracedOf(subject);
  const theme = themeOf(optionsOf(subject)["theme"]);
  return whole({ grid: transcriptGrid(trace, theme), theme }, "transcript", 0);
}

function whole(drawn: Drawn, what: string, headers: number): Drawn {
  if (drawn.grid.height > ROWS_MAX + headers)
    throw new RangeError(
      `a ${what} of more than ${ROWS_MAX} rows is no golden anybody reads: compare a shorter run`,
    );
  return drawn;
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
