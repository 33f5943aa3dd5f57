// What of texts must not reach a terminal.

import { expect, it } from "vitest";

import { spelledOut } from "../../src/capture/spelled-out.ts";

it("control characters are spelled out as in C, invisible ones by their number", () => {
  expect(spelledOut("\u0000\u0007\b\t\n\v\f\r\u001b\u007f")).toBe("\\000\\a\\b\\t\\n\\v\\f\\r\\033\\177");
  expect(spelledOut("\u009b|\u202e|\ufeff")).toBe("\\u009B|\\u202E|\\uFEFF");
});

it("all other signs stay, backslashes among them", () => {
  const text = "a\\b \u00e4 \u2192 \u65e5 \u{1f600}";
  expect(spelledOut(text)).toBe(text);
  expect(spelledOut(spelledOut("\n\\n"))).toBe("\\n\\n");
});
