/** What a terminal emulator shows, as a grid. */

import xterm from "@xterm/headless";
import { Unicode11Addon } from "@xterm/addon-unicode11";

import { BOLD, DEFAULT_COLOR, Grid, INVERSE, makeAttr, UNDERLINE } from "../../src/tui/render/grid.ts";

/** A terminal with the width table of Unicode 11, no scrollback in the way. */
export function openTerminal(width: number, height: number): xterm.Terminal {
  const terminal = new xterm.Terminal({ cols: width, rows: height, allowProposedApi: true, scrollback: 100 });
  terminal.loadAddon(new Unicode11Addon());
  terminal.unicode.activeVersion = "11";
  return terminal;
}

/** The visible cells of `terminal` with their attributes. */
export function terminalGrid(terminal: xterm.Terminal): Grid {
  const grid = new Grid(terminal.cols, terminal.rows);
  const buffer = terminal.buffer.active;
  for (let y = 0; y < terminal.rows; y++) {
    const line = buffer.getLine(buffer.baseY + y);
    for (let x = 0; x < terminal.cols; x++) {
      const cell = line?.getCell(x);
      if (cell === undefined) continue;
      const at = y * terminal.cols + x;
      const wideRight = cell.getWidth() === 0;
      grid.chars[at] = wideRight ? "" : cell.getChars() === "" ? " " : cell.getChars();
      const fg = cell.isFgDefault() ? DEFAULT_COLOR : cell.getFgColor();
      const bg = cell.isBgDefault() ? DEFAULT_COLOR : cell.getBgColor();
      const flags =
        (cell.isBold() === 0 ? 0 : BOLD) |
        (cell.isUnderline() === 0 ? 0 : UNDERLINE) |
        (cell.isInverse() === 0 ? 0 : INVERSE);
      grid.attrs[at] = makeAttr(fg, bg, flags);
    }
  }
  return grid;
}

/** Rows as [text, [attribute, cells]...], which is what a failing comparison should show. */
export function gridRows(grid: Grid, from = 0, to: number = grid.height): unknown[] {
  const rows: unknown[] = [];
  for (let y = from; y < to; y++) {
    let text = "";
    const runs: [number, number][] = [];
    for (let x = 0; x < grid.width; x++) {
      text += grid.charAt(x, y);
      const last = runs.at(-1);
      const attr = grid.attrAt(x, y);
      if (last !== undefined && last[0] === attr) last[1]++;
      else runs.push([attr, 1]);
    }
    rows.push([text, runs]);
  }
  return rows;
}
