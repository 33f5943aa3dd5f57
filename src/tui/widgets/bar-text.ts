/** Shares as text, for a column of a table. */

/** A bar of at most `cells` cells, `fraction` (0 to 1, clamped) of them full, in halves; anything above 0 shows at least half a cell. */
export function barText(fraction: number, cells: number): string {
  const share = fraction > 0 ? Math.min(1, fraction) : 0;
  const halves = share > 0 ? Math.max(1, Math.round(share * cells * 2)) : 0;
  return "━".repeat(halves >> 1) + (halves % 2 === 1 ? "╸" : "");
}
