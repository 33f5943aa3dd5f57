// Numbers and short texts put into bytes at a place: each function answers the place behind what it wrote. Four digits or eight bytes of
// text go in at once, and up to seven beyond the last one are overwritten too: whoever calls has made room.
//
// Eight bytes of text are kept as a number of 64 bits, since such numbers go out as fast as a byte. They are never "not a number", whose
// bits the engine may change: it would have a byte of 0x7f or 0xff behind one from 0xf0 on, which no UTF-8 has.

/** What may be overwritten beyond the end of what is put. */
export const SLACK_BYTES = 8;
/** A number's digits at most. */
export const DECIMAL_BYTES = 10;

/** Bytes of text that go in at once. */
export const WORD_BYTES = 8;
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
  const above = tenThousands(value);
  let to = at;
  if (above < 10_000) {
    to = putLeading(view, at, above);
  } else {
    const top = tenThousands(above);
    to = putFour(view, putLeading(view, at, top), above - top * 10_000);
  }
  return putFour(view, to, value - above * 10_000);
}

/** How many whole ten thousands are in a number below 2^32. Multiplying is faster than dividing; what is added is less than a unit makes. */
function tenThousands(value: number): number {
  return (value * 1e-4 + 5e-5) >>> 0;
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
  const above = tenThousands(value);
  const top = tenThousands(above);
  view.setUint8(at, 48 + top);
  putFour(view, at + 1, above - top * 10_000);
  return putFour(view, at + 5, value - above * 10_000);
}

/** A number below 65,536 as four hexadecimal digits. */
export function putHexFour(view: DataView, at: number, value: number): number {
  view.setUint32(at, HEX_BYTES[value >>> 8] | (HEX_BYTES[value & 255] << 16), true);
  return at + 4;
}

/** `bytes`, which are UTF-8, eight to a word, the first in the lowest byte of each. */
export function wordsOf(bytes: Uint8Array): Float64Array {
  const words = new Float64Array(Math.ceil(bytes.length / WORD_BYTES));
  const padded = new Uint8Array(words.length * WORD_BYTES);
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  for (let i = 0; i < words.length; i++) words[i] = view.getFloat64(i * WORD_BYTES, true);
  return words;
}

/** A text of eight bytes at most as one word. */
export function wordOf(text: string): number {
  return wordsOf(Buffer.from(text))[0];
}

/** `length` bytes that are in `words` from word `start` on. */
export function putWords(
  view: DataView,
  at: number,
  words: Float64Array,
  start: number,
  length: number,
): number {
  const end = at + length;
  for (let to = at, i = start; to < end; i++, to += WORD_BYTES) view.setFloat64(to, words[i], true);
  return end;
}

/** The first `length` bytes of `word`. */
export function putWord(view: DataView, at: number, word: number, length: number): number {
  view.setFloat64(at, word, true);
  return at + length;
}
