import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { lineKey, lineOf } from "../../src/tui/line-edit.ts";
import type { LineEdit } from "../../src/tui/line-edit.ts";

function after(text: string, keys: string): LineEdit {
  return keys.split(" ").reduce((line, key) => lineKey(line, key, 100), lineOf(text));
}

describe("a line being typed", () => {
  test.each([
    ["abc", "left left X", "aXbc", 2],
    ["abc", "C-a X", "Xabc", 1],
    ["abc", "left delete", "ab", 2],
    ["abc", "home C-k", "", 0],
    ["one two  ", "C-w", "one ", 4],
    ["one two", "left C-u", "o", 0],
    ["a😀b", "left backspace", "ab", 1],
    ["a😀b", "home right right space", "a😀 b", 4],
  ])("%j, %s: %j", (text, keys, expected, caret) => {
    expect(after(text, keys)).toEqual({ text: expected, caret });
  });

  test("law: the caret stays in the line, between characters, and the line within its bound", () => {
    const key = fc.oneof(
      fc.constantFrom(
        "left",
        "right",
        "home",
        "end",
        "backspace",
        "delete",
        "C-u",
        "C-k",
        "C-w",
        "space",
        "f5",
        "C-x",
      ),
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
    );
    fc.assert(
      fc.property(fc.array(key, { maxLength: 60 }), (keys) => {
        let line = lineOf("");
        for (const pressed of keys) {
          line = lineKey(line, pressed, 20);
          expect(line.text.length).toBeLessThanOrEqual(20);
          expect(line.caret).toBeGreaterThanOrEqual(0);
          expect(line.caret).toBeLessThanOrEqual(line.text.length);
          expect(/[\uD800-\uDBFF]$/.test(line.text.slice(0, line.caret))).toBe(false);
        }
      }),
    );
  });
});
