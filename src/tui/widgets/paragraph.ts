/** Text wrapped at words. */

import type { Grid } from "../render/grid.ts";
import type { Theme } from "../theme.ts";
import { putSpans, type Rich, toSpans, wrapSpans } from "./spans.ts";

export interface ParagraphOptions {
  readonly text: Rich;
  /** Attribute of plain text; the theme's text by default. */
  readonly attr?: number;
  /** Lines scrolled away; 0 by default. */
  readonly top?: number;
  /** Free cells at the left and right; 1 by default. */
  readonly margin?: number;
}

/**
 * Paints text into `grid`, from its first row down, and returns the lines it takes in all. When lines do not fit, the
 * last visible one ends in `…`.
 */
export function paragraph(grid: Grid, theme: Theme, options: ParagraphOptions): number {
  const margin = options.margin ?? 1;
  const attr = options.attr ?? theme.text;
  const top = Math.max(0, options.top ?? 0);
  const width = Math.max(1, grid.width - 2 * margin);
  const lines = wrapSpans(toSpans(options.text, attr), width);
  for (let y = 0; y < grid.height && top + y < lines.length; y++) {
    const line = lines[top + y];
    const used = putSpans(grid, margin, y, line, width);
    const cut = y === grid.height - 1 && top + y < lines.length - 1;
    if (cut) grid.put(margin + Math.min(used, width - 1), y, "…", line.at(-1)?.attr ?? attr);
  }
  return lines.length;
}

/** Lines a text takes at this width, margins included. */
export function paragraphHeight(text: Rich, width: number, margin = 1): number {
  return wrapSpans(toSpans(text, 0), Math.max(1, width - 2 * margin)).length;
}
