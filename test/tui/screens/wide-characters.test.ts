// Names in scripts whose characters take two cells: what stands beside and below them keeps its place.

import { describe, expect, test } from "vitest";

import type { ScreenName } from "../../../src/tui/model.ts";
import { attrBg } from "../../../src/tui/render/grid.ts";
import type { Grid } from "../../../src/tui/render/grid.ts";
import { gridToText } from "../../../src/tui/render/text.ts";
import { textCut, textWidth } from "../../../src/tui/render/width.ts";
import type { Session } from "../../../src/tui/session.ts";
import { renderScreen } from "../../../src/tui/snapshot.ts";
import { darkTheme } from "../../../src/tui/theme.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { hex, memoryTrace } from "../../capture/memory-trace.ts";

/** A DNS query for a name of 22 wide characters. */
function query(): Uint8Array {
  const name = Buffer.from("日本語ドメイン名の例え話日本語ドメイン名の");
  const dns = `0001 0100 0001 0000 0000 0000 ${name.length.toString(16).padStart(2, "0")} ${name.toString("hex")} 00 0001 0001`;
  const length = 12 + 1 + name.length + 1 + 4;
  const word = (value: number): string => value.toString(16).padStart(4, "0");
  return hex(
    `4500 ${word(28 + length)} 0001 0000 4011 0000 0a000001 0a000002 9c40 0035 ${word(8 + length)} 0000 ${dns}`,
  );
}

const session: Session = { name: "made", problems: [], ...memoryTrace([query(), query()], LINKTYPE.raw) };

function screen(name: ScreenName, keys: readonly string[] = []): Grid {
  return renderScreen(session, { screen: name, size: { width: 80, height: 24 }, keys });
}

function typed(text: string): string[] {
  return text.split("").map((char) => (char === " " ? "space" : char));
}

/** Where the caret is on the line that is typed: it has a ground of its own. */
function caretOf(grid: Grid): number {
  const caret = attrBg(darkTheme.cursor);
  return Array.from({ length: grid.width }, (_, x) => x).findIndex(
    (x) => attrBg(grid.attrAt(x, 1)) === caret,
  );
}

test("text is cut by cells, never within a character", () => {
  expect(textCut("日本語", 6)).toBe("日本語");
  expect(textCut("日本語", 5)).toBe("日本…");
  expect(textCut("日本語", 4)).toBe("日…");
  expect(textCut("a😀b😀", 4)).toBe("a😀…");
  for (let room = 0; room < 8; room++) expect(textWidth(textCut("a日😀é本", room))).toBeLessThanOrEqual(room);
});

test("a label of a sequence stays between its lifelines, and its arrow is drawn", () => {
  const [, , , first] = gridToText(screen("sequence")).split("\n");
  expect(first).toMatch(/ 0\.000 +│─.* DNS Standard query 0x0001 A 日本語.*… ?─+▶│/);
});

describe("a filter that is typed", () => {
  test("has its caret where the next character goes", () => {
    const filter = 'dns.qry.name == "日本語"';
    const grid = screen("packets", ["/", ...typed(filter)]);
    expect(caretOf(grid)).toBe(3 + textWidth(filter));
    expect(caretOf(screen("packets", ["/", ...typed(filter), "left", "left"]))).toBe(
      3 + textWidth(filter) - 3,
    );
  });

  test("shows its end and the caret where it is longer than the line", () => {
    const filter = `dns.qry.name == "${"日本".repeat(30)}z`;
    const grid = screen("packets", ["/", ...typed(filter)]);
    const caret = caretOf(grid);
    expect(grid.charAt(caret - 1, 1)).toBe("z");
    expect(caret).toBeGreaterThan(70);
  });

  test("is told its mistake below the character it is about", () => {
    const filter = 'dns.qry.name == "日本語" xx';
    const [, , below] = gridToText(screen("packets", ["/", ...typed(filter), "enter"])).split("\n");
    expect(textWidth(below.slice(0, below.indexOf("^")))).toBe(3 + textWidth(filter) - 2);
  });
});
