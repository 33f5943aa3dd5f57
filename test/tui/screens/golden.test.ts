import { describe, expect, test } from "vitest";

import type { ScreenName } from "../../../src/tui/model.ts";
import type { Moment } from "../../../src/tui/snapshot.ts";
import { renderScreen } from "../../../src/tui/snapshot.ts";
import { monoTheme } from "../../../src/tui/theme.ts";
import { gridToText } from "../../../src/tui/render/text.ts";
import { goldenFile, goldenText } from "../../golden/grid-file.ts";
import { helloSession } from "../build-session.ts";

const SIZES = [
  [80, 24],
  [120, 40],
  [200, 60],
] as const;

/** Two moments of each screen: the packet just lost, and the end. */
const SCREENS: readonly (readonly [ScreenName, string, Moment, readonly string[]])[] = [
  ["lab", "lost", { timeNs: 20e6 }, []],
  ["lab", "end", "end", []],
  ["sequence", "lost", { timeNs: 20e6 }, []],
  ["sequence", "end", "end", ["]", "f"]],
  ["packets", "lost", { timeNs: 20e6 }, ["G", "tab", "j", "j"]],
  ["packets", "end", "end", ["/", ..."tcp.len>0".split(""), "enter"]],
];

describe.each(SIZES)("at %i x %i", (width, height) => {
  test.each(SCREENS)("%s, %s: looks as it did", (screen, name, at, keys) => {
    const grid = renderScreen(helloSession(), { screen, size: { width, height }, at, keys });
    const text = goldenText(grid);
    expect(text).toBe(goldenFile(`${screen}-${name}-${width}x${height}`, text));
  });
});

describe("at 80 x 24", () => {
  const size = { width: 80, height: 24 };

  test.each([
    ["client", 1],
    ["server", 2],
    ["sockets", 3],
    ["outcome", 4],
    ["lesson", 5],
  ])("the %s tab looks as it did", (name, tabs) => {
    const keys = Array.from({ length: tabs }, () => "tab");
    const text = goldenText(renderScreen(helloSession(), { size, keys }));
    expect(text).toBe(goldenFile(`lab-${name}-80x24`, text));
  });

  test("without loopback the outcome says why", () => {
    const session = helloSession({ loopback: { unavailable: "koffi is not installed" }, differences: [] });
    const keys = ["tab", "tab", "tab", "tab"];
    expect(gridToText(renderScreen(session, { size, keys }))).toContain(
      "no loopback run: koffi is not installed",
    );
  });

  test("without colours nothing is lost: marks and words carry it", () => {
    const text = gridToText(renderScreen(helloSession(), { size, theme: monoTheme }));
    expect(text).toBe(gridToText(renderScreen(helloSession(), { size })));
    expect(text).toContain("✗ lost");
  });
});
