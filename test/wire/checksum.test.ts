// The Internet checksum against its definition, and against packets whose sums are known.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { addWords, finishChecksum, internetChecksum, transportChecksum } from "../../src/wire/checksum.ts";

/** RFC 1071's definition, one word at a time. */
function definition(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) {
    sum += bytes[i] * 256 + (i + 1 < bytes.length ? bytes[i + 1] : 0);
    if (sum > 0xffff) sum -= 0xffff;
  }
  return 0xffff - sum;
}

describe("the Internet checksum", () => {
  test("of the example in RFC 1071 section 3 is the complement of ddf2", () => {
    const bytes = Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7);
    expect(internetChecksum(bytes, 0, 8)).toBe(~0xddf2 & 0xffff);
  });

  test("is the definition's for all bytes, whatever their number and place", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat({ max: 3 }), (bytes, start) => {
        const padded = new Uint8Array(bytes.length + 7).fill(0xee);
        padded.set(bytes, start);
        expect(internetChecksum(padded, start, start + bytes.length)).toBe(definition(bytes));
      }),
    );
  });

  test("does not overflow on the largest packets", () => {
    expect(internetChecksum(new Uint8Array(200_001).fill(0xff), 0, 200_001)).toBe(
      definition(new Uint8Array(200_001).fill(0xff)),
    );
  });

  test("put into a zeroed field makes the whole sum to 0", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 100 }), (bytes) => {
        bytes[2] = 0;
        bytes[3] = 0;
        const checksum = internetChecksum(bytes, 0, bytes.length);
        bytes[2] = checksum >>> 8;
        bytes[3] = checksum;
        expect(internetChecksum(bytes, 0, bytes.length)).toBe(0);
      }),
    );
  });

  test("can be summed in parts that begin on even offsets", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat({ max: 100 }), (bytes, half) => {
        const cut = Math.min(half, bytes.length >>> 1) * 2;
        const sum = addWords(bytes, cut, bytes.length, addWords(bytes, 0, cut, 0));
        expect(finishChecksum(sum)).toBe(definition(bytes));
      }),
    );
  });
});

test("a TCP segment with its checksum filled in sums to 0 with its pseudo-header, and no longer when an address changes", () => {
  const hex =
    "450000280001000040066bcd0a0000010a000002" + // IPv4, 10.0.0.1 to 10.0.0.2, TCP
    "14000050000000640000000050020000" +
    "00000000";
  const bytes = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  const checksum = transportChecksum(bytes, 0, 6, 20, 40);
  bytes[36] = checksum >>> 8;
  bytes[37] = checksum;
  expect(transportChecksum(bytes, 0, 6, 20, 40)).toBe(0);
  bytes[12] ^= 1;
  expect(transportChecksum(bytes, 0, 6, 20, 40)).not.toBe(0);
});
