import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { keyName } from "../../src/tui/terminal-blessed.ts";
import { KeySplitter } from "../../src/tui/terminal-input.ts";

function split(...chunks: string[]): string[] {
  const splitter = new KeySplitter();
  return chunks.flatMap((chunk) => splitter.push(chunk));
}

const input = fc.string({
  unit: fc.constantFrom(
    "\u001B",
    "[",
    "O",
    "<",
    ";",
    "1",
    "5",
    "M",
    "m",
    "A",
    "~",
    "$",
    "]",
    "P",
    "\\",
    "\u0007",
    "q",
    "é",
    "😀",
    "\r",
  ),
  maxLength: 40,
});

describe("keys", () => {
  test("come out whole, one token each", () => {
    expect(split("a\u001B[A\u001BOP\u001B[1;5C\u001B[<0;10;5M\u001B[M !!\u001Bxé😀\r")).toEqual([
      "a",
      "\u001B[A",
      "\u001BOP",
      "\u001B[1;5C",
      "\u001B[<0;10;5M",
      "\u001B[M !!",
      "\u001Bx",
      "é",
      "😀",
      "\r",
    ]);
  });

  test("wait for the rest of a sequence; an Esc alone is a key once nothing follows", () => {
    const splitter = new KeySplitter();
    expect(splitter.push("\u001B")).toEqual([]);
    expect(splitter.pending).toBe(true);
    expect(splitter.flush()).toEqual(["\u001B"]);
    expect(splitter.pending).toBe(false);
    expect(splitter.push("\u001B[<0;1")).toEqual([]);
    expect(splitter.push("0;5M")).toEqual(["\u001B[<0;10;5M"]);
  });

  test("are not made of a terminal's answers, which are swallowed", () => {
    expect(split("\u001B]11;rgb:0/0/0\u0007a\u001BP1$r0m\u001B\\b")).toEqual(["a", "b"]);
  });

  test("are found again after a sequence that never ends, or breaks", () => {
    expect(split(`\u001B[${"1".repeat(500)}`).join("").length).toBeLessThan(500);
    expect(split("\u001B[1\ra")).toEqual(["\r", "a"]);
  });

  test("are the same however the bytes are cut", () => {
    fc.assert(
      fc.property(input, fc.array(fc.nat(39), { maxLength: 6 }), (text, cuts) => {
        const places = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b), text.length];
        // Between the halves of a surrogate pair no cut is made: the decoder before never does.
        const chunks = places.slice(1).map((end, i) => text.slice(places[i], end));
        fc.pre(chunks.every((chunk) => !/^[\uDC00-\uDFFF]/.test(chunk)));
        expect(split(...chunks)).toEqual(split(text));
      }),
    );
  });

  test("never hold back more than a bounded piece", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const splitter = new KeySplitter();
        splitter.push(text.repeat(50));
        expect(splitter.flush().join("").length).toBeLessThanOrEqual(2);
      }),
    );
  });
});

describe("names", () => {
  test("are the character typed, or the key's with its modifiers", () => {
    expect(keyName("a", { name: "a" })).toBe("a");
    expect(keyName("G", { name: "g", shift: true })).toBe("G");
    expect(keyName("?", {})).toBe("?");
    expect(keyName(" ", { name: "space" })).toBe("space");
    expect(keyName("\u0003", { name: "c", ctrl: true })).toBe("C-c");
    expect(keyName(undefined, { name: "tab", shift: true })).toBe("S-tab");
    expect(keyName(undefined, { name: "x", meta: true })).toBe("M-x");
    expect(keyName("\r", { name: "enter" })).toBe("enter");
  });

  test("are not given to what is no key", () => {
    expect(keyName("\r", { name: "return" })).toBeNull();
    expect(keyName("\u001C", {})).toBeNull();
    expect(keyName("\u009B", {})).toBeNull();
  });
});
