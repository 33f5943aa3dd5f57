/** Golden grids: text rows, then each row's runs of attributes, kept in files beside this one. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";

import { attrBg, attrFg, attrFlags, type Grid } from "../../src/tui/render/grid.ts";
import { gridToText } from "../../src/tui/render/text.ts";

/** The text of a grid and, below it, its attributes: a legend, and rows of letters with how often each is repeated. */
export function goldenText(grid: Grid): string {
  const letters = new Map<number, string>();
  const rows: string[] = [];
  for (let y = 0; y < grid.height; y++) {
    let row = "";
    for (let x = 0; x < grid.width; ) {
      const attr = grid.attrAt(x, y);
      let end = x + 1;
      while (end < grid.width && grid.attrAt(end, y) === attr) end++;
      const letter = letters.get(attr) ?? nextLetter(letters.size);
      letters.set(attr, letter);
      row += `${letter}${end - x} `;
      x = end;
    }
    rows.push(row.trimEnd());
  }
  const legend = [...letters].map(([attr, letter]) => {
    const color = (value: number) => (value === 511 ? "default" : String(value));
    return `${letter} fg=${color(attrFg(attr))} bg=${color(attrBg(attr))} flags=${attrFlags(attr)}`;
  });
  return `${gridToText(grid)}\n${legend.join("\n")}\n\n${rows.join("\n")}\n`;
}

function nextLetter(index: number): string {
  const letter = String.fromCharCode(97 + (index % 26));
  return index < 26 ? letter : letter + nextLetter(Math.floor(index / 26) - 1);
}

/**
 * What test/golden/<name>.txt holds, to compare `text` with. With UPDATE_GOLDEN=1 in the environment `text` is written
 * there instead: look at it before committing it.
 */
export function goldenFile(name: string, text: string): string {
  const file = new URL(`${name}.txt`, import.meta.url);
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(file, text);
  return existsSync(file) ? readFileSync(file, "utf8") : `${name}.txt is missing: run with UPDATE_GOLDEN=1`;
}
