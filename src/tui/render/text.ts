/** A grid as plain text. */

import type { Grid } from "./grid.ts";

/** The characters of a whole grid, a line feed after every row, spaces at the ends of rows removed. */
export function gridToText(grid: Grid): string {
  let out = "";
  for (let y = 0; y < grid.height; y++) {
    let row = "";
    for (let x = 0; x < grid.width; x++) row += grid.charAt(x, y);
    out += `${row.replace(/ +$/, "")}\n`;
  }
  return out;
}
