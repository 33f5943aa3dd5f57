import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { Grid } from "../../../src/tui/render/grid.ts";
import { gridToText } from "../../../src/tui/render/text.ts";
import { textWidth } from "../../../src/tui/render/width.ts";
import { darkTheme as theme, monoTheme } from "../../../src/tui/theme.ts";
import { keyBar, tabsBar } from "../../../src/tui/widgets/bars.ts";
import { chart, yTicks } from "../../../src/tui/widgets/chart.ts";
import { frame } from "../../../src/tui/widgets/frame.ts";
import { gauge, sparkline } from "../../../src/tui/widgets/gauge.ts";
import { hexByteAt, hexBytesPerRow, hexView } from "../../../src/tui/widgets/hex.ts";
import { paragraph, paragraphHeight } from "../../../src/tui/widgets/paragraph.ts";
import { scrollTo } from "../../../src/tui/widgets/scroll.ts";
import { scrubber, scrubberAt, scrubberX } from "../../../src/tui/widgets/scrubber.ts";
import { putSpans, wrapText } from "../../../src/tui/widgets/spans.ts";
import { type Column, columnWidths, table, tableRowAt } from "../../../src/tui/widgets/table.ts";
import { flattenTree } from "../../../src/tui/widgets/tree.ts";

function column(width: number, grow = 0): Column<number> {
  return { title: "T", width, grow, cell: String };
}

describe("frame", () => {
  test("stands around its inside, with title, state and footer in the border", () => {
    const grid = new Grid(26, 3);
    const inner = frame(grid, theme, { title: "Log", status: "3 of 9", footer: "end" });
    inner.put(0, 0, "inside", theme.text);
    expect(gridToText(grid)).toBe(
      "╭─ Log ───────── 3 of 9 ─╮\n│inside                  │\n╰────────────────── end ─╯\n",
    );
    expect([inner.width, inner.height]).toEqual([24, 1]);
  });

  test("leaves out its state rather than touch the title, and paints nothing where no box fits", () => {
    const grid = new Grid(14, 2);
    frame(grid, theme, { title: "Packets", status: "12345" });
    expect(gridToText(grid).split("\n")[0]).toBe("╭─ Packets ──╮");
    const small = new Grid(1, 5);
    expect(frame(small, theme).width).toBe(0);
    expect(gridToText(small).trim()).toBe("");
  });
});

describe("bars", () => {
  test("tell where each tab stands", () => {
    const grid = new Grid(40, 1);
    const places = tabsBar(grid, theme, {
      brand: "W",
      tabs: ["1 Lab", "2 Packets"],
      active: 0,
      status: "ok",
    });
    expect(gridToText(grid)).toBe(" W   1 Lab  2 Packets                ok\n");
    expect(places).toEqual([
      { tab: 0, from: 4, to: 11 },
      { tab: 1, from: 11, to: 22 },
    ]);
  });

  test("show whole key hints only", () => {
    const grid = new Grid(20, 1);
    keyBar(grid, theme, [
      { key: "q", does: "quit" },
      { key: "?", does: "help" },
      { key: "x", does: "too long" },
    ]);
    expect(gridToText(grid)).toBe(" q quit   ? help\n");
  });
});

describe("table", () => {
  test("asks for the visible rows only, of however many", () => {
    const asked: number[] = [];
    table(new Grid(20, 5), theme, {
      columns: [column(5)],
      count: 1_000_000_000,
      row: (index) => {
        asked.push(index);
        return index;
      },
      top: 500_000,
      selected: 500_001,
    });
    expect(asked).toEqual([500_000, 500_001, 500_002, 500_003]);
  });

  test("aligns numbers right under their titles and marks the selected row without colour too", () => {
    const grid = new Grid(20, 3);
    table(grid, monoTheme, {
      columns: [
        { title: "No.", width: 5, align: "right", cell: String },
        { title: "Text", width: 4, cell: () => "abcdef" },
      ],
      count: 2,
      row: (index) => index + 9,
      top: 0,
      selected: 1,
    });
    expect(gridToText(grid)).toBe("   No.  Text\n     9  abc…\n▌   10  abc…\n");
  });

  test("finds the row under the mouse", () => {
    expect(tableRowAt(0, 10, 100)).toBe(-1);
    expect(tableRowAt(1, 10, 100)).toBe(10);
    expect(tableRowAt(5, 98, 100)).toBe(-1);
  });

  test("columns never take more than the room there is, and growing ones take all of it", () => {
    const columns = fc.array(
      fc.record({ width: fc.integer({ min: 1, max: 30 }), grow: fc.integer({ min: 0, max: 3 }) }),
      {
        minLength: 1,
        maxLength: 8,
      },
    );
    fc.assert(
      fc.property(columns, fc.integer({ min: 0, max: 200 }), (shapes, room) => {
        const widths = columnWidths(
          shapes.map((shape) => column(shape.width, shape.grow)),
          room,
        );
        const shown = widths.filter((width) => width > 0);
        const used = shown.reduce((sum, width) => sum + width, 0) + 2 * Math.max(0, shown.length - 1);
        const wanted = shapes.reduce((sum, shape) => sum + shape.width, 0) + 2 * (shapes.length - 1);
        expect(Math.min(...widths)).toBeGreaterThanOrEqual(0);
        expect(used).toBeLessThanOrEqual(room);
        const grows = shapes.some((shape) => shape.grow > 0) && wanted <= room;
        expect(grows ? used : room).toBe(room);
      }),
    );
  });
});

