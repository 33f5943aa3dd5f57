/** A grid as a PNG picture, and as its pixels. */

import { Resvg } from "@resvg/resvg-js";

import type { Grid } from "./grid.ts";
import { gridToSvg, type SvgOptions } from "./svg.ts";

export interface PngOptions extends SvgOptions {
  /** Pixels a unit of the SVG takes; 1 makes cells of 10 by 20 pixels. */
  readonly scale?: number;
}

/** Rows from the top, pixels from the left, four bytes each: red, green, blue, opacity. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

/** The bytes of the PNG: the same for the same grid each time; no fonts of the machine are used. */
export function gridToPng(grid: Grid, options: PngOptions = {}): Uint8Array {
  return rendered(grid, options).asPng();
}

/** The picture's pixels, all opaque. */
export function gridToPixels(grid: Grid, options: PngOptions = {}): Pixels {
  const { width, height, pixels } = rendered(grid, options);
  return { width, height, rgba: pixels };
}

function rendered(grid: Grid, options: PngOptions): ReturnType<Resvg["render"]> {
  const scale = options.scale ?? 1;
  const resvg = new Resvg(gridToSvg(grid, options), {
    font: { loadSystemFonts: false },
    fitTo: scale === 1 ? { mode: "original" } : { mode: "zoom", value: scale },
  });
  return resvg.render();
}
