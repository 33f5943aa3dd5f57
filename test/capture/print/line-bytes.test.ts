// Lines of plain signs go out as they are, and others not that way.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { LineBytes } from "../../../src/capture/print/line-bytes.ts";

/** Characters of ASCII, the signs beyond it that lines of ours have, and some that are like them in bytes. */
const character = fc.oneof(
  { weight: 8, arbitrary: fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 1 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom("·", "…", "→", "\u00b8", "\u2027", "\u2190", "\u200b", "\u0085", "é", "語"),
  },
);

describe("lines written at once", () => {
  it("are refused for any sign that may have to be spelled out and any break that is none of theirs, and are else what they were", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: character, maxLength: 12 }), { maxLength: 6 }), (lines) => {
        const text = lines.map((line) => `${line}\n`).join("");
        const out = new LineBytes();
        out.text("before ");
        const isPlain = lines.every((line) => /^[ -~·…→]*$/.test(line));
        expect(out.plainLines(text, lines.length)).toBe(isPlain);
        expect(out.textFrom(0)).toBe(isPlain ? `before ${text}` : "before ");
      }),
      { numRuns: 2000 },
    );
  });

  it("are taken where all is plain, in whatever place the signs beyond ASCII stand", () => {
    const sign = fc.constantFrom(" ", "a", "~", "0", "·", "…", "→");
    fc.assert(
      fc.property(fc.array(fc.string({ unit: sign, maxLength: 20 }), { maxLength: 6 }), (lines) => {
        const text = lines.map((line) => `${line}\n`).join("");
        const out = new LineBytes();
        expect(out.plainLines(text, lines.length)).toBe(true);
        expect(out.textFrom(0)).toBe(text);
      }),
      { numRuns: 500 },
    );
  });
});

describe("pieces of lines", () => {
  it("are as long as they are, whatever is written beyond them on the way, also where room is made", () => {
    const data = Uint8Array.from({ length: 50 }, (_, i) => i * 5);
    const digits = (start: number, end: number): string[] =>
      Array.from(data.subarray(start, end), (byte) => byte.toString(16).padStart(2, "0"));
    // The room at first is 2^17 bytes: these begin at any place about its end.
    for (let before = (1 << 17) - 300; before < 1 << 17; before++) {
      const out = new LineBytes();
      out.text("x".repeat(before));
      for (let i = 0; i < 10; i++) {
        out.blanks(i);
        out.hexBytes(data, 0, i, i * 3);
        out.hexBytes(data, 58, i, i * 4);
      }
      out.again(before, out.length - before);
      const expected = Array.from(
        { length: 10 },
        (_, i) => " ".repeat(i) + digits(i, i * 3).join("") + digits(i, i * 4).join(":"),
      ).join("");
      expect(out.textFrom(before)).toBe(expected + expected);
    }
  });
});
