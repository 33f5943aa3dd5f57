/**
 * Characters that must reach the edges of their cell to join their neighbours - lines, blocks, arrows, braille - as
 * path data. A font's own glyphs leave gaps between cells, or are missing.
 */

/** Cell size the shapes are made for. */
export const CELL_WIDTH = 10;
export const CELL_HEIGHT = 20;

/**
 * U+2500 to U+257F: the weight of the arms up, right, down, left; 1 light, 2 heavy, 3 double. `d` and three digits:
 * dashes (how many, weight, 0 across or 1 down). `-`: made by hand below.
 */
const BOX = (
  "0101 0202 1010 2020 d310 d320 d311 d321 d410 d420 d411 d421 0110 0210 0120 0220 " +
  "0011 0012 0021 0022 1100 1200 2100 2200 1001 1002 2001 2002 1110 1210 2110 1120 " +
  "2120 2210 1220 2220 1011 1012 2011 1021 2021 2012 1022 2022 0111 0112 0211 0212 " +
  "0121 0122 0221 0222 1101 1102 1201 1202 2101 2102 2201 2202 1111 1112 1211 1212 " +
  "2111 1121 2121 2112 2211 1122 1221 2212 1222 2122 2221 2222 d210 d220 d211 d221 " +
  "0303 3030 0310 0130 0330 0013 0031 0033 1300 3100 3300 1003 3001 3003 1310 3130 " +
  "3330 1013 3031 3033 0313 0131 0333 1303 3101 3303 1313 3131 3333 - - - " +
  "- - - - 0001 1000 0100 0010 0002 2000 0200 0020 0201 1020 0102 2010"
).split(" ");

/** Path data by character, for a cell with its corner at (0, 0); lines lie on whole pixels. */
const BY_HAND: ReadonlyMap<string, string> = new Map([
  ["╭", "M10 10A5 5 0 0 0 5 15V20H6V15A4 4 0 0 1 10 11Z"],
  ["╮", "M0 10H1A5 5 0 0 1 6 15V20H5V15A4 4 0 0 0 1 11H0Z"],
  ["╯", "M6 0V6A5 5 0 0 1 1 11H0V10H1A4 4 0 0 0 5 6V0Z"],
  ["╰", "M5 0V6A5 5 0 0 0 10 11V10A4 4 0 0 1 6 6V0Z"],
  // Scan lines (U+23BA to U+23BD): with the light line between them, five heights of a line that falls.
  ["⎺", rect(0, 2, 10, 1)],
  ["⎻", rect(0, 6, 10, 1)],
  ["⎼", rect(0, 14, 10, 1)],
  ["⎽", rect(0, 18, 10, 1)],
  ["╱", polyline([10, 0, 0, 20], 1)],
  ["╲", polyline([0, 0, 10, 20], 1)],
  ["╳", polyline([10, 0, 0, 20], 1) + polyline([0, 0, 10, 20], 1)],
  ["→", rect(0, 10, 9, 1) + polyline([5.5, 6.5, 9.5, 10.5, 5.5, 14.5], 1.2)],
  ["←", rect(1, 10, 9, 1) + polyline([4.5, 6.5, 0.5, 10.5, 4.5, 14.5], 1.2)],
  [
    "↔",
    rect(1, 10, 8, 1) +
      polyline([6.5, 7.5, 9.5, 10.5, 6.5, 13.5], 1.2) +
      polyline([3.5, 7.5, 0.5, 10.5, 3.5, 13.5], 1.2),
  ],
  [
    "⇄",
    rect(0, 7, 9, 1) +
      polyline([6, 4.5, 9, 7.5, 6, 10.5], 1.1) +
      rect(1, 13, 9, 1) +
      polyline([4, 10.5, 1, 13.5, 4, 16.5], 1.1),
  ],
  ["▶", "M0 5.5L10 10.5L0 15.5Z"],
  ["►", "M0 5.5L10 10.5L0 15.5Z"],
  ["◀", "M10 5.5L0 10.5L10 15.5Z"],
  ["◄", "M10 5.5L0 10.5L10 15.5Z"],
  ["▸", "M2 6.5L8 10.5L2 14.5Z"],
  ["◂", "M8 6.5L2 10.5L8 14.5Z"],
  ["▾", "M1 8L9 8L5 14Z"],
  ["▴", "M1 13L9 13L5 7Z"],
  ["⋮", circle(5, 4.5, 1.1) + circle(5, 10.5, 1.1) + circle(5, 16.5, 1.1)],
  ["●", circle(5, 10.5, 3.6)],
  ["•", circle(5, 10.5, 2.2)],
  ["○", ring(5, 10.5, 3.6, 2.5)],
  ["◌", ring(5, 10.5, 3.6, 2.9)],
  ["◉", ring(5, 10.5, 4, 3) + circle(5, 10.5, 1.8)],
  ["◆", "M5 5.5L9.5 10.5L5 15.5L0.5 10.5Z"],
  ["◇", "M5 5.5L9.5 10.5L5 15.5L0.5 10.5ZM5 7.2L2 10.5L5 13.8L8 10.5Z"],
  ["■", rect(1, 6, 8, 9)],
  ["□", "M1 6H9V15H1ZM2 7V14H8V7Z"],
  ["✓", polyline([1.2, 11, 4, 14.4, 8.9, 6], 1.7)],
  ["✔", polyline([1.2, 11, 4, 14.4, 8.9, 6], 2.4)],
  ["✗", polyline([1.6, 6.6, 8.4, 14.6], 1.7) + polyline([8.4, 6.6, 1.6, 14.6], 1.7)],
  ["✕", polyline([1.6, 6.6, 8.4, 14.6], 1.7) + polyline([8.4, 6.6, 1.6, 14.6], 1.7)],
  ["✘", polyline([1.6, 6.6, 8.4, 14.6], 2.4) + polyline([8.4, 6.6, 1.6, 14.6], 2.4)],
  ["▀", rect(0, 0, 10, 10)],
  ["▐", rect(5, 0, 5, 20)],
  ["▔", rect(0, 0, 10, 2.5)],
  ["▕", rect(8.75, 0, 1.25, 20)],
  ["░", shade(1)],
  ["▒", shade(2)],
  ["▓", shade(3)],
  ["▖", rect(0, 10, 5, 10)],
  ["▗", rect(5, 10, 5, 10)],
  ["▘", rect(0, 0, 5, 10)],
  ["▙", rect(0, 0, 5, 20) + rect(5, 10, 5, 10)],
  ["▚", rect(0, 0, 5, 10) + rect(5, 10, 5, 10)],
  ["▛", rect(0, 0, 10, 10) + rect(0, 10, 5, 10)],
  ["▜", rect(0, 0, 10, 10) + rect(5, 10, 5, 10)],
  ["▝", rect(5, 0, 5, 10)],
  ["▞", rect(5, 0, 5, 10) + rect(0, 10, 5, 10)],
  ["▟", rect(5, 0, 5, 20) + rect(0, 10, 5, 10)],
]);

