// Where to cut a stream, for property tests of one's own.

import * as fc from "fast-check";

/** Ascending offsets from 0 to `length`, at most `cutsMax` (8 by default); the same twice is an empty chunk. Shrinks towards no cuts. */
export function cuts(length: number, cutsMax: number = 8): fc.Arbitrary<number[]> {
  return fc
    .array(fc.integer({ min: 0, max: length }), { maxLength: cutsMax })
    .map((offsets) => offsets.sort((a, b) => a - b));
}

/** `bytes` in chunks that are copies: what arrives in separate reads. */
export function chunksOf(bytes: Uint8Array, offsets: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let before = 0;
  for (const offset of [...offsets, bytes.length]) {
    chunks.push(bytes.slice(before, offset));
    before = offset;
  }
  return chunks;
}
