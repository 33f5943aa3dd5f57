// A screen in the forms it can be written in.

import { gridToAnsi } from "../tui/render/ansi.ts";
import type { Grid } from "../tui/render/grid.ts";
import { gridToPng } from "../tui/render/png.ts";
import { gridToSvg } from "../tui/render/svg.ts";
import { gridToText } from "../tui/render/text.ts";

export const PICTURES = ["txt", "ansi", "svg", "png"] as const;

export type Picture = (typeof PICTURES)[number];

export function pictureOf(grid: Grid, format: Picture): string | Uint8Array {
  switch (format) {
    case "txt":
      return gridToText(grid);
    case "ansi":
      return gridToAnsi(grid);
    case "svg":
      return gridToSvg(grid);
    case "png":
      return gridToPng(grid);
  }
}
