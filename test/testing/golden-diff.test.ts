import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { diffGoldens } from "../../src/testing/golden-diff.ts";
import { mismatchMessage } from "../../src/testing/golden-message.ts";
import { goldenText, parseGolden } from "../../src/testing/golden-text.ts";
import type { Golden, GoldenKind } from "../../src/testing/golden-text.ts";
import { Grid } from "../../src/tui/render/grid.ts";
import { darkTheme } from "../../src/tui/theme.ts";
import type { Theme } from "../../src/tui/theme.ts";

/** Rows of text; a row in capitals is an error's colour. */
function textOf(rows: readonly string[], kind: GoldenKind = "ladder", theme: Theme = darkTheme): string {
  const grid = new Grid(Math.max(1, ...rows.map((row) => row.length)), rows.length, theme.background);
  for (const [y, row] of rows.entries()) grid.put(0, y, row, /^[A-Z]/.test(row) ? theme.error : theme.text);
  return goldenText(kind, grid, theme);
}

function goldenOf(rows: readonly string[], kind: GoldenKind = "ladder"): Golden {
  const golden = parseGolden(textOf(rows, kind));
  if (golden === null) throw new Error("not read back");
  return golden;
}

const rows = fc.array(fc.constantFrom<string>("syn", "ack", "ACK", "data 1", "data 2", ""), {
  minLength: 1,
  maxLength: 9,
});
const kinds = fc.constantFrom<GoldenKind>("screen", "ladder");

describe("what differs", () => {
  test("law: every row of both sides is told of once, in order", () => {
    fc.assert(
      fc.property(rows, rows, kinds, (before, after, kind) => {
        const diff = diffGoldens(goldenOf(before, kind), goldenOf(after, kind));
        const of = (side: "expected" | "actual"): (number | null)[] =>
          diff.rows.map((pair) => pair[side]).filter((row) => row !== null);
        expect(of("expected")).toEqual(before.map((_, y) => y));
        expect(of("actual")).toEqual(after.map((_, y) => y));
      }),
    );
  });

  test("law: nothing where nothing changed, and the same number of cells seen from either side", () => {
    fc.assert(
      fc.property(rows, rows, (before, after) => {
        const [a, b] = [goldenOf(before, "screen"), goldenOf(after, "screen")];
        expect(diffGoldens(a, a)).toMatchObject({ cells: 0, styles: [] });
        fc.pre(a.height === b.height);
        expect(diffGoldens(a, b).cells).toBe(diffGoldens(b, a).cells);
      }),
    );
  });

  test("law: rows put into a ladder are new, and no other row is told of", () => {
    fc.assert(
      fc.property(
        rows,
        fc.nat(9),
        fc.array(fc.constantFrom("rst", "fin"), { maxLength: 3 }),
        (before, at, put) => {
          const place = at % (before.length + 1);
          const diff = diffGoldens(goldenOf(before), goldenOf(before.toSpliced(place, 0, ...put)));
          expect(diff.rows.filter(({ expected }) => expected === null)).toHaveLength(put.length);
          expect(diff.cells).toBe(0);
        },
      ),
    );
  });
});

describe("the message", () => {
  const place = { name: "hello", path: "__snapshots__/hello.txt" };

  test("tells of rows that changed, came and went, and of colours alone, and of nothing else", () => {
    const before = ["host a     host b", "syn ------->", "ack <-------", "data ------>", "fin ------->"];
    const after = [
      "host a     host b",
      "syn ------->",
      "Ack <-------",
      "data ---x",
      "rst <-------",
      "fin ------->",
    ];
    const recoloured = textOf(after).replace("210 on 235 bold", "196 on 235 bold");
    expect(
      mismatchMessage(place, textOf([...before.slice(0, 2), "Ack <-------", ...before.slice(3)]), recoloured),
    ).toMatchInlineSnapshot(`
        "the ladder "hello" is not as it was: 17 x 5 is 17 x 6 now, 4 cells differ in 1 row, 1 row is new, 1 style is another colour

          row 4, columns 9-12
            - data ------>
            + data ---x
          row 5 is new
            + rst <-------
          style error
            - 210 on 235 bold
            + 196 on 235 bold

        If that is right: \`vitest run -u\` writes it to __snapshots__/hello.txt"
      `);
  });

  test("neighbours whose colours changed in the same way are told of together", () => {
    const border = (attr: number): string => {
      const grid = new Grid(6, 3, darkTheme.background);
      for (let y = 0; y < 3; y++) grid.put(0, y, `|  ${y}`, darkTheme.text);
      for (let y = 0; y < 3; y++) grid.put(0, y, "|", attr);
      return goldenText("screen", grid, darkTheme);
    };
    expect(mismatchMessage(place, border(darkTheme.faint), border(darkTheme.accent))).toContain(
      "\n  rows 1-3, column 1: the style alone\n      |  0\n    - faint:1\n    + accent:1\n\n",
    );
  });

  test("is bounded, however much changed", () => {
    const many = Array.from({ length: 300 }, (_, i) => `packet ${i} ${"-".repeat(300)}`);
    const message = mismatchMessage(place, textOf(many), textOf(many.map((row) => row.replaceAll("-", "="))));
    expect(message).toContain("and 280 more");
    expect(message.length).toBeLessThan(10_000);
    expect(Math.max(...message.split("\n").map((line) => line.length))).toBeLessThan(140);
  });

  test("says so where the file holds something else", () => {
    expect(mismatchMessage(place, "a note", textOf(["syn"]))).toContain(
      "is no golden of this version, or it is damaged",
    );
    expect(mismatchMessage(place, textOf(["syn"], "screen"), textOf(["syn"]))).toContain(
      "two goldens need two names",
    );
  });
});
