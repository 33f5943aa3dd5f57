import { describe, expect, test } from "vitest";

import { attrBg, attrFg, DEFAULT_COLOR, onBackground } from "../../src/tui/render/grid.ts";
import { paletteRgb } from "../../src/tui/render/palette.ts";
import { themeFor, themeOfTerminal, themes } from "../../src/tui/theme.ts";
import type { Theme } from "../../src/tui/theme.ts";

/** WCAG 2.1, "relative luminance". */
function luminance(colour: number): number {
  const rgb = paletteRgb(colour);
  const [r, g, b] = [rgb >> 16, (rgb >> 8) & 255, rgb & 255].map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** WCAG 2.1, "contrast ratio": 1 to 21. */
function contrast(attr: number): number {
  const [a, b] = [luminance(attrFg(attr)), luminance(attrBg(attr))];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

const coloured = [...themes.values()].filter(({ mono }) => !mono);

/** What is written anywhere, on each ground it is written on. */
function writings(theme: Theme): Map<string, number> {
  const found = new Map<string, number>();
  const names = Object.keys(theme) as (keyof Theme)[];
  const inks = [
    "text",
    "muted",
    "strong",
    "accent",
    "tcp",
    "udp",
    "dns",
    "http",
    "icmp",
    "arp",
    "protocol",
  ] as const;
  const states = [
    "sim",
    "loopback",
    "error",
    "warn",
    "ok",
    "info",
    "pending",
    "dropped",
    "number",
    "string",
  ] as const;
  for (const ground of ["background", "zebra", "bar", "popup"] as const) {
    for (const ink of [...inks, ...states])
      found.set(`${ink} on ${ground}`, onBackground(theme[ink], theme[ground]));
    for (const [layer, attr] of Object.entries(theme.bytes)) {
      found.set(`bytes.${layer} on ${ground}`, onBackground(attr, theme[ground]));
    }
  }
  const own = [
    "titleFocus",
    "brand",
    "tab",
    "tabActive",
    "selected",
    "selectedBlur",
    "lit",
    "input",
    "cursor",
  ] as const;
  for (const name of own) if (names.includes(name)) found.set(name, theme[name]);
  for (const ink of ["text", "strong"] as const) {
    found.set(`${ink} on selected`, onBackground(theme[ink], theme.selected));
    found.set(`${ink} on input`, onBackground(theme[ink], theme.input));
  }
  return found;
}

describe("contrast", () => {
  // AA asks for 4.5 : 1, AAA for 7 : 1.
  test.each(coloured.map((theme) => [theme.name, theme] as const))(
    "%s: everything that is read",
    (name, theme) => {
      const wanted = name === "high-contrast" ? 7 : 4.5;
      const low = [...writings(theme)].filter(([, attr]) => contrast(attr) < wanted);
      expect(low.map(([what, attr]) => `${what}: ${contrast(attr).toFixed(2)}`)).toEqual([]);
    },
  );

  test.each(coloured.map((theme) => [theme.name, theme] as const))(
    "%s: lines and curves can be seen",
    (_, theme) => {
      for (const attr of [theme.border, theme.faint, theme.borderFocus, ...theme.series, theme.gauge]) {
        expect(contrast(attr)).toBeGreaterThan(attr === theme.border || attr === theme.faint ? 1.9 : 3);
      }
    },
  );

  test("what goes well and what went wrong differ in lightness too, or are far apart for every kind of eye", () => {
    const safe = themes.get("colour-blind")!;
    const blue = paletteRgb(attrFg(safe.ok)) & 255;
    const blueOfError = paletteRgb(attrFg(safe.error)) & 255;
    // Red and green look alike to one man in twelve; blue and yellow to almost nobody.
    expect(Math.abs(blue - blueOfError)).toBeGreaterThan(150);
  });

  test("the monochrome theme has no colour at all", () => {
    const mono = themes.get("mono")!;
    const attrs = Object.values(mono).flatMap((value: unknown) => (typeof value === "number" ? [value] : []));
    for (const attr of attrs) expect([attrFg(attr), attrBg(attr)]).toEqual([DEFAULT_COLOR, DEFAULT_COLOR]);
  });

  test("sixteen colours are sixteen", () => {
    const attrs = Object.values(themes.get("16")!).flatMap((value: unknown) =>
      typeof value === "number" ? [value] : [],
    );
    for (const attr of attrs) {
      expect(attrFg(attr)).toBeLessThan(16);
      expect(attrBg(attr)).toBeLessThan(16);
    }
  });
});

describe("which theme a terminal gets", () => {
  test.each([
    ["xterm-256color", undefined, null, "dark"],
    ["xterm-kitty", undefined, null, "dark"],
    ["alacritty", undefined, "light", "light"],
    ["foot", undefined, "no such theme", "dark"],
    ["tmux-256color", undefined, "high-contrast", "high-contrast"],
    ["screen", undefined, null, "16"],
    ["screen", "truecolor", null, "dark"],
    ["linux", undefined, "light", "16"],
    ["linux", undefined, "mono", "mono"],
    ["vt100", undefined, "light", "mono"],
    ["", undefined, null, "dark"],
  ])("TERM=%s COLORTERM=%s, chosen before %s: %s", (TERM, COLORTERM, saved, expected) => {
    expect(themeOfTerminal({ TERM, COLORTERM }, saved).name).toBe(expected);
    expect(themeOfTerminal({ TERM, COLORTERM, NO_COLOR: "1" }, saved).name).toBe("mono");
  });

  test("pictures do not depend on the terminal they are made in", () => {
    expect(themeFor({ TERM: "vt100" }).name).toBe("dark");
    expect(themeFor({ NO_COLOR: "" }).name).toBe("dark");
    expect(themeFor({ NO_COLOR: "1" }).name).toBe("mono");
  });
});
