import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { openCapture } from "../../../src/capture/open.ts";
import { drawScreen } from "../../../src/testing/golden-drawing.ts";
import { goldenMatchers } from "../../../src/testing/vitest.ts";
import { SCREEN_NAMES } from "../../../src/tui/model.ts";
import { renderScreen } from "../../../src/tui/snapshot.ts";
import { monoTheme, themes } from "../../../src/tui/theme.ts";
import { gridToText } from "../../../src/tui/render/text.ts";
import { brokenSession } from "../build-framing.ts";
import { helloSession } from "../build-session.ts";
import { STATES } from "./golden-states.ts";

expect.extend(goldenMatchers);

const CAPTURE = join(import.meta.dirname, "../../../fixtures/captures/applications.pcapng");

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

describe("what is given to toMatchScreen", () => {
  const { sim: run } = helloSession();
  const size = { width: 80, height: 24 };

  test.each<[what: string, subject: unknown, shown: RegExp]>([
    ["a run", { ...run, size }, /1 Lab[^]*tcp-hello/],
    ["a run under another name", { trace: run, size, at: { step: 0 } }, /1 Lab[^]* 1\/60 /],
    ["a trace", { trace: run.trace, screen: "graphs" }, /Graphs/],
    ["keys", { trace: run, keys: ["3"] }, /3 Packets/],
    ["codecs", brokenSession(), /any-chunking/],
    ["a capture", openCapture(CAPTURE), / applications\.pcapng[^]*DHCP/],
    [
      "a capture's screen",
      openCapture(CAPTURE).then((trace) => ({ trace, screen: "statistics" })),
      /Conversations/,
    ],
  ])("%s is shown", async (_, subject, shown) => {
    expect(gridToText((await drawScreen(await subject)).grid)).toMatch(shown);
  });

  test.each<[what: string, subject: unknown, why: string]>([
    [
      "a screen that is not there",
      { trace: run.trace, screen: "lab" },
      "there is no lab of this; it has sequence, packets",
    ],
    ["no size", { trace: run, size: { width: 0, height: 24 } }, "want { width, height } of 1 to 1000"],
  ])("%s is refused", async (_, subject, why) => {
    await expect(drawScreen(subject)).rejects.toThrow(why);
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
