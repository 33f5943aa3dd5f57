// What differs between two goldens: rows that belong together, the cells that changed in them, and styles that mean another colour now.

import type { Golden, GoldenRow } from "./golden-text.ts";

/** Cells of a row, from inclusive, to exclusive. */
export interface CellRange {
  readonly from: number;
  readonly to: number;
}

/** A row of either side and its counterpart; null where the other has none. */
export interface RowPair {
  readonly expected: number | null;
  readonly actual: number | null;
  /** Where they differ; empty for equal rows, and for rows without counterpart. */
  readonly changed: readonly CellRange[];
  /** Whether the characters differ, and not the styles alone. */
  readonly textDiffers: boolean;
}

/** A style that is another colour than it was, and is on cells of both. */
export interface StyleChange {
  readonly name: string;
  readonly expected: string;
  readonly actual: string;
}

export interface GoldenDiff {
  /** All rows of both, from the top. */
  readonly rows: readonly RowPair[];
  readonly styles: readonly StyleChange[];
  /** Cells that changed within rows of both. */
  readonly cells: number;
}

/** Pairs of rows looked at to find those that moved; past that, rows are compared where they stand. */
const PAIRS_MAX = 4_000_000;

/** What has to change in `expected` to make it `actual`. A screen's rows stay where they are; those of a ladder may have moved. */
export function diffGoldens(expected: Golden, actual: Golden): GoldenDiff {
  const paired =
    expected.kind === "screen" && expected.height === actual.height
      ? expected.rows.map((_, y) => [y, y] as const)
      : alignRows(expected.rows, actual.rows);
  let cells = 0;
  const rows = paired.map(([from, to]): RowPair => {
    if (from === null || to === null)
      return { expected: from, actual: to, changed: [], textDiffers: from !== to };
    const { changed, textDiffers } = diffRow(expected.rows[from], actual.rows[to]);
    for (const range of changed) cells += range.to - range.from;
    return { expected: from, actual: to, changed, textDiffers };
  });
  const styles: StyleChange[] = [];
  for (const [name, was] of expected.styles) {
    const is = actual.styles.get(name);
    if (is !== undefined && is !== was) styles.push({ name, expected: was, actual: is });
  }
  return { rows, styles, cells };
}

function diffRow(a: GoldenRow, b: GoldenRow): Pick<RowPair, "changed" | "textDiffers"> {
  if (a.text === b.text && a.runs === b.runs) return { changed: [], textDiffers: false };
  const changed: CellRange[] = [];
  let textDiffers = false;
  const width = Math.max(a.chars.length, b.chars.length);
  for (let x = 0; x < width; x++) {
    const sameChar = (a.chars[x] ?? " ") === (b.chars[x] ?? " ");
    // Past the edge of the narrower one there is nothing to have a style.
    const styled = x < a.chars.length && x < b.chars.length;
    if (sameChar && (!styled || a.styles[x] === b.styles[x])) continue;
    if (!sameChar) textDiffers = true;
    const last = changed.at(-1);
    if (last !== undefined && last.to === x) changed[changed.length - 1] = { from: last.from, to: x + 1 };
    else changed.push({ from: x, to: x + 1 });
  }
  return { changed, textDiffers };
}

type Pair = readonly [expected: number | null, actual: number | null];

/** The rows of `a` beside those of `b`: as many equal ones as can be, and what lies between them in order. */
function alignRows(a: readonly GoldenRow[], b: readonly GoldenRow[]): Pair[] {
  const same = (i: number, j: number): boolean => a[i].text === b[j].text && a[i].runs === b[j].runs;
  let start = 0;
  while (start < a.length && start < b.length && same(start, start)) start++;
  let [endA, endB] = [a.length, b.length];
  while (endA > start && endB > start && same(endA - 1, endB - 1)) {
    endA--;
    endB--;
  }
  const pairs: Pair[] = Array.from({ length: start }, (_, y) => [y, y] as const);
  pairs.push(...alignMiddle(start, endA, endB, same));
  for (let i = endA; i < a.length; i++) pairs.push([i, endB + i - endA]);
  return pairs;
}

/** Rows from `start` on, of the longest common subsequence; runs of others between them are paired as far as both go. */
function alignMiddle(
  start: number,
  endA: number,
  endB: number,
  same: (i: number, j: number) => boolean,
): Pair[] {
  const [n, m] = [endA - start, endB - start];
  const pairs: Pair[] = [];
  let [i, j] = [0, 0];
  /** Everything before (toI, toJ) that is on one side only. */
  const between = (toI: number, toJ: number): void => {
    for (; i < toI || j < toJ;) pairs.push([i < toI ? start + i++ : null, j < toJ ? start + j++ : null]);
  };
  if (n * m <= PAIRS_MAX && n > 0 && m > 0) {
    // lengths[i * (m + 1) + j]: how many rows after i and j can stay.
    const lengths = new Uint16Array((n + 1) * (m + 1));
    for (let p = n - 1; p >= 0; p--)
      for (let q = m - 1; q >= 0; q--) {
        const at = p * (m + 1) + q;
        lengths[at] = same(start + p, start + q)
          ? lengths[at + m + 2] + 1
          : Math.max(lengths[at + m + 1], lengths[at + 1]);
      }
    for (let p = 0, q = 0; p < n && q < m;) {
      const at = p * (m + 1) + q;
      if (same(start + p, start + q)) {
        between(p, q);
        pairs.push([start + i++, start + j++]);
        p++;
        q++;
      } else if (lengths[at + m + 1] >= lengths[at + 1]) p++;
      else q++;
    }
  }
  between(n, m);
  return pairs;
}