/** The character as path data with its corner at (0, 0), or null when a font has to draw it. */
export function shapePath(char: string): string | null {
  const byHand = BY_HAND.get(char);
  if (byHand !== undefined) return byHand;
  const code = char.codePointAt(0) ?? 0;
  if (code >= 0x2500 && code < 0x2580) return boxPath(BOX[code - 0x2500]);
  if (code >= 0x2581 && code <= 0x2588) {
    const height = (CELL_HEIGHT * (code - 0x2580)) / 8;
    return rect(0, CELL_HEIGHT - height, CELL_WIDTH, height);
  }
  if (code >= 0x2589 && code <= 0x258f) return rect(0, 0, (CELL_WIDTH * (0x2590 - code)) / 8, CELL_HEIGHT);
  if (code >= 0x2800 && code < 0x2900) return braillePath(code - 0x2800);
  return null;
}

/** What is drawn for a character no font here has: an empty box of one or two cells. */
export function missingPath(cells: number): string {
  const right = CELL_WIDTH * cells - 1.5;
  return `M1.5 4H${right}V16H1.5ZM2.5 5V15H${right - 1}V5Z`;
}

/** Where the strokes of an arm lie across its direction, from the middle pixel: [first, thickness] each. */
function strokes(weight: string): readonly (readonly [number, number])[] {
  switch (weight) {
    case "1":
      return [[0, 1]];
    case "2":
      return [[-1, 3]];
    case "3":
      return [
        [-2, 1],
        [2, 1],
      ];
    default:
      return [];
  }
}

/** How far arms run past the middle so that corners close: the reach of the widest arm across. */
function reach(a: string, b: string): readonly [number, number] {
  let from = 0;
  let to = 1;
  for (const [first, thickness] of [...strokes(a), ...strokes(b)]) {
    from = Math.min(from, first);
    to = Math.max(to, first + thickness);
  }
  return [from, to];
}

