// Columns of numbers that grow.

type Column = Float64Array | Uint32Array | Int32Array | Uint16Array | Uint8Array | Int8Array;

/**
 * `larger` with the first `count` numbers of `old`, all by default. Room that nobody used is not copied: copied zeros take memory, and a table
 * just begun may have been made for millions of rows.
 */
export function grown<T extends Column>(old: T, larger: T, count: number = old.length): T {
  larger.set(old.subarray(0, count));
  return larger;
}
