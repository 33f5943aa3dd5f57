// Numbers and short texts put into bytes at a place, as ASCII: each function answers the place behind what it wrote. Four bytes go in as
// one word, and up to three beyond the last one are overwritten too: whoever calls has made room.

/** What may be overwritten beyond the end of what is put. */
export const SLACK_BYTES = 4;
/** A number's digits at most. */
export const DECIMAL_BYTES = 10;

const ZEROS = 0x3030_3030;

const HEX = Buffer.from("0123456789abcdef");
/** The two hexadecimal digits of each byte, the first in the low byte. */
export const HEX_BYTES = Uint16Array.from(
  { length: 256 },
  (_, byte) => (HEX[byte & 15] << 8) | HEX[byte >> 4],
);

/** A whole number below 2^32. */
export function putDecimal(view: DataView, at: number, number: number): number {
  const value = number >>> 0;
  if (value < 10_000) return putLeading(view, at, value);
  const above = (value / 10_000) >>> 0;
  let to = at;
  if (above < 10_000) {
    to = putLeading(view, at, above);
  } else {
    const top = (above / 10_000) >>> 0;
    to = putFour(view, putLeading(view, at, top), above - top * 10_000);
  }
  return putFour(view, to, value - above * 10_000);
}

/** A number below 10,000 without zeros before it. */
function putLeading(view: DataView, at: number, value: number): number {
  const digits = fourDigits(value);
  // The lowest bit of the first digit that counts; of 0 the last does.
  const lowest = digits | 0x0100_0000;
  const zeros = (31 - Math.clz32(lowest & -lowest)) >>> 3;
  view.setUint32(at, (digits | ZEROS) >>> (zeros << 3), true);
  return at + 4 - zeros;
}

/** A number below 10,000 as four digits. */
export function putFour(view: DataView, at: number, value: number): number {
  view.setUint32(at, fourDigits(value) | ZEROS, true);
  return at + 4;
}

/**
 * The four decimal digits of a number below 10,000, a byte each, the first in the lowest. Multiplying is faster than dividing, and than
 * a table that other things drive out of the cache: 5243 / 2^19 is 1 / 100 and 103 / 2^10 is 1 / 10 for numbers this small.
 */
function fourDigits(value: number): number {
  const hundreds = Math.imul(value, 5243) >>> 19;
  const pairs = hundreds | ((value - hundreds * 100) << 16);
  const tens = (Math.imul(pairs, 103) >>> 10) & 0x000f_000f;
  return tens | ((pairs - tens * 10) << 8);
}

/** A number below 1,000,000,000 as nine digits. */
export function putNine(view: DataView, at: number, value: number): number {
  const above = (value / 10_000) >>> 0;
  const top = (above / 10_000) >>> 0;
  view.setUint8(at, 48 + top);
  putFour(view, at + 1, above - top * 10_000);
  return putFour(view, at + 5, value - above * 10_000);
}

/** A number below 65,536 as four hexadecimal digits. */
export function putHexFour(view: DataView, at: number, value: number): number {
  view.setUint32(at, HEX_BYTES[value >>> 8] | (HEX_BYTES[value & 255] << 16), true);
  return at + 4;
}

/** `length` bytes that are in `words` from word `start` on, four in each. */
export function putWords(
  view: DataView,
  at: number,
  words: Uint32Array,
  start: number,
  length: number,
): number {
  const end = at + length;
  for (let to = at, i = start; to < end; i++, to += 4) view.setUint32(to, words[i], true);
  return end;
}
