/** A grid as an SVG picture that needs no font and holds no ids and no dates: equal grids give equal bytes. */

import { attrBg, attrFg, attrFlags, BOLD, DEFAULT_COLOR, type Grid, INVERSE, UNDERLINE } from "./grid.ts";
import { glyphPath } from "./glyphs.ts";
import { paletteHex } from "./palette.ts";
import { CELL_HEIGHT, CELL_WIDTH, missingPath, shapePath } from "./shapes.ts";

export interface SvgOptions {
  /** Palette number shown for the default foreground; 252 (light grey). */
  readonly foreground?: number;
  /** Palette number shown for the default background; 235 (dark grey). */
  readonly background?: number;
  /** Palette number of the rim around the cells; 234. */
  readonly rim?: number;
  /** Width of the rim in units of the picture (a cell is 10 by 20); 10. */
  readonly margin?: number;
  /** For readers that do not see the picture. */
  readonly title?: string;
}

/** Palette number of the rim around the cells, unless told. */
export const RIM = 234;
/** The same for text of no colour, and for what is behind it. */
const FOREGROUND = 252;
const BACKGROUND = 235;

/** The picture as SVG text. Cells are 10 by 20 units; text is drawn as outlines. */
export function gridToSvg(grid: Grid, options: SvgOptions = {}): string {
  const margin = options.margin ?? 10;
  const width = grid.width * CELL_WIDTH + 2 * margin;
  const height = grid.height * CELL_HEIGHT + 2 * margin;
  let out = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">\n${titleOf(options)}`;
  out += `<path fill="${paletteHex(options.rim ?? RIM)}" d="M0 0h${width}v${height}H0Z"/>\n`;
  return `${out}${cellPaths(grid, margin, options)}</svg>\n`;
}

/** The `title` element of a picture; empty without a title. */
export function titleOf({ title }: SvgOptions): string {
  return title === undefined ? "" : `<title>${escapeXml(title)}</title>\n`;
}

/** What is inside the rim: a path a colour, backgrounds first. */
export function cellPaths(grid: Grid, margin: number, options: SvgOptions = {}): string {
  const backgrounds = new Map<number, string[]>();
  const shapes = new Map<number, string[]>();
  for (let y = 0; y < grid.height; y++) paintRow(grid, y, margin, options, backgrounds, shapes);
  let out = "";
  for (const [color, paths] of sorted(backgrounds)) {
    out += `<path fill="${paletteHex(color)}" shape-rendering="crispEdges" d="${paths.join("")}"/>\n`;
  }
  for (const [color, paths] of sorted(shapes)) {
    out += `<path fill="${paletteHex(color)}" d="${paths.join("")}"/>\n`;
  }
  return out;
}

function paintRow(
  grid: Grid,
  y: number,
  margin: number,
  options: SvgOptions,
  backgrounds: Map<number, string[]>,
  shapes: Map<number, string[]>,
): void {
  const top = margin + y * CELL_HEIGHT;
  let runStart = 0;
  let runColor = -1;
  for (let x = 0; x <= grid.width; x++) {
    const attr = x < grid.width ? grid.attrAt(x, y) : 0;
    const { fg, bg } = shownColors(attr, options);
    if (x === grid.width || bg !== runColor) {
      if (x > runStart) {
        const left = margin + runStart * CELL_WIDTH;
        const cells = (x - runStart) * CELL_WIDTH;
        add(backgrounds, runColor, `M${left} ${top}h${cells}v${CELL_HEIGHT}h-${cells}Z`);
      }
      runStart = x;
      runColor = bg;
    }
    if (x === grid.width) break;
    const flags = attrFlags(attr);
    const left = margin + x * CELL_WIDTH;
    const char = grid.charAt(x, y);
    if (char !== " " && char !== "") {
      const wide = x + 1 < grid.width && grid.charAt(x + 1, y) === "";
      for (const mark of char) {
        const path = pathOf(
          mark,
          (flags & BOLD) !== 0,
          mark === char.slice(0, mark.length) ? (wide ? 2 : 1) : 0,
        );
        if (path !== "") add(shapes, fg, moved(path, left, top));
      }
    }
    if ((flags & UNDERLINE) !== 0) {
      add(shapes, fg, `M${left} ${top + 17}h${CELL_WIDTH}v1h-${CELL_WIDTH}Z`);
    }
  }
}

/** The palette numbers of the colours a cell is shown in, defaults and inverse resolved. */
export function shownColors(attr: number, options: SvgOptions = {}): { fg: number; bg: number } {
  const fg = attrFg(attr) === DEFAULT_COLOR ? (options.foreground ?? FOREGROUND) : attrFg(attr);
  const bg = attrBg(attr) === DEFAULT_COLOR ? (options.background ?? BACKGROUND) : attrBg(attr);
  return (attrFlags(attr) & INVERSE) !== 0 ? { fg: bg, bg: fg } : { fg, bg };
}

const relative = new Map<string, string>();

/** Path data in relative coordinates. `cells` of an unknown character's box; 0 draws none (a combining mark). */
function pathOf(char: string, bold: boolean, cells: number): string {
  const key = `${bold ? "b" : "r"}${cells}${char}`;
  let path = relative.get(key);
  if (path === undefined) {
    const shape = shapePath(char);
    path =
      shape === null
        ? (glyphPath(char, bold) ?? (cells > 0 ? toRelative(missingPath(cells)) : ""))
        : toRelative(shape);
    // Captures hold any character there is: what is remembered stays bounded.
    if (relative.size < 4096) relative.set(key, path);
  }
  return path;
}

/** A path with relative coordinates, its corner moved to (x, y). */
function moved(path: string, x: number, y: number): string {
  return `M${x} ${y}${path}`;
}

/** Path data of the commands used in `shapes` with every coordinate relative, beginning from the cell's corner. */
function toRelative(path: string): string {
  let x = 0;
  let y = 0;
  let startX = 0;
  let startY = 0;
  let out = "";
  for (const [, letter, text] of path.matchAll(/([MLHVAZhva])([^MLHVAZhva]*)/g)) {
    const args = (text.match(/-?[\d.]+/g) ?? []).map(Number);
    switch (letter) {
      case "M":
      case "L":
        out += `${letter.toLowerCase()}${short(args[0] - x)} ${short(args[1] - y)}`;
        [x, y] = [args[0], args[1]];
        if (letter === "M") [startX, startY] = [x, y];
        break;
      case "H":
        out += `h${short(args[0] - x)}`;
        [x] = args;
        break;
      case "V":
        out += `v${short(args[0] - y)}`;
        [y] = args;
        break;
      case "h":
        out += `h${short(args[0])}`;
        x += args[0];
        break;
      case "v":
        out += `v${short(args[0])}`;
        y += args[0];
        break;
      case "A":
        out += `a${args.slice(0, 5).join(" ")} ${short(args[5] - x)} ${short(args[6] - y)}`;
        [x, y] = [args[5], args[6]];
        break;
      case "a":
        out += `a${args.join(" ")}`;
        x += args[5];
        y += args[6];
        break;
      default:
        out += "z";
        [x, y] = [startX, startY];
    }
  }
  return out;
}

function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function add(map: Map<number, string[]>, color: number, path: string): void {
  const paths = map.get(color);
  if (paths === undefined) map.set(color, [path]);
  else paths.push(path);
}

function sorted(map: Map<number, string[]>): [number, string[]][] {
  return [...map].sort((a, b) => a[0] - b[0]);
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
}
