import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { goldenText, isGolden, parseGolden } from "../../src/testing/golden-text.ts";
import { styleNames } from "../../src/testing/style-names.ts";
import { BOLD, DEFAULT_COLOR, Grid, INVERSE, makeAttr, UNDERLINE } from "../../src/tui/render/grid.ts";
import { darkTheme, themes } from "../../src/tui/theme.ts";

const theme = fc.constantFrom(...themes.values());
const colour = fc.oneof(fc.nat({ max: 255 }), fc.constant(DEFAULT_COLOR));
const flags = fc.subarray([BOLD, UNDERLINE, INVERSE]).map((all) => all.reduce((sum, flag) => sum | flag, 0));
const attr = fc
  .tuple(colour, colour, flags)
  .map(([foreground, background, set]) => makeAttr(foreground, background, set));
/** Text a screen may be asked to show, in any script. */
const text = fc.string({ unit: "grapheme", maxLength: 12 });

/** A grid that was written on somewhere, in colours of the theme and others. */
const painted = fc
  .tuple(
    theme,
    fc.integer({ min: 1, max: 20 }),
    fc.integer({ min: 1, max: 6 }),
    fc.array(fc.tuple(fc.nat(20), fc.nat(6), text, attr, fc.boolean()), { maxLength: 8 }),
  )
  .map(([theme, width, height, words]) => {
    const grid = new Grid(width, height, theme.background);
    for (const [x, y, word, attr, own] of words) grid.put(x, y, word, own ? theme.selected : attr);
    return { grid, theme };
  });

describe("a golden", () => {
  test("law: every cell is read back as it was painted, with a style that means its colours", () => {
    fc.assert(
      fc.property(painted, ({ grid, theme }) => {
        const golden = parseGolden(goldenText("screen", grid, theme));
        const nameOf = styleNames(theme);
        expect(golden).toMatchObject({ width: grid.width, height: grid.height, theme: theme.name });
        for (const [y, row] of golden!.rows.entries()) {
          for (let x = 0; x < grid.width; x++) {
            expect(row.chars[x]).toBe(grid.charAt(x, y));
            expect(row.styles[x]).toBe(nameOf(grid.attrAt(x, y)));
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  test("law: grids that differ in any cell have goldens that differ", () => {
    fc.assert(
      fc.property(painted, fc.nat(), attr, ({ grid, theme }, at, attr) => {
        const before = goldenText("screen", grid, theme);
        const cell = at % grid.attrs.length;
        fc.pre(grid.attrs[cell] !== attr);
        grid.attrs[cell] = attr;
        expect(goldenText("screen", grid, theme)).not.toBe(before);
      }),
    );
  });

  test("law: no two colours share a name", () => {
    fc.assert(
      fc.property(theme, attr, attr, (theme, a, b) => {
        fc.pre(a !== b);
        expect(styleNames(theme)(a)).not.toBe(styleNames(theme)(b));
      }),
    );
  });

  test("a style that changes changes the line of its row, and no other but the legend's", () => {
    const grid = new Grid(20, 3, darkTheme.background);
    grid.put(0, 0, "Seq=1", darkTheme.text);
    grid.put(0, 1, "Ack=1", darkTheme.text);
    const before = goldenText("ladder", grid, darkTheme).split("\n");
    grid.put(0, 1, "Ack=1", darkTheme.error);
    const after = goldenText("ladder", grid, darkTheme).split("\n");
    expect(after.filter((line) => !before.includes(line))).toEqual([
      "error                210 on 235 bold",
      "error:5",
    ]);
    expect(before.filter((line) => !after.includes(line))).toEqual([]);
  });

  test("is told from other text, whatever ends its lines, by a header that says how much is above it", () => {
    const grid = new Grid(20, 2, darkTheme.background);
    grid.put(0, 1, "wirelab screen", darkTheme.text);
    const golden = goldenText("screen", grid, darkTheme);
    expect(isGolden(golden)).toBe(true);
    expect(parseGolden(golden.replaceAll("\n", "\r\n"))).toEqual(parseGolden(golden));
    expect(isGolden(`one line more\n${golden}`)).toBe(false);
    expect(isGolden("\nwirelab screen, 80 x 24, theme dark\n")).toBe(false);
  });

  test("law: one that is damaged is none, or another, and never an error or much memory", () => {
    fc.assert(
      fc.property(
        painted,
        fc.nat(),
        fc.nat(30),
        fc.string({ maxLength: 9 }),
        ({ grid, theme }, at, cut, put) => {
          const golden = goldenText("screen", grid, theme);
          const from = at % golden.length;
          const read = parseGolden(golden.slice(0, from) + put + golden.slice(from + cut));
          for (const row of read?.rows ?? []) {
            expect(row.chars).toHaveLength(read!.width);
            expect(row.styles).toHaveLength(read!.width);
          }
        },
      ),
    );
    expect(parseGolden(`${"\n".repeat(9999)}\nwirelab screen, 9999 x 9999, theme dark\n`)).toBeNull();
  });
});
