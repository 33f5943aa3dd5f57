// Columns of numbers that grow, and where they have their memory.

export type Column = Float64Array | Uint32Array | Int32Array | Uint16Array | Uint8Array | Int8Array;

export interface ColumnKind<T extends Column> {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): T;
  new (buffer: ArrayBufferLike, start: number, length: number): T;
}

/** Where columns have their memory: each its own, unless a subclass has them together. */
export class ColumnMemory {
  /** A column of `length` zeros. */
  make<T extends Column>(Kind: ColumnKind<T>, length: number): T {
    return new Kind(length);
  }

  /** Nobody uses `column` any more, which `make` made. */
  drop(_column: Column): void {}

  /** A column of `length` with what `old` had, which is dropped. */
  grown<T extends Column>(Kind: ColumnKind<T>, old: T, length: number): T {
    const larger = grown(old, this.make(Kind, length));
    this.drop(old);
    return larger;
  }
}

/** Columns that have their memory each for itself. */
export const SEPARATE_MEMORY = new ColumnMemory();

/**
 * `larger` with the first `count` numbers of `old`, all by default. Room that nobody used is not copied: copied zeros take memory, and a table
 * just begun may have been made for millions of rows.
 */
export function grown<T extends Column>(old: T, larger: T, count: number = old.length): T {
  larger.set(old.subarray(0, count));
  return larger;
}
