/** Outlines of JetBrains Mono's characters as path data. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { CELL_WIDTH } from "./shapes.ts";

const require = createRequire(import.meta.url);

/** What we use of opentype.js, which comes without types. */
interface Command {
  readonly type: "M" | "L" | "Q" | "C" | "Z";
  readonly x?: number;
  readonly y?: number;
  readonly x1?: number;
  readonly y1?: number;
  readonly x2?: number;
  readonly y2?: number;
}

interface Font {
  readonly unitsPerEm: number;
  charToGlyphIndex(char: string): number;
  charToGlyph(char: string): {
    readonly advanceWidth: number;
    getPath(x: number, y: number, size: number): { readonly commands: readonly Command[] };
  };
}

/** Distance of the baseline from the top of a cell. */
const BASELINE = 15;

/** One weight of the font, loaded when first used; outlines are kept. */
class Face {
  private readonly file: string;
  private font: Font | null = null;
  private readonly paths = new Map<string, string | null>();

  constructor(file: string) {
    this.file = file;
  }

  path(char: string): string | null {
    const known = this.paths.get(char);
    if (known !== undefined) return known;
    const font = (this.font ??= loadFont(this.file));
    const path = font.charToGlyphIndex(char) === 0 ? null : outline(font, char);
    this.paths.set(char, path);
    return path;
  }
}

const regular = new Face("400Regular/JetBrainsMono_400Regular.ttf");
const bold = new Face("700Bold/JetBrainsMono_700Bold.ttf");

/**
 * The outline of one character (without combining marks) in relative coordinates, to follow a moveto to the corner of
 * its cell; null when the font does not have it.
 */
export function glyphPath(char: string, isBold: boolean): string | null {
  return (isBold ? bold : regular).path(char);
}

function loadFont(file: string): Font {
  const opentype = require("opentype.js") as { parse(data: ArrayBuffer): Font };
  const bytes = readFileSync(require.resolve(`@expo-google-fonts/jetbrains-mono/${file}`));
  return opentype.parse(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

/** Path data with every point relative to the one before, in hundredths that do not add up to drift. */
function outline(font: Font, char: string): string {
  const glyph = font.charToGlyph(char);
  const size = (CELL_WIDTH * font.unitsPerEm) / font.charToGlyph("M").advanceWidth;
  let out = "";
  let x = 0;
  let y = 0;
  let startX = 0;
  let startY = 0;
  const point = (px = 0, py = 0) => `${number(hundredths(px) - x)}${separated(hundredths(py) - y)}`;
  for (const command of glyph.getPath(0, BASELINE, size).commands) {
    if (command.type === "Z") {
      out += "z";
      x = startX;
      y = startY;
      continue;
    }
    const letter = command.type.toLowerCase();
    const end = point(command.x, command.y);
    if (command.type === "Q") out += `${letter}${point(command.x1, command.y1)} ${end}`;
    else if (command.type === "C") {
      out += `${letter}${point(command.x1, command.y1)} ${point(command.x2, command.y2)} ${end}`;
    } else out += `${letter}${end}`;
    x = hundredths(command.x ?? 0);
    y = hundredths(command.y ?? 0);
    if (command.type === "M") {
      startX = x;
      startY = y;
    }
  }
  return out;
}

function hundredths(value: number): number {
  return Math.round(value * 100);
}

/** Hundredths as a decimal number, shortest form. */
function number(value: number): string {
  return String(value / 100).replace(/^(-?)0\./, "$1.");
}

function separated(value: number): string {
  return value < 0 ? number(value) : ` ${number(value)}`;
}
