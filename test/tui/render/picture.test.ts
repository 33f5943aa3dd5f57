import { createHash } from "node:crypto";

import { describe, expect, test } from "vitest";

import { BOLD, Grid, INVERSE, makeAttr, UNDERLINE } from "../../../src/tui/render/grid.ts";
import { gridToPng } from "../../../src/tui/render/png.ts";
import { shapePath } from "../../../src/tui/render/shapes.ts";
import { gridToSvg } from "../../../src/tui/render/svg.ts";
import { darkTheme } from "../../../src/tui/theme.ts";
import { showcase } from "../showcase.ts";

const screen = showcase(80, 24, darkTheme, { selected: 4, top: 0, help: false });

function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** Width and height from the IHDR chunk (PNG, section 11.2.1). */
function pngSize(png: Uint8Array): [number, number] {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  return [view.getUint32(16), view.getUint32(20)];
}

describe("SVG", () => {
  test("is the same bytes each time, on every machine", () => {
    const svg = gridToSvg(screen);
    expect(gridToSvg(screen)).toBe(svg);
    expect(sha256(svg)).toBe("3bd05f4b74a58fc15a9a233a292ba2e47317d847154c4f024d46ef5ada9fd6a1");
  });

  test("holds no text, fonts, ids, styles or dates, and no number that is not one", () => {
    expect(gridToSvg(screen)).not.toMatch(/<text|font|id=|style|class|20\d\d-|NaN|Infinity|undefined/);
  });

  test("shows inverse text with its colours exchanged, and underlines", () => {
    const grid = new Grid(1, 1, makeAttr(9, 10, INVERSE));
    expect(gridToSvg(grid)).toContain(
      '<path fill="#ff0000" shape-rendering="crispEdges" d="M10 10h10v20h-10Z"/>',
    );
    const underlined = new Grid(1, 1, makeAttr(9, 10, UNDERLINE));
    expect(gridToSvg(underlined)).toContain('<path fill="#ff0000" d="M10 27h10v1h-10Z"/>');
  });

  test("draws each weight, and something for characters the font does not have", () => {
    const paths = ["A", "日", "\u{1F600}", "e\u0301"].map((text) => {
      const grid = new Grid(2, 1);
      grid.put(0, 0, text, makeAttr(9, 0));
      return gridToSvg(grid).split('fill="#ff0000"')[1];
    });
    expect(new Set(paths).size).toBe(3);
    expect(paths[1]).toBe(paths[2]);
    const bold = new Grid(2, 1);
    bold.put(0, 0, "A", makeAttr(9, 0, BOLD));
    expect(gridToSvg(bold)).not.toContain(paths[0]);
  });

  test("escapes its title", () => {
    expect(gridToSvg(new Grid(1, 1), { title: "<a & b>" })).toContain("<title>&#60;a &#38; b&#62;</title>");
  });
});

describe("shapes", () => {
  test("exist for all box drawing, block and braille characters and reach the edges they join at", () => {
    for (let code = 0x2500; code < 0x25a0; code++)
      expect(shapePath(String.fromCodePoint(code))).toMatch(/^M/);
    for (let code = 0x2801; code < 0x2900; code++)
      expect(shapePath(String.fromCodePoint(code))).toMatch(/^M/);
    expect(shapePath("─")).toBe("M0 10h6v1h-6ZM5 10h5v1h-5Z");
    expect(shapePath("│")).toBe("M5 0h1v11h-1ZM5 10h1v10h-1Z");
    expect(shapePath("█")).toBe("M0 0h10v20h-10Z");
    expect(shapePath("A")).toBeNull();
  });
});

describe("PNG", () => {
  test("is the same bytes each time, of the size of the grid", () => {
    const png = gridToPng(screen);
    expect(pngSize(png)).toEqual([820, 500]);
    expect(sha256(gridToPng(screen))).toBe(sha256(png));
  });

  // The rasterizer is native code: other processors have not been measured.
  test.runIf(process.platform === "linux" && process.arch === "x64")("is the bytes it was", () => {
    expect(sha256(gridToPng(screen))).toBe(
      "6061885427b99db481128dee6430ecb2f3edb68084d1f2a62bad1ff1042bfbaa",
    );
  });

  test("is larger by its scale", () => {
    expect(pngSize(gridToPng(new Grid(2, 1), { scale: 2 }))).toEqual([80, 80]);
  });
});
