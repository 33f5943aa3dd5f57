import { describe, expect, test } from "vitest";

import { goldenMatchers } from "../../../src/testing/vitest.ts";
import { SCREEN_NAMES } from "../../../src/tui/model.ts";
import { renderScreen } from "../../../src/tui/snapshot.ts";
import { monoTheme, themes } from "../../../src/tui/theme.ts";
import { gridToText } from "../../../src/tui/render/text.ts";
import { helloSession } from "../build-session.ts";
import { STATES } from "./golden-states.ts";

expect.extend(goldenMatchers);

const SIZES = [
  [80, 24],
  [120, 40],
  [200, 60],
] as const;

/** Goldens with a picture beside them: a picture is twenty times the text. */
const PICTURED = new Set(["lab-lost-80x24", "graphs-end-80x24"]);

const SHOWN = SCREEN_NAMES.flatMap((screen) =>
  STATES[screen].flatMap(({ name, ...state }) =>
    SIZES.map(([width, height]) => ({
      ...state,
      screen,
      size: { width, height },
      golden: `${screen}-${name}-${width}x${height}`,
    })),
  ),
);

test.each(SHOWN)("$golden", async ({ golden, session, ...shown }) => {
  await expect({ trace: session(), ...shown }).toMatchScreen(golden, { svg: PICTURED.has(golden) });
});

test.each([...themes.keys()])("the %s theme", async (theme) => {
  const shown = { trace: helloSession(), size: { width: 100, height: 30 }, theme, at: "end" };
  await expect(shown).toMatchScreen(`theme-${theme}`, { svg: false });
});

test("every screen has goldens of two states and more in all three sizes, and there are six themes", () => {
  const few = SCREEN_NAMES.flatMap((screen) =>
    SIZES.map(([width, height]) => {
      const names = SHOWN.filter((shown) => shown.screen === screen && shown.size.width === width);
      return { screen, size: `${width}x${height}`, states: new Set(names.map(({ golden }) => golden)).size };
    }),
  ).filter(({ states }) => states < 2);
  expect(few).toEqual([]);
  expect(themes.size).toBe(6);
});

describe("at 80 x 24", () => {
  const size = { width: 80, height: 24 };

  test.each([
    ["client", 1],
    ["server", 2],
    ["sockets", 3],
    ["outcome", 4],
    ["lesson", 5],
  ])("the %s tab looks as it did", async (name, tabs) => {
    const keys = Array.from({ length: tabs }, () => "tab");
    const shown = { trace: helloSession(), size, keys };
    await expect(shown).toMatchScreen(`lab-tab-${name}`, { svg: false });
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
