// Values one after another: the digits of bytes that a packet has before are copied, and nobody sees it.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { LineBytes } from "../../../src/capture/print/line-bytes.ts";
import { ValueWriter } from "../../../src/capture/print/values.ts";

const SIZE = 300;

/** Some of a packet's bytes: where they begin, how many they are, and whether colons stand between them. */
const parts = fc.array(fc.record({ start: fc.nat(SIZE), length: fc.nat(SIZE), isParted: fc.boolean() }), {
  minLength: 1,
  maxLength: 12,
});

function digits(bytes: Uint8Array, isParted: boolean): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(isParted ? ":" : "");
}

describe("ValueWriter", () => {
  it("writes bytes as digits, whichever of them it has written before", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: SIZE, maxLength: SIZE }), parts, (memory, asked) => {
        const values = new ValueWriter((out, text) => out.text(text));
        const out = new LineBytes();
        const expected: string[] = [];
        values.begin();
        for (const { start, length, isParted } of asked) {
          const bytes = memory.subarray(start, start + length);
          if (isParted) values.write(out, bytes, "bytes");
          else values.bytes(out, memory, start, bytes.length);
          out.newline();
          expected.push(`${digits(bytes, isParted)}\n`);
        }
        expect(out.textFrom(0)).toBe(expected.join(""));
      }),
    );
  });

  it("copies nothing of the packet before, whose memory may hold other bytes now", () => {
    const values = new ValueWriter((out, text) => out.text(text));
    const out = new LineBytes();
    const memory = new Uint8Array(100);
    for (const byte of [1, 2]) {
      memory.fill(byte);
      values.begin();
      const start = out.length;
      values.write(out, memory, "bytes");
      values.bytes(out, memory, 0, memory.length);
      expect(out.textFrom(start)).toBe(digits(memory, true) + digits(memory, false));
    }
  });

  it("copies nothing of what was written elsewhere", () => {
    const values = new ValueWriter((out, text) => out.text(text));
    const memory = new Uint8Array(100).fill(7);
    values.bytes(new LineBytes(), memory, 0, memory.length);
    const out = new LineBytes();
    values.bytes(out, memory, 0, memory.length);
    expect(out.textFrom(0)).toBe(digits(memory, false));
  });
});