describe("scrolling", () => {
  test("keeps the selected row visible and never leaves rows of the window empty", () => {
    const small = fc.integer({ min: 0, max: 60 });
    fc.assert(
      fc.property(
        fc.integer({ min: -5, max: 80 }),
        small,
        fc.integer({ min: 1, max: 20 }),
        small,
        (top, at, height, count) => {
          const selected = Math.min(at, count - 1);
          const next = scrollTo(top, selected, height, count);
          expect(next).toBeGreaterThanOrEqual(0);
          expect(next).toBeLessThanOrEqual(Math.max(0, count - height));
          expect(selected < 0 || (selected >= next && selected < next + height)).toBe(true);
        },
      ),
    );
  });

  test("does not move when the row is in sight", () => {
    expect(scrollTo(10, 12, 5, 100)).toBe(10);
    expect(scrollTo(10, 15, 5, 100)).toBe(11);
    expect(scrollTo(10, 3, 5, 100)).toBe(3);
  });
});

describe("tree", () => {
  interface Node {
    readonly name: string;
    readonly children: readonly Node[];
  }

  test("lists what is expanded, parents first", () => {
    const leaf = (name: string): Node => ({ name, children: [] });
    const roots: Node[] = [
      { name: "a", children: [leaf("a1"), { name: "a2", children: [leaf("a21")] }] },
      leaf("b"),
    ];
    const rows = flattenTree(
      roots,
      (node) => node.children,
      (node) => node.name !== "a2",
    );
    expect(rows.map((row) => [row.node.name, row.depth, row.expandable, row.expanded])).toEqual([
      ["a", 0, true, true],
      ["a1", 1, false, false],
      ["a2", 1, true, false],
      ["b", 0, false, false],
    ]);
  });

  test("ends, even when it contains itself", () => {
    const node: { children: unknown[] } = { children: [] };
    node.children.push(node);
    const rows = flattenTree(
      [node],
      (each) => each.children as (typeof node)[],
      () => true,
    );
    expect(rows).toHaveLength(65);
  });
});

describe("hex view", () => {
  test("shows offset, bytes and text, as many a row as fit", () => {
    const grid = new Grid(44, 2);
    expect(hexBytesPerRow(44)).toBe(8);
    hexView(grid, theme, { bytes: new TextEncoder().encode("GET / HTTP\r\n"), top: 0 });
    expect(gridToText(grid)).toBe(
      " 0000  47 45 54 20  2f 20 48 54  GET / HT\n 0008  54 50 0d 0a               TP··\n",
    );
  });

  test("colours bytes by range, the later over the earlier, and lights up a field", () => {
    const grid = new Grid(44, 1);
    hexView(grid, theme, {
      bytes: new Uint8Array(8),
      top: 0,
      ranges: [
        { start: 0, length: 100, attr: theme.bytes.link },
        { start: 2, length: 2, attr: theme.bytes.payload },
      ],
      lit: { start: 5, length: 2 },
    });
    expect([7, 13, 16, 20].map((x) => grid.attrAt(x, 0))).toEqual([
      theme.bytes.link,
      theme.bytes.payload,
      theme.bytes.payload,
      theme.bytes.link,
    ]);
    expect([23, 24, 25, 26, 27].map((x) => grid.attrAt(x, 0) === theme.lit)).toEqual([
      true,
      true,
      true,
      true,
      true,
    ]);
  });

  test("finds the byte under the mouse, in both columns", () => {
    const found = new Map<number, number>();
    for (let x = 0; x < 60; x++) {
      const at = hexByteAt(x, 1, 0, 16, 8);
      if (at >= 0) found.set(at, (found.get(at) ?? 0) + 1);
    }
    expect([...found.keys()].sort((a, b) => a - b)).toEqual([8, 9, 10, 11, 12, 13, 14, 15]);
    expect([...found.values()].every((cells) => cells >= 3)).toBe(true);
  });
});

