import { describe, expect, test } from "vitest";

import { REPORT_MARK, reportPage } from "../../src/testing/golden-report.ts";
import type { GoldenFailure } from "../../src/testing/golden-report.ts";
import { goldenText } from "../../src/testing/golden-text.ts";
import { Grid } from "../../src/tui/render/grid.ts";
import { darkTheme, monoTheme } from "../../src/tui/theme.ts";

function screen(...rows: readonly string[]): string {
  const grid = new Grid(20, rows.length, darkTheme.background);
  for (const [y, row] of rows.entries()) grid.put(0, y, row, darkTheme.text);
  return goldenText("screen", grid, darkTheme);
}

function failure(
  expected: string | null,
  actual: string,
  change: Partial<GoldenFailure> = {},
): GoldenFailure {
  return {
    name: "it",
    file: "test/__snapshots__/it.txt",
    test: "a.test.ts > it",
    expected,
    actual,
    ...change,
  };
}

/** What is marked as changed. */
function marked(page: string): string[] {
  return [...page.matchAll(/<span class="mark"[^>]*>([^<]*)</g)].map(([, text]) => text);
}

describe("the page of goldens that failed", () => {
  test("shows expected, actual and the cells that changed, and marks these alone", () => {
    const page = reportPage([failure(screen("Seq=1", "Ack=1"), screen("Seq=2", "Ack=1"))]);
    expect([...page.matchAll(/<h3>(\w+)</g)].map(([, title]) => title)).toEqual([
      "Expected",
      "Actual",
      "Changed",
    ]);
    expect(marked(page)).toEqual(["2"]);
    expect(page).toContain("1 cell differs in 1 row");
  });

  test("a missing golden has nothing to be compared with, and a damaged one is shown as it is", () => {
    const missing = reportPage([failure(null, screen("Seq=1"))]);
    expect(missing.match(/<h3>/g)).toHaveLength(1);
    expect(missing).toContain("test/__snapshots__/it.txt is missing");
    const damaged = reportPage([failure("<b>gone</b>", screen("Seq=1"))]);
    expect(damaged).toContain("&#60;b&#62;gone&#60;/b&#62;");
  });

  test("a colour that means another now is marked wherever it is", () => {
    const before = screen("Seq=1");
    const page = reportPage([failure(before, before.replace("252 on 235", "196 on 235"))]);
    expect(marked(page).join("").trim()).toBe("Seq=1");
    expect(page).toContain("color:#ff0000");
  });

  test("is one file that asks the network for nothing, whatever is on screens and in names", () => {
    const hostile = `<script>alert("&'")</script>`;
    const page = reportPage([
      failure(screen("<img src=x>"), screen(`" onload="x`), { name: hostile, test: hostile, file: hostile }),
    ]);
    expect(page).not.toMatch(/<script|<img|<link|https?:|url\(/);
    expect(page).toContain("&#60;script&#62;");
    // No attribute of ours holds what was on a screen.
    expect(page).not.toContain(`"x"`);
    expect(page.startsWith(REPORT_MARK)).toBe(true);
  });

  test("is the same for the same failures, and gives every cell its width", () => {
    const grid = new Grid(6, 1, monoTheme.background);
    grid.put(0, 0, "a\u4f60b", monoTheme.selected);
    const failures = [failure(null, goldenText("screen", grid, monoTheme))];
    const page = reportPage(failures);
    expect(reportPage(failures)).toBe(page);
    // The wide character takes two cells and shares them with nothing.
    expect([...page.matchAll(/width:(\d+)ch;color/g)].map(([, cells]) => Number(cells))).toEqual([
      1, 2, 1, 2,
    ]);
    expect(page).toContain("color:#262626;background:#d0d0d0");
  });
});
