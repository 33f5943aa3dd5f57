// Which bytes of a run are there: those without a gap from its beginning on, and runs behind gaps.

/** What of a run of bytes is there. */
export interface Covered {
  /** Bytes there without a gap. */
  have: number;
  /** Runs [from, to) behind a gap; null while there are none, as nearly always. */
  late: { from: number; to: number }[] | null;
}

/** Runs behind gaps that are remembered at a time. */
const LATE_MAX = 1000;

/** Notes that bytes [from, to) are there. */
export function extend(covered: Covered, from: number, to: number): void {
  if (from > covered.have) {
    const late = (covered.late ??= []);
    const last = late.at(-1);
    if (last !== undefined && last.to === from) last.to = to;
    else if (late.length < LATE_MAX) late.push({ from, to });
    return;
  }
  covered.have = Math.max(covered.have, to);
  const { late } = covered;
  if (late === null) return;
  late.sort((a, b) => a.from - b.from);
  while (late.length > 0 && late[0].from <= covered.have) {
    covered.have = Math.max(covered.have, late[0].to);
    late.shift();
  }
  if (late.length === 0) covered.late = null;
}

/** Whether all of a segment was there before. What came before the first segment captured never was. */
export function isCovered({ have, late }: Covered, from: number, length: number): boolean {
  if (from < 0) return false;
  const to = from + length;
  if (to <= have) return true;
  if (late === null) return false;
  for (const run of late) if (from >= run.from && to <= run.to) return true;
  return false;
}