describe("text", () => {
  test("wraps at words, breaks what is longer than a line, keeps line feeds", () => {
    expect(wrapText("one two  three", 7)).toEqual(["one two", "three"]);
    expect(wrapText("abcdefghij k", 4)).toEqual(["abcd", "efgh", "ij k"]);
    expect(wrapText("a\n\nb", 9)).toEqual(["a", "", "b"]);
    expect(wrapText("日本語", 4)).toEqual(["日本", "語"]);
  });

  test("wrapped lines fit, and lose nothing but spaces", () => {
    const words = fc.string({ unit: fc.constantFrom("a", "b", " ", "日", "\n", "é"), maxLength: 60 });
    fc.assert(
      fc.property(words, fc.integer({ min: 2, max: 20 }), (text, width) => {
        const lines = wrapText(text, width);
        expect(Math.max(...lines.map((line) => textWidth(line)))).toBeLessThanOrEqual(width);
        expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(/[ \n]/g, ""));
      }),
    );
  });

  test("says with an ellipsis that there is more", () => {
    const grid = new Grid(8, 2);
    expect(paragraph(grid, theme, { text: "one two three" })).toBe(3);
    expect(gridToText(grid)).toBe(" one\n two…\n");
    expect(paragraphHeight("one two three", 8)).toBe(3);
  });

  test("in several colours is cut with an ellipsis at the place where it does not fit", () => {
    const grid = new Grid(6, 1);
    const span = (text: string) => ({ text, attr: theme.text });
    expect(putSpans(grid, 0, 0, [span("abc"), span("def"), span("g")])).toBe(6);
    expect(gridToText(grid)).toBe("abcde…\n");
  });
});

describe("gauge and sparkline", () => {
  test("show eighths, and something for anything above nothing", () => {
    const bar = (fraction: number) => {
      const grid = new Grid(4, 1);
      gauge(grid, theme, 0, 0, 4, fraction);
      return gridToText(grid).trimEnd();
    };
    expect([0, 0.001, 0.5, 0.53125, 1, 7, Number.NaN].map(bar)).toEqual([
      "",
      "▏",
      "██",
      "██▏",
      "████",
      "████",
      "",
    ]);
  });

  test("show the newest values, at the right", () => {
    const grid = new Grid(5, 1);
    sparkline(grid, 0, 0, 4, [9, 0, 1, 2, 4], theme.text);
    expect(gridToText(grid)).toBe("▁▃▅█\n");
  });
});

describe("chart", () => {
  test("has round ticks from zero that cover the values", () => {
    expect(yTicks(97, 9)).toEqual([0, 25, 50, 75, 100]);
    expect(yTicks(97, 13)).toEqual([0, 25, 50, 75, 100]);
    expect(yTicks(0, 5)).toEqual([0, 0.5, 1]);
    expect(yTicks(5, 2)).toEqual([0, 5]);
    fc.assert(
      fc.property(
        fc.double({ min: 1e-6, max: 1e12, noNaN: true }),
        fc.integer({ min: 1, max: 40 }),
        (max, height) => {
          const ticks = yTicks(max, height);
          expect(ticks[0]).toBe(0);
          expect(ticks.at(-1)).toBeGreaterThanOrEqual(max * (1 - 1e-6));
          expect(ticks.length).toBeLessThanOrEqual(6);
        },
      ),
    );
  });

  test("draws values on the row of their tick", () => {
    const grid = new Grid(20, 7);
    chart(grid, theme, {
      series: [
        {
          name: "flat",
          points: [
            [0, 100],
            [10, 100],
          ],
        },
      ],
      formatX: String,
      formatY: String,
    });
    const rows = gridToText(grid).split("\n");
    expect(rows[1]).toMatch(/^ 100 ⠤+$/);
    expect(rows[5]).toMatch(/^ {3}0 ─+$/);
    expect(rows[6].trim()).toMatch(/^0 .*10$/);
  });

  test("is painted for no points, one point and any size", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 30 }),
        fc.integer({ min: 0, max: 12 }),
        fc.integer({ min: 0, max: 3 }),
        (width, height, count) => {
          const grid = new Grid(width, height);
          const points = Array.from({ length: count }, (_, i) => [i * 5, i * 7] as const);
          chart(grid, theme, {
            series: [{ name: "s", points, step: true }],
            formatX: String,
            formatY: String,
            cursor: 3,
          });
          expect(gridToText(grid)).not.toMatch(/NaN|Infinity|undefined/);
        },
      ),
    );
  });
});

describe("scrubber", () => {
  test("puts the cursor and marks at their moments", () => {
    const grid = new Grid(11, 2);
    scrubber(grid, theme, {
      start: 0,
      end: 100,
      cursor: 30,
      marks: [{ at: 100, char: "✗", attr: theme.error }],
    });
    expect(gridToText(grid)).toBe("          ✗\n━━━●───────\n");
  });

  test("a click on a cell means a moment shown in that cell", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 300 }),
        fc.nat(299),
        fc.integer({ min: 1, max: 1e9 }),
        (width, at, length) => {
          const range = { start: 5, end: 5 + length };
          const x = at % width;
          expect(scrubberX(range, scrubberAt(range, x, width), width)).toBe(x);
        },
      ),
    );
  });
});
