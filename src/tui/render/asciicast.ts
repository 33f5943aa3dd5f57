/** A recording of grids for asciinema players: asciicast version 2, one JSON array a line. */

import { ansiChanges, rowToAnsi } from "./ansi.ts";
import type { Grid } from "./grid.ts";

/** A screen and the moment it appears, in seconds from the beginning (virtual time, not negative, ascending). */
export interface CastFrame {
  readonly time: number;
  readonly grid: Grid;
}

export interface CastOptions {
  readonly title?: string;
  /** Seconds the last frame stays; 1 by default. */
  readonly hold?: number;
}

/**
 * The whole recording as text. It holds no date, so that equal frames give equal bytes. Frames that change nothing are
 * left out; a frame of another size is announced as a resize and drawn whole. Throws a RangeError without frames.
 */
export function toAsciicast(frames: readonly CastFrame[], options: CastOptions = {}): string {
  const first = frames[0];
  const last = frames.at(-1);
  if (first === undefined || last === undefined) throw new RangeError("a recording needs at least one frame");
  const lines = [
    JSON.stringify({
      version: 2,
      width: first.grid.width,
      height: first.grid.height,
      ...(options.title === undefined ? {} : { title: options.title }),
      env: { TERM: "xterm-256color" },
    }),
  ];
  let shown: Grid | null = null;
  for (const { time, grid } of frames) {
    const resized: boolean = shown !== null && (shown.width !== grid.width || shown.height !== grid.height);
    if (resized) lines.push(event(time, "r", `${grid.width}x${grid.height}`));
    const output = shown === null || resized ? wholeScreen(grid) : ansiChanges(shown, grid);
    if (output !== "") lines.push(event(time, "o", output));
    shown = grid;
  }
  lines.push(event(last.time + (options.hold ?? 1), "o", ""));
  return `${lines.join("\n")}\n`;
}

function wholeScreen(grid: Grid): string {
  let out = "\u001B[?25l\u001B[0m\u001B[2J";
  for (let y = 0; y < grid.height; y++) out += `\u001B[${y + 1};1H${rowToAnsi(grid, y)}`;
  return out;
}

function event(time: number, kind: "o" | "r", data: string): string {
  return JSON.stringify([Number(time.toFixed(6)), kind, data]);
}
