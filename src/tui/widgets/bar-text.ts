/** Shares as text, for a column of a table. */

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar of at most `cells` cells, `fraction` (0 to 1, clamped) of them full; anything above 0 shows at least an eighth of a cell. */
export function barText(fraction: number, cells: number): string {
  const share = fraction > 0 ? Math.min(1, fraction) : 0;
  const eighths = share > 0 ? Math.max(1, Math.round(share * cells * 8)) : 0;
  return "█".repeat(eighths >> 3) + EIGHTHS[eighths % 8];
}
