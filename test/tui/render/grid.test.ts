import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  BOLD,
  Grid,
  makeAttr,
  onBackground,
  PLAIN,
  UNDERLINE,
  withFlags,
} from "../../../src/tui/render/grid.ts";
import { gridToText } from "../../../src/tui/render/text.ts";
import { textWidth } from "../../../src/tui/render/width.ts";

const RED = makeAttr(1, 0, BOLD);

/** Text as captures hold it: controls, wide characters, marks, surrogates alone, and plain letters. */
export const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 24 }),
  fc.string({
    unit: fc.constantFrom(
      "a",
      "b",
      " ",
      "日",
      "本",
      "é",
      "\u0301",
      "\u001B",
      "\n",
      "😀",
      "\u200D",
      "\uD800",
      "ᄀ",
      "ᅡ",
    ),
    maxLength: 24,
  }),
);

/** Cells that are half of a wide character whose other half is gone: there must never be any. */
function brokenCells(grid: Grid): string[] {
  const broken: string[] = [];
  for (let y = 0; y < grid.height; y++) {
    for (let x = 0; x < grid.width; x++) {
      const char = grid.charAt(x, y);
      const whole =
        char === ""
          ? textWidth(grid.charAt(x - 1, y)) === 2
          : (textWidth(char) === 2) === (x + 1 < grid.width && grid.charAt(x + 1, y) === "");
      if (!whole) broken.push(`${x},${y}`);
    }
  }
  return broken;
}

describe("attributes", () => {
  test("are packed as blessed packs them", () => {
    expect(makeAttr(75, 235, BOLD)).toBe((1 << 18) | (75 << 9) | 235);
    expect(PLAIN).toBe((511 << 9) | 511);
    expect(onBackground(RED, makeAttr(7, 24))).toBe(makeAttr(1, 24, BOLD));
    expect(withFlags(RED, UNDERLINE)).toBe(makeAttr(1, 0, BOLD | UNDERLINE));
  });
});

describe("put", () => {
  test("returns the cells used", () => {
    const grid = new Grid(10, 1);
    expect(grid.put(0, 0, "abc", RED)).toBe(3);
    expect(grid.put(3, 0, "日本", RED)).toBe(4);
    expect(gridToText(grid)).toBe("abc日本\n");
  });

  test("cuts with an ellipsis when the text does not fit, before a wide character that would be halved", () => {
    const grid = new Grid(6, 3);
    expect(grid.put(0, 0, "abcdefg", RED)).toBe(6);
    expect(grid.put(0, 1, "ab日本語", RED)).toBe(5);
    expect(grid.put(0, 2, "abcdef", RED, 3)).toBe(3);
    expect(gridToText(grid)).toBe("abcde…\nab日…\nab…\n");
  });

  test("shows control, format and private characters as a dot and never as themselves", () => {
    const grid = new Grid(20, 1);
    grid.put(0, 0, "a\u001B[31m\u0007\u009B\u202E\uFEFF\uE000\uD800z", RED);
    expect(gridToText(grid)).toBe("a·[31m······z\n");
  });

  test("stacks marks on the character before, at most three, and none on blank space", () => {
    const grid = new Grid(10, 1);
    expect(grid.put(0, 0, `e${"\u0301".repeat(50)}x \u0301\u0301`, RED)).toBe(3);
    expect(grid.charAt(0, 0)).toBe("e\u0301\u0301\u0301");
    expect(grid.charAt(2, 0)).toBe(" ");
    expect(new Grid(3, 1).put(0, 0, "\u0301a", RED)).toBe(2);
  });

  test("clears the other half of a wide character it covers half of", () => {
    const grid = new Grid(6, 1);
    grid.put(0, 0, "日日日", PLAIN);
    grid.put(1, 0, "x", PLAIN);
    grid.put(4, 0, "y", PLAIN);
    expect(gridToText(grid)).toBe(" x日y\n");
  });

  test("takes as many cells as the text is wide, or all there is room for but one", () => {
    fc.assert(
      fc.property(
        anyText,
        fc.integer({ min: -12, max: 12 }),
        fc.option(fc.integer({ min: -1, max: 12 })),
        (text, x, max) => {
          const grid = new Grid(10, 1);
          const room = Math.max(0, Math.min(max ?? 10 - x, 10 - x));
          const used = max === null ? grid.put(x, 0, text, RED) : grid.put(x, 0, text, RED, max);
          const width = textWidth(text);
          expect(used).toBeGreaterThanOrEqual(Math.min(width, room - 1));
          expect(used).toBeLessThanOrEqual(Math.min(width, room));
          expect(brokenCells(grid)).toEqual([]);
        },
      ),
    );
  });
});

const rectangle = fc.record({
  x: fc.integer({ min: -6, max: 14 }),
  y: fc.integer({ min: -4, max: 8 }),
  width: fc.integer({ min: -2, max: 16 }),
  height: fc.integer({ min: -2, max: 9 }),
});

const operation = fc.oneof(
  fc.record({ kind: fc.constant("put" as const), text: anyText, at: rectangle }),
  fc.record({ kind: fc.constant("fill" as const), text: fc.constant(""), at: rectangle }),
  fc.record({ kind: fc.constant("recolor" as const), text: fc.constant(""), at: rectangle }),
);

describe("a view", () => {
  test("never paints outside its part of the grid, however deep it is nested and wherever it is told to paint", () => {
    fc.assert(
      fc.property(rectangle, rectangle, fc.array(operation, { maxLength: 8 }), (outer, inner, operations) => {
        const grid = new Grid(12, 6, PLAIN);
        const view = grid
          .sub(outer.x, outer.y, outer.width, outer.height)
          .sub(inner.x, inner.y, inner.width, inner.height);
        for (const { kind, text, at } of operations) {
          if (kind === "put") view.put(at.x, at.y, text, RED);
          else if (kind === "fill") view.fill(at.x, at.y, at.width, at.height, RED, "#");
          else view.recolor(at.x, at.y, at.width, at.height, () => RED);
        }
        const inside = (x: number, y: number) =>
          x >= Math.max(0, outer.x, outer.x + inner.x) &&
          x < Math.min(12, outer.x + outer.width, outer.x + inner.x + inner.width) &&
          y >= Math.max(0, outer.y, outer.y + inner.y) &&
          y < Math.min(6, outer.y + outer.height, outer.y + inner.y + inner.height);
        const painted: string[] = [];
        for (let y = 0; y < 6; y++) {
          for (let x = 0; x < 12; x++) {
            const blank = grid.charAt(x, y) === " " && grid.attrAt(x, y) === PLAIN;
            if (!blank && !inside(x, y)) painted.push(`${x},${y}`);
          }
        }
        expect(painted).toEqual([]);
        expect(brokenCells(grid)).toEqual([]);
      }),
    );
  });

  test("keeps wide characters whole whatever is painted over them", () => {
    fc.assert(
      fc.property(fc.array(fc.record({ text: anyText, at: rectangle }), { maxLength: 10 }), (texts) => {
        const grid = new Grid(12, 6);
        for (const { text, at } of texts) grid.sub(at.x, at.y, at.width, at.height).put(0, 0, text, RED);
        expect(brokenCells(grid)).toEqual([]);
      }),
    );
  });

  test("reads as blank outside what may be painted", () => {
    const grid = new Grid(4, 2, RED);
    expect(grid.sub(2, 0, 9, 9).attrAt(1, 1)).toBe(RED);
    expect(grid.sub(2, 0, 9, 9).attrAt(2, 1)).toBe(PLAIN);
    expect(grid.charAt(4, 0)).toBe("");
  });
});
