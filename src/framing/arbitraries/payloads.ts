// Payloads that find bugs, for the `frames` of the built-in codecs: borders of length fields, delimiters inside, text of many bytes a character.

import * as fc from "fast-check";

/** Lengths next to which length fields change their form: 7 and 8 bits, varints, WebSocket's 125 and 126. */
const BORDER_LENGTHS = [125, 126, 127, 128, 255, 256];
const BORDER_MAX = 300;
/** Rare, for they make every run with them slow. */
const LONG_LENGTHS = [16_383, 16_384, 65_535, 65_536];

export interface PayloadOptions {
  /** Shortest, in bytes; 0 by default. */
  readonly min?: number;
  /** Longest, in bytes. */
  readonly max?: number;
  /** Bytes that mean something to the format: they come up often. */
  readonly special?: readonly number[];
}

/** Byte strings, mostly short. They shrink to few zeros. */
export function payloads(options: PayloadOptions = {}): fc.Arbitrary<Uint8Array> {
  const { min = 0, max = 70_000, special = [0x00, 0x0a, 0x0d, 0xff] } = options;
  const shortMax = Math.min(max, Math.max(min, 12));
  const anyByte = fc.integer({ min: 0, max: 255 });
  const byte =
    special.length === 0
      ? anyByte
      : fc.oneof(
          { withCrossShrink: true },
          { weight: 1, arbitrary: anyByte },
          { weight: 1, arbitrary: fc.constantFrom(...special) },
        );
  const short = fc
    .array(byte, { minLength: min, maxLength: shortMax })
    .map((bytes) => Uint8Array.from(bytes));
  const filled = (lengths: readonly number[]): fc.Arbitrary<Uint8Array> =>
    fc.tuple(fc.constantFrom(...lengths), byte).map(([length, value]) => new Uint8Array(length).fill(value));
  const fits = (length: number): boolean => length >= min && length <= max;
  const border = [...BORDER_LENGTHS, ...(max <= BORDER_MAX ? [max] : [])].filter(fits);
  const long = [...LONG_LENGTHS, ...(max > BORDER_MAX && max <= 65_536 ? [max] : [])].filter(fits);
  const weighted: fc.WeightedArbitrary<Uint8Array>[] = [{ weight: 60, arbitrary: short }];
  if (border.length > 0) weighted.push({ weight: 3, arbitrary: filled(border) });
  if (long.length > 0) weighted.push({ weight: 1, arbitrary: filled(long) });
  return fc.oneof({ withCrossShrink: true }, ...weighted);
}

/** Text that decoders break: 2 to 4 bytes a character, a byte order mark, line separators, and what tells escapes apart. */
export function texts(maxLength = 12): fc.Arbitrary<string> {
  const character = fc.oneof(
    { withCrossShrink: true },
    { weight: 2, arbitrary: fc.constantFrom("a", " ", "0", '"', "\\", ",", ":") },
    {
      weight: 2,
      arbitrary: fc.constantFrom("\u00e9", "\u20ac", "\u{1f600}", "\ufeff", "\u2028", "\ud7ff", "\u{10ffff}"),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom("\u0000", "\t", "\u007f", "\u0080", "\u07ff", "\u0800", "\uffff"),
    },
  );
  return fc.array(character, { maxLength }).map((characters) => characters.join(""));
}
