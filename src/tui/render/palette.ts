/** xterm's 256 colours as RGB: the values terminals start with. */

const BASE = [
  0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000,
  0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
];

/** Levels of the 6 x 6 x 6 cube. */
const LEVELS = [0, 95, 135, 175, 215, 255];

/** The colour (0 to 255) as 0xrrggbb. */
export function paletteRgb(color: number): number {
  if (color < 16) return BASE[color & 15];
  if (color < 232) {
    const cube = color - 16;
    return (LEVELS[Math.floor(cube / 36)] << 16) | (LEVELS[Math.floor(cube / 6) % 6] << 8) | LEVELS[cube % 6];
  }
  const grey = 8 + (Math.min(255, color) - 232) * 10;
  return (grey << 16) | (grey << 8) | grey;
}

/** The colour as CSS writes it: #rrggbb. */
export function paletteHex(color: number): string {
  return `#${paletteRgb(color).toString(16).padStart(6, "0")}`;
}
