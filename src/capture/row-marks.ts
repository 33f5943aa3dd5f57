// Two facts a row of the packet table has no column for, three bits a row, allocated only where a file has them.

const DIRECTION = 3;
const TIMELESS = 4;

export class RowMarks {
  #bits = new Uint8Array(0);

  /** Marks a row as having no timestamp. */
  setTimeless(row: number): void {
    this.#grow(row);
    this.#bits[row] |= TIMELESS;
  }

  /** Marks a row as inbound (1) or outbound (2). */
  setDirection(row: number, direction: 1 | 2): void {
    this.#grow(row);
    this.#bits[row] = (this.#bits[row] & ~DIRECTION) | direction;
  }

  timeless(row: number): boolean {
    return row < this.#bits.length && (this.#bits[row] & TIMELESS) !== 0;
  }

  direction(row: number): 0 | 1 | 2 {
    const bits = row < this.#bits.length ? this.#bits[row] & DIRECTION : 0;
    return bits === 1 || bits === 2 ? bits : 0;
  }

  #grow(row: number): void {
    if (row < this.#bits.length) return;
    const larger = new Uint8Array(Math.max(1024, (row + 1) * 2));
    larger.set(this.#bits);
    this.#bits = larger;
  }
}
