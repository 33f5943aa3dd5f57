/** A recording as an SVG that moves by itself, also as an image of a page: each piece of a row is a film of its own, drawn past a window. */

import type { CastFrame } from "./asciicast.ts";
import { heldFrames } from "./frames.ts";
import type { HeldFrame } from "./frames.ts";
import { paletteHex } from "./palette.ts";
import { CELL_HEIGHT, CELL_WIDTH } from "./shapes.ts";
import { cellPaths, RIM, titleOf } from "./svg.ts";

export interface FilmOptions {
  /** Seconds the last frame stays before it begins again; 3 by default. */
  readonly hold?: number;
  /** For readers that do not see the picture. */
  readonly title?: string;
}

const STEP_MS = 20;
const MARGIN = 10;
/** Larger ones are for a video. */
const FRAMES_MAX = 3000;
/** Cells of a piece: what changes is mostly short. */
const PIECE = 10;

/**
 * The film as SVG text: pieces that are alike are drawn once. It stands still at its last frame for readers who ask for less motion. Throws a
 * RangeError without frames and for more than 3,000.
 */
export function framesToSvg(frames: readonly CastFrame[], options: FilmOptions = {}): string {
  const held = heldFrames(frames, STEP_MS, (options.hold ?? 3) * 1000);
  if (held.length > FRAMES_MAX) throw new RangeError(`a film of ${held.length} frames; up to ${FRAMES_MAX}`);
  const [{ grid: first }] = held;
  const width = first.width * CELL_WIDTH + 2 * MARGIN;
  const height = first.height * CELL_HEIGHT + 2 * MARGIN;
  const film = new Film(held);
  for (let y = 0; y < first.height; y++) {
    for (const [x0, x1] of piecesOf(held, y)) film.add(y, x0, x1);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
${titleOf(options)}<style>
${film.style}@media (prefers-reduced-motion:reduce){.f{animation:none!important}}
</style>
<defs>
${film.pieces}</defs>
<path fill="${paletteHex(RIM)}" d="M0 0h${width}v${height}H0Z"/>
${film.body}</svg>
`;
}

/** Where the pieces of a row begin and end: the whole row is one where a wide character would be cut. */
function piecesOf(held: readonly HeldFrame[], y: number): [number, number][] {
  const { width } = held[0].grid;
  const pieces: [number, number][] = [];
  for (let x = 0; x < width; x += PIECE) {
    if (x > 0 && held.some(({ grid }) => grid.charAt(x, y) === "")) return [[0, width]];
    pieces.push([x, Math.min(width, x + PIECE)]);
  }
  return pieces;
}

class Film {
  style = "";
  pieces = "";
  body = "";
  readonly #held: readonly HeldFrame[];
  readonly #totalMs: number;
  readonly #ids = new Map<string, number>();
  /** Films with the same stops share them. */
  readonly #stops = new Map<string, number>();

  constructor(held: readonly HeldFrame[]) {
    this.#held = held;
    this.#totalMs = held[held.length - 1].untilMs;
  }

  /** The cells from `x0` to `x1` of row `y` over all frames. */
  add(y: number, x0: number, x1: number): void {
    const shown: { readonly id: number; readonly fromMs: number }[] = [];
    for (const { grid, fromMs } of this.#held) {
      const id = this.#idOf(cellPaths(grid.sub(x0, y, x1 - x0, 1), 0));
      if (shown.at(-1)?.id !== id) shown.push({ id, fromMs });
    }
    const [left, top] = [MARGIN + x0 * CELL_WIDTH, MARGIN + y * CELL_HEIGHT];
    if (shown.length === 1) {
      this.body += `<use href="#p${shown[0].id}" x="${left}" y="${top}"/>\n`;
      return;
    }
    // The last one lies at the top, for those who see no motion.
    const order = [...new Set(shown.map(({ id }) => id).toReversed())];
    const stops = shown.map(
      ({ id, fromMs }) =>
        `${percent(fromMs / this.#totalMs)}{transform:translateY(${-order.indexOf(id) * CELL_HEIGHT}px)}`,
    );
    const name = this.#named(stops.join(""));
    const strip = order.map((id, i) => `<use href="#p${id}" y="${i * CELL_HEIGHT}"/>`).join("");
    const size = `width="${(x1 - x0) * CELL_WIDTH}" height="${CELL_HEIGHT}"`;
    this.body += `<svg x="${left}" y="${top}" ${size}><g class="f" style="animation-name:k${name}">${strip}</g></svg>\n`;
  }

  #idOf(piece: string): number {
    let id = this.#ids.get(piece);
    if (id === undefined) {
      id = this.#ids.size;
      this.#ids.set(piece, id);
      this.pieces += `<g id="p${id}">\n${piece}</g>\n`;
    }
    return id;
  }

  #named(stops: string): number {
    let name = this.#stops.get(stops);
    if (name === undefined) {
      name = this.#stops.size;
      this.#stops.set(stops, name);
      if (name === 0) this.style += `.f{animation:${this.#totalMs}ms step-end infinite}\n`;
      this.style += `@keyframes k${name}{${stops}}\n`;
    }
    return name;
  }
}

function percent(share: number): string {
  return `${Math.round(share * 1e6) / 1e4}%`;
}
