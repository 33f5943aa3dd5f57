/** A line of any number of points, and the few of them that a chart of so many columns needs. */

/** Points in ascending x; appended to as they are read. */
export class Points {
  count = 0;
  xs = new Float64Array(64);
  ys = new Float64Array(64);

  push(x: number, y: number): void {
    if (this.count === this.xs.length) {
      this.xs = longer(this.xs);
      this.ys = longer(this.ys);
    }
    this.xs[this.count] = x;
    this.ys[this.count++] = y;
  }

  /** Points at or before `x`. */
  upTo(x: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.xs[middle] <= x) low = middle + 1;
      else high = middle;
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
  { xs, ys }: Points,
  first: number,
  end: number,
  from: number,
  to: number,
  columns: number,
): (readonly [number, number])[] {
  const corners: (readonly [number, number])[] = [];
  const each = (to - from) / columns;
  for (let i = first; i < end;) {
    const limit = from + (Math.floor((xs[i] - from) / each) + 1) * each;
    let low = i;
    let high = i;
    let next = i + 1;
    for (; next < end && xs[next] < limit; next++) {
      if (ys[next] < ys[low]) low = next;
      if (ys[next] > ys[high]) high = next;
    }
    const kept = [i, Math.min(low, high), Math.max(low, high), next - 1];
    for (let k = 0; k < kept.length; k++) {
      if (k === 0 || kept[k] !== kept[k - 1]) corners.push([xs[kept[k]], ys[kept[k]]]);
    }
    i = next;
  }
  return corners;
}

function longer(from: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const to = new Float64Array(from.length * 2);
  to.set(from);
  return to;
}
