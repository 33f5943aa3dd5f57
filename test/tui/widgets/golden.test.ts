import { describe, expect, test } from "vitest";

import { darkTheme, monoTheme } from "../../../src/tui/theme.ts";
import { attrBg, attrFg, DEFAULT_COLOR } from "../../../src/tui/render/grid.ts";
import { goldenFile, goldenText } from "../../golden/grid-file.ts";
import { showcase } from "../showcase.ts";

describe("all widgets on one screen look as they did", () => {
  test.each([
    [80, 24],
    [120, 40],
    [200, 60],
  ])("at %i x %i", (width, height) => {
    const text = goldenText(showcase(width, height, darkTheme, { selected: 4, top: 0, help: false }));
    expect(text).toBe(goldenFile(`widgets-${width}x${height}`, text));
  });

  test("with a dialog over them", () => {
    const text = goldenText(showcase(80, 24, darkTheme, { selected: 4, top: 0, help: true }));
    expect(text).toBe(goldenFile("widgets-help", text));
  });

  test("without colours", () => {
    const grid = showcase(80, 24, monoTheme, { selected: 4, top: 0, help: false });
    const text = goldenText(grid);
    expect(text).toBe(goldenFile("widgets-mono", text));
    expect(new Set([...grid.attrs].flatMap((attr) => [attrFg(attr), attrBg(attr)]))).toEqual(
      new Set([DEFAULT_COLOR]),
    );
  });

  test.each([
    [1, 3],
    [7, 4],
    [20, 6],
    [40, 10],
  ])("in a window of %i x %i nothing breaks", (width, height) => {
    const grid = showcase(width, height, darkTheme, { selected: 4, top: 0, help: true });
    expect([grid.width, grid.height]).toEqual([width, height]);
  });
});
