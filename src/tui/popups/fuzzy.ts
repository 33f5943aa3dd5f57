// Fuzzy finding: the letters typed, in their order, anywhere in a text; better where they begin words or stand together.

export interface FuzzyMatch {
  /** The higher the better; only comparable for one query. */
  readonly score: number;
  /** Indices of the letters found, ascending. */
  readonly at: readonly number[];
}

/** Texts longer than this are compared by their beginning: the search takes time by both lengths. */
const TEXT_MAX = 200;
const QUERY_MAX = 60;

const WORD_START = 8;
const TOGETHER = 10;
const FIRST = 4;
/** For each character passed over. */
const GAP = 0.4;

/** Where the letters of `query` are found in `text`, best place first taken; null where they are not all there, in order. Case and spaces typed do not count. */
export function fuzzyMatch(query: string, text: string): FuzzyMatch | null {
  const wanted = query.toLowerCase().replace(/\s+/g, "").slice(0, QUERY_MAX);
  const lower = text.toLowerCase().slice(0, TEXT_MAX);
  const n = wanted.length;
  const m = lower.length;
  if (n === 0) return { score: 0, at: [] };
  if (n > m || !isThere(wanted, lower)) return null;
  // best[i][j]: the best score of the first i + 1 letters with letter i at j. Small: a palette's lines are.
  const best: Float64Array[] = [];
  const from: Int16Array[] = [];
  for (let i = 0; i < n; i++) {
    const row = new Float64Array(m).fill(-Infinity);
    const back = new Int16Array(m).fill(-1);
    let reach = -Infinity;
    let reachAt = -1;
    for (let j = i; j < m; j++) {
      if (i > 0 && j > 0) {
        // Letter i - 1 anywhere before, each character passed over costing a little.
        const before = best[i - 1][j - 1];
        reach -= GAP;
        if (before > reach) [reach, reachAt] = [before, j - 1];
      }
      if (lower[j] !== wanted[i]) continue;
      const own = (isWordStart(text, j) ? WORD_START : 0) + (j === 0 ? FIRST : 0);
      if (i === 0) {
        row[j] = own - GAP * j;
        continue;
      }
      const joined = j > 0 ? best[i - 1][j - 1] + TOGETHER : -Infinity;
      if (joined >= reach) [row[j], back[j]] = [joined + own, j - 1];
      else [row[j], back[j]] = [reach + own, reachAt];
    }
    best.push(row);
    from.push(back);
  }
  const last = best[n - 1];
  let end = -1;
  for (let j = 0; j < m; j++) if (last[j] > -Infinity && (end < 0 || last[j] > last[end])) end = j;
  if (end < 0) return null;
  const at: number[] = [];
  for (let i = n - 1, j = end; i >= 0; j = from[i][j], i--) at.unshift(j);
  // Of two texts that match alike, the shorter one is more likely meant.
  return { score: last[end] - m * 0.001, at };
}

/** Whether the letters are all there, in order: most texts are not looked at any closer. */
function isThere(wanted: string, text: string): boolean {
  let at = -1;
  for (const letter of wanted) {
    at = text.indexOf(letter, at + 1);
    if (at < 0) return false;
  }
  return true;
}

function isWordStart(text: string, at: number): boolean {
  if (at === 0) return true;
  const before = text[at - 1];
  return (
    /[^\p{L}\p{N}]/u.test(before) || (before === before.toLowerCase() && text[at] !== text[at].toLowerCase())
  );
}
