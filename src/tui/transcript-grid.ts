// The whole transcript of a trace as one grid, however long: for pictures.

import { transcriptLines } from "../trace/transcript-text.ts";
import type { TranscriptRole } from "../trace/transcript-text.ts";
import type { Trace } from "../trace/trace.ts";
import { Grid } from "./render/grid.ts";
import { textWidth } from "./render/width.ts";
import { darkTheme } from "./theme.ts";
import type { Theme } from "./theme.ts";

/** Rows a picture has at most; a longer transcript ends with a line that says how many are missing. */
const ROWS_MAX = 2000;
/** Cells of a row at most: what a program logs may be of any length. */
const WIDTH_MAX = 1000;

/** The socket calls of `trace` with their answers, as wide as the longest line. */
export function transcriptGrid(trace: Trace, theme: Theme = darkTheme): Grid {
  const lines = transcriptLines(trace.events);
  const shown = lines.slice(0, ROWS_MAX);
  const missing = lines.length - shown.length;
  const [first] = lines;
  const ends = missing > 0 ? `and ${missing} more` : first === undefined ? "no socket call" : null;
  const before = first === undefined ? 0 : textWidth(first.time) + textWidth(first.who) + 4;
  let width = ends?.length ?? 0;
  for (const { what } of shown) width = Math.max(width, before + textWidth(what));
  const grid = new Grid(Math.min(WIDTH_MAX, width), shown.length + (ends === null ? 0 : 1), theme.background);
  for (const [y, { time, who, what, role }] of shown.entries()) {
    const at = grid.put(0, y, time, theme.muted) + 2;
    grid.put(at, y, who, theme.strong);
    grid.put(before, y, what, roleAttr(theme, role));
  }
  if (ends !== null) grid.put(0, grid.height - 1, ends, theme.muted);
  return grid;
}

function roleAttr(theme: Theme, role: TranscriptRole): number {
  switch (role) {
    case "answered":
      return theme.text;
    case "failed":
    case "ended":
      return theme.error;
    case "waiting":
      return theme.pending;
    case "log":
      return theme.string;
    case "intervention":
      return theme.warn;
  }
}