function boxPath(code: string): string {
  if (code.startsWith("d")) return dashPath(Number(code[1]), code[2], code[3] === "1");
  const [up, right, down, left] = code;
  const [x0, x1] = reach(up, down);
  const [y0, y1] = reach(left, right);
  let path = "";
  for (const [at, size] of strokes(left)) path += rect(0, 10 + at, 5 + x1, size);
  for (const [at, size] of strokes(right)) path += rect(5 + x0, 10 + at, 5 - x0, size);
  for (const [at, size] of strokes(up)) path += rect(5 + at, 0, size, 10 + y1);
  for (const [at, size] of strokes(down)) path += rect(5 + at, 10 + y0, size, 10 - y0);
  return path;
}

function dashPath(count: number, weight: string, vertical: boolean): string {
  const length = vertical ? CELL_HEIGHT : CELL_WIDTH;
  const pitch = length / count;
  const dash = pitch * 0.6;
  let path = "";
  for (let i = 0; i < count; i++) {
    const at = i * pitch + pitch * 0.2;
    for (const [across, size] of strokes(weight)) {
      path += vertical ? rect(5 + across, at, size, dash) : rect(at, 10 + across, dash, size);
    }
  }
  return path;
}

/** Bits of a braille character: dots 1 to 8, as [column, row]. */
const DOTS = [
  [0, 0],
  [0, 1],
  [0, 2],
  [1, 0],
  [1, 1],
  [1, 2],
  [0, 3],
  [1, 3],
] as const;

function braillePath(bits: number): string {
  let path = "";
  for (let i = 0; i < 8; i++) {
    if ((bits & (1 << i)) !== 0) path += circle(2.5 + DOTS[i][0] * 5, 2.5 + DOTS[i][1] * 5, 1.55);
  }
  return path;
}

function rect(x: number, y: number, width: number, height: number): string {
  return `M${n(x)} ${n(y)}h${n(width)}v${n(height)}h${n(-width)}Z`;
}

function circle(x: number, y: number, r: number): string {
  return `M${n(x - r)} ${n(y)}a${n(r)} ${n(r)} 0 1 1 ${n(2 * r)} 0a${n(r)} ${n(r)} 0 1 1 ${n(-2 * r)} 0Z`;
}

/** A circle with a hole: the inner edge runs the other way round. */
function ring(x: number, y: number, outer: number, inner: number): string {
  const r = n(inner);
  const hole = `M${n(x - inner)} ${n(y)}a${r} ${r} 0 1 0 ${n(2 * inner)} 0a${r} ${r} 0 1 0 ${n(-2 * inner)} 0Z`;
  return circle(x, y, outer) + hole;
}

/** A line through points (x, y, x, y, ...) as filled pieces, `thickness` wide, with round joints. */
function polyline(points: readonly number[], thickness: number): string {
  let path = "";
  const half = thickness / 2;
  for (let i = 0; i + 3 < points.length; i += 2) {
    const [x0, y0, x1, y1] = points.slice(i, i + 4);
    const length = Math.hypot(x1 - x0, y1 - y0);
    const dx = ((y1 - y0) / length) * half;
    const dy = ((x1 - x0) / length) * half;
    path += `M${n(x0 + dx)} ${n(y0 - dy)}L${n(x1 + dx)} ${n(y1 - dy)}L${n(x1 - dx)} ${n(y1 + dy)}L${n(x0 - dx)} ${n(y0 + dy)}Z`;
    if (i > 0) path += circle(x0, y0, half);
  }
  return path;
}

/** Quarters of a cell's ground in dots: 1, 2 or 3. */
function shade(quarters: number): string {
  let path = "";
  for (let y = 0; y < 8; y++) {
    for (let x = 0; x < 4; x++) {
      if (quarters === 3)
        path += rect(x * 2.5, y * 2.5 + (x % 2) * 1.25, 2.5, 1.25) + rect(x * 2.5 + 1.25, y * 2.5, 1.25, 2.5);
      else path += rect(x * 2.5, y * 2.5, 1.25, 1.25);
      if (quarters === 2) path += rect(x * 2.5 + 1.25, y * 2.5 + 1.25, 1.25, 1.25);
    }
  }
  return path;
}

/** Hundredths, shortest form. */
function n(value: number): string {
  return String(Math.round(value * 100) / 100);
}
