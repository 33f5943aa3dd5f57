/** Amounts as bars: one value as a horizontal bar, a short history as a row of columns. */

import type { Grid } from "../render/grid.ts";
import type { Theme } from "../theme.ts";

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
const COLUMNS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/**
 * A bar of `width` cells at (x, y), `fraction` (0 to 1, clamped; not a number counts as 0) of it full, in eighths of a
 * cell. Anything above 0 shows at least one eighth.
 */
export function gauge(
  grid: Grid,
  theme: Theme,
  x: number,
  y: number,
  width: number,
  fraction: number,
  attr: number = theme.gauge,
): void {
  if (width < 1) return;
  const share = fraction > 0 ? Math.min(1, fraction) : 0;
  const eighths = share > 0 ? Math.max(1, Math.round(share * width * 8)) : 0;
  const full = Math.floor(eighths / 8);
  const track = theme.gaugeTrack;
  const bar = (attr & ~511) | (track & 511);
  grid.fill(x, y, width, 1, track, theme.mono ? "░" : " ");
  grid.fill(x, y, full, 1, bar, "█");
  if (full < width && eighths % 8 > 0) grid.cell(x + full, y, EIGHTHS[eighths % 8], bar);
}

/**
 * The last `width` values as columns of one row at (x, y), the newest at the right, scaled to `max` (default: the
 * largest shown). A zero is the lowest column, so that time without traffic is a line and not a hole.
 */
export function sparkline(
  grid: Grid,
  x: number,
  y: number,
  width: number,
  values: readonly number[],
  attr: number,
  max?: number,
): void {
  const shown = width > 0 ? values.slice(-width) : [];
  const ceiling = max ?? shown.reduce((most, value) => Math.max(most, value), 0);
  const start = x + width - shown.length;
  for (let i = 0; i < shown.length; i++) {
    const share = ceiling > 0 && shown[i] > 0 ? Math.min(1, shown[i] / ceiling) : 0;
    grid.cell(start + i, y, COLUMNS[Math.round(share * 7)], attr);
  }
}
