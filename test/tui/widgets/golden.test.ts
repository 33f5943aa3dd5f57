import { describe, expect, test } from "vitest";

import { darkTheme, monoTheme } from "../../../src/tui/theme.ts";
import { attrBg, attrFg, DEFAULT_COLOR } from "../../../src/tui/render/grid.ts";
import { goldenMatchers } from "../../../src/testing/vitest.ts";
import { showcase } from "../showcase.ts";

expect.extend(goldenMatchers);

describe("all widgets on one screen look as they did", () => {
  test.each([
    [80, 24],
    [120, 40],
    [200, 60],
  ])("at %i x %i", async (width, height) => {
    const grid = showcase(width, height, darkTheme, { selected: 4, top: 0, help: false });
    await expect(grid).toMatchScreen(`widgets-${width}x${height}`, { svg: false });
  });

  test("with a dialog over them", async () => {
    const grid = showcase(80, 24, darkTheme, { selected: 4, top: 0, help: true });
    await expect(grid).toMatchScreen("widgets-help", { svg: false });
  });

  test("without colours", async () => {
    const grid = showcase(80, 24, monoTheme, { selected: 4, top: 0, help: false });
    await expect({ grid, theme: monoTheme }).toMatchScreen("widgets-mono", { svg: false });
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
