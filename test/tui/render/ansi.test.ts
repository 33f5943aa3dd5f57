import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { ansiChanges, gridToAnsi } from "../../../src/tui/render/ansi.ts";
import { toAsciicast } from "../../../src/tui/render/asciicast.ts";
import {
  BOLD,
  DEFAULT_COLOR,
  Grid,
  INVERSE,
  makeAttr,
  PLAIN,
  UNDERLINE,
} from "../../../src/tui/render/grid.ts";
import { darkTheme } from "../../../src/tui/theme.ts";
import { showcase } from "../showcase.ts";
import { gridRows, openTerminal, terminalGrid } from "../terminal-grid.ts";

const WIDTH = 16;
const HEIGHT = 4;

const color = fc.oneof(fc.constant(DEFAULT_COLOR), fc.integer({ min: 0, max: 255 }));
const attr = fc.tuple(color, color, fc.subarray([BOLD, UNDERLINE, INVERSE])).map(([fg, bg, flags]) =>
  makeAttr(
    fg,
    bg,
    flags.reduce((all, flag) => all | flag, 0),
  ),
);
const painting = fc.array(
  fc.record({
    x: fc.integer({ min: -3, max: WIDTH }),
    y: fc.integer({ min: 0, max: HEIGHT - 1 }),
    text: fc.string({
      unit: fc.constantFrom("a", "─", " ", "日", "é", "\u0301", "\u001B", "\n", "⣿"),
      maxLength: 10,
    }),
    attr,
  }),
  { maxLength: 12 },
);

function paint(strokes: readonly { x: number; y: number; text: string; attr: number }[]): Grid {
  const grid = new Grid(WIDTH, HEIGHT);
  for (const stroke of strokes) grid.put(stroke.x, stroke.y, stroke.text, stroke.attr);
  return grid;
}

function write(terminal: ReturnType<typeof openTerminal>, text: string): Promise<void> {
  return new Promise((resolve) => {
    terminal.write(text, resolve);
  });
}

describe("ANSI output", () => {
  test("shows the grid, cell for cell, in a terminal", async () => {
    await fc.assert(
      fc.asyncProperty(painting, async (strokes) => {
        const grid = paint(strokes);
        const terminal = openTerminal(WIDTH, HEIGHT);
        await write(terminal, gridToAnsi(grid).replaceAll("\n", "\r\n").replace(/\r\n$/, ""));
        expect(gridRows(terminalGrid(terminal))).toEqual(gridRows(grid));
      }),
    );
  });

  test("changes one screen into another", async () => {
    await fc.assert(
      fc.asyncProperty(painting, painting, async (first, second) => {
        const before = paint(first);
        const after = paint(second);
        const terminal = openTerminal(WIDTH, HEIGHT);
        await write(terminal, ansiChanges(new Grid(WIDTH, HEIGHT), before));
        await write(terminal, ansiChanges(before, after));
        expect(gridRows(terminalGrid(terminal))).toEqual(gridRows(after));
        expect(ansiChanges(after, after)).toBe("");
      }),
    );
  });

  test("writes attributes only where they change and resets at the end of a row", () => {
    const grid = new Grid(6, 1);
    grid.put(0, 0, "ab", makeAttr(75, DEFAULT_COLOR, BOLD));
    grid.put(2, 0, "cd", makeAttr(75, DEFAULT_COLOR));
    expect(gridToAnsi(grid)).toBe("\u001B[1;38;5;75mab\u001B[0;38;5;75mcd\u001B[0m\n");
  });
});

describe("a recording", () => {
  const frames = [
    { time: 0, grid: showcase(80, 24, darkTheme, { selected: 0, top: 0, help: false }) },
    { time: 0.25, grid: showcase(80, 24, darkTheme, { selected: 1, top: 0, help: false }) },
    { time: 0.5, grid: showcase(80, 24, darkTheme, { selected: 1, top: 0, help: false }) },
    { time: 1 / 3 + 1, grid: showcase(60, 20, darkTheme, { selected: 2, top: 0, help: true }) },
  ];

  test("plays back to the frames it was made of", async () => {
    const [header, ...events] = toAsciicast(frames)
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
    expect(header).toEqual({ version: 2, width: 80, height: 24, env: { TERM: "xterm-256color" } });
    const terminal = openTerminal(80, 24);
    const shownAt = new Map<number, unknown>();
    for (const [time, kind, data] of events as [number, string, string][]) {
      if (kind === "r") {
        const [cols, rows] = data.split("x").map(Number);
        terminal.resize(cols, rows);
      } else await write(terminal, data);
      shownAt.set(time, gridRows(terminalGrid(terminal)));
    }
    expect(shownAt.get(0)).toEqual(gridRows(frames[0].grid));
    expect(shownAt.get(0.25)).toEqual(gridRows(frames[1].grid));
    expect(shownAt.get(1.333333)).toEqual(gridRows(frames[3].grid));
    expect([...shownAt.keys()]).toEqual([0, 0.25, 1.333333, 2.333333]);
  });

  test("is the same text each time, and holds only what changed", () => {
    const text = toAsciicast(frames);
    expect(toAsciicast(frames)).toBe(text);
    const [, first, second] = text.split("\n");
    expect(second.length).toBeLessThan(first.length / 4);
  });

  test("is refused without frames", () => {
    expect(() => toAsciicast([])).toThrow(RangeError);
  });
});

test("a row without colour ends after its last character", () => {
  const grid = new Grid(5, 2, PLAIN);
  grid.put(0, 0, "ab", PLAIN);
  expect(gridToAnsi(grid)).toBe("ab\n\n");
});
