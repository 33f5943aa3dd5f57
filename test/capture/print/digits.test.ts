// Numbers put into bytes are the numbers' texts.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  putDecimal,
  putFour,
  putHexFour,
  putNine,
  putWords,
  wordsOf,
} from "../../../src/capture/print/digits.ts";
import { LineBytes } from "../../../src/capture/print/line-bytes.ts";

const bytes = Buffer.alloc(32);
const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

function put(write: (view: DataView, at: number, value: number) => number, value: number): string {
  const end = write(view, 3, value);
  return bytes.toString("latin1", 3, end);
}

describe("digits", () => {
  it("of every number below 10,000 are its own, with zeros before it and without", () => {
    const all = Array.from({ length: 10_000 }, (_, value) => value);
    expect(all.map((value) => put(putDecimal, value))).toEqual(all.map(String));
    expect(all.map((value) => put(putFour, value))).toEqual(
      all.map((value) => String(value).padStart(4, "0")),
    );
  });

  it("of larger numbers are theirs, decimal and hexadecimal", () => {
    const edges = [99_999, 100_000, 99_999_999, 100_000_000, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];
    for (const value of edges) expect(put(putDecimal, value)).toBe(String(value));
    fc.assert(
      fc.property(fc.nat(2 ** 32 - 1), fc.nat(31), (word, shift) => {
        const value = Math.floor(word / 2 ** shift);
        expect(put(putDecimal, value)).toBe(String(value));
        expect(put(putNine, value % 1e9)).toBe(String(value % 1e9).padStart(9, "0"));
        expect(put(putHexFour, value & 0xffff)).toBe((value & 0xffff).toString(16).padStart(4, "0"));
      }),
    );
  });

  it("change where ten thousands do", () => {
    fc.assert(
      fc.property(fc.nat(429_496), fc.constantFrom(-1, 0, 1), (count, off) => {
        const value = Math.max(0, count * 10_000 + off);
        expect(put(putDecimal, value)).toBe(String(value));
      }),
      { numRuns: 1000 },
    );
  });

  it("of numbers up to 2^53 go out a line's way", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        const out = new LineBytes();
        out.decimal(value);
        expect(out.textFrom(0)).toBe(String(value));
      }),
    );
  });
});

describe("a text kept as words", () => {
  it("goes out as it is, whatever signs it is made of", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
        const utf8 = Buffer.from(text);
        const out = Buffer.alloc(utf8.length + 16);
        const end = putWords(
          new DataView(out.buffer, out.byteOffset, out.length),
          3,
          wordsOf(utf8),
          0,
          utf8.length,
        );
        expect(out.subarray(3, end)).toEqual(utf8);
      }),
      { numRuns: 500 },
    );
  });
});
