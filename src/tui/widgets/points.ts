/** A line of any number of points, and the few of them that a chart of so many columns needs. */

/** Points that know their lowest and highest together. */
const BLOCK = 64;

/** Points in ascending x; appended to as they are read. */
export class Points {
  count = 0;
  xs = new Float64Array(BLOCK);
  ys = new Float64Array(BLOCK);
  /** Of each block of points the index of the first lowest and of the first highest. */
  #lows = new Uint32Array(1);
  #highs = new Uint32Array(1);

  push(x: number, y: number): void {
    if (this.count === this.xs.length) this.#grow();
    const at = this.count++;
    this.xs[at] = x;
    this.ys[at] = y;
    const block = Math.floor(at / BLOCK);
    if (at % BLOCK === 0) {
      this.#lows[block] = at;
      this.#highs[block] = at;
      return;
    }
    if (y < this.ys[this.#lows[block]]) this.#lows[block] = at;
    if (y > this.ys[this.#highs[block]]) this.#highs[block] = at;
  }

  #grow(): void {
    const size = Math.ceil((this.count * 1.5) / BLOCK) * BLOCK;
    this.xs = longer(this.xs, new Float64Array(size));
    this.ys = longer(this.ys, new Float64Array(size));
    this.#lows = longer(this.#lows, new Uint32Array(size / BLOCK));
    this.#highs = longer(this.#highs, new Uint32Array(size / BLOCK));
  }

  /** Indexes of the first lowest and the first highest of points [from, to), of which there is one at least. */
  extremes(from: number, to: number): { readonly low: number; readonly high: number } {
    const { ys } = this;
    let low = from;
    let high = from;
    for (let at = from + 1; at < to;) {
      if (at % BLOCK !== 0 || at + BLOCK > to) {
        if (ys[at] < ys[low]) low = at;
        if (ys[at] > ys[high]) high = at;
        at++;
        continue;
      }
      const block = at / BLOCK;
      if (ys[this.#lows[block]] < ys[low]) low = this.#lows[block];
      if (ys[this.#highs[block]] > ys[high]) high = this.#highs[block];
      at += BLOCK;
    }
    return { low, high };
  }

  /** Points at or before `x`. */
  upTo(x: number): number {
    return this.#first((other) => other > x);
  }

  /** Points before `x`. */
  before(x: number): number {
    return this.#first((other) => other >= x);
  }

  /** Index of the first point whose x is beyond what is asked for. */
  #first(isBeyond: (x: number) => boolean): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBeyond(this.xs[middle])) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** The value that holds at `x`; null before the first. */
  at(x: number): number | null {
    const count = this.upTo(x);
    return count === 0 ? null : this.ys[count - 1];
  }
}

interface Outline {
  readonly count: number;
  readonly from: number;
  readonly to: number;
  readonly columns: number;
  readonly corners: readonly (readonly [x: number, y: number])[];
}

/** Outlines kept of a line: one goes back and forth between a few ranges of time. */
const KEPT_MAX = 8;

const outlines = new WeakMap<Points, Outline[]>();

/**
 * The points within [from, to], one more on each side, and of more than four a column only the column's first, lowest, highest and last: a
 * line through them looks like one through all. The last ones asked for are kept.
 */
export function outlineOf(
  points: Points,
  from: number,
  to: number,
  columns: number,
): readonly (readonly [x: number, y: number])[] {
  let kept = outlines.get(points);
  if (kept === undefined) outlines.set(points, (kept = []));
  const known = kept.find(
    (outline) =>
      outline.count === points.count &&
      outline.from === from &&
      outline.to === to &&
      outline.columns === columns,
  );
  if (known !== undefined) return known.corners;
  const first = Math.max(0, points.upTo(from) - 1);
  const end = Math.min(points.count, points.upTo(to) + 1);
  const corners =
    end - first <= columns * 4 ? allOf(points, first, end) : thinned(points, first, end, from, to, columns);
  kept.unshift({ count: points.count, from, to, columns, corners });
  if (kept.length > KEPT_MAX) kept.pop();
  return corners;
}

function allOf({ xs, ys }: Points, first: number, end: number): (readonly [number, number])[] {
  const corners: (readonly [number, number])[] = [];
  for (let i = first; i < end; i++) corners.push([xs[i], ys[i]]);
  return corners;
}

function thinned(
  points: Points,
  first: number,
  end: number,
  from: number,
  to: number,
  columns: number,
): (readonly [number, number])[] {
  const { xs, ys } = points;
  const corners: (readonly [number, number])[] = [];
  const each = (to - from) / columns;
  for (let i = first; i < end;) {
    const limit = from + (Math.floor((xs[i] - from) / each) + 1) * each;
    const next = Math.max(i + 1, Math.min(end, points.before(limit)));
    const { low, high } = points.extremes(i, next);
    const kept = [i, Math.min(low, high), Math.max(low, high), next - 1];
    for (let k = 0; k < kept.length; k++) {
      if (k === 0 || kept[k] !== kept[k - 1]) corners.push([xs[kept[k]], ys[kept[k]]]);
    }
    i = next;
  }
  return corners;
}

function longer<T extends Float64Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
