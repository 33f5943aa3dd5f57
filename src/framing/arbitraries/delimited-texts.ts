// Payloads that a search for a delimiter gets wrong.

import * as fc from "fast-check";

export interface DelimitedOptions {
  /** Most pieces a payload is made of; 6 by default. */
  readonly piecesMax?: number;
  /** Whether payloads may have the delimiter in them, for formats that escape it; false by default. */
  readonly withDelimiter?: boolean;
}

/**
 * Texts made of pieces of `delimiter`: its beginnings, its ends, its characters twice (for `\r\n`: `\r`, `\n`, `\r\r`), which are the start of a match that does
 * not come to an end, and for delimiters that overlap themselves (`--`, `aab`) the wrong place to go on from. Never ends in a way that would
 * complete the delimiter too early.
 */
export function delimitedTexts(delimiter: string, options: DelimitedOptions = {}): fc.Arbitrary<string> {
  const { piecesMax = 6, withDelimiter = false } = options;
  const pieces = new Set<string>(["a", "\u00e9"]);
  for (let i = 1; i < delimiter.length; i++) {
    pieces.add(delimiter.slice(0, i));
    pieces.add(delimiter.slice(i));
  }
  for (const character of delimiter) pieces.add(character + character);
  if (withDelimiter) pieces.add(delimiter);
  return fc
    .array(fc.constantFrom(...pieces), { maxLength: piecesMax })
    .map((parts) => parts.join(""))
    .filter((text) => withDelimiter || (text + delimiter).indexOf(delimiter) === text.length);
}
