import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { fuzzyMatch } from "../../../src/tui/popups/fuzzy.ts";

function ranked(query: string, texts: readonly string[]): string[] {
  return texts
    .map((text) => ({ text, match: fuzzyMatch(query, text) }))
    .filter(({ match }) => match !== null)
    .sort((a, b) => (b.match?.score ?? 0) - (a.match?.score ?? 0))
    .map(({ text }) => text);
}

describe("fuzzy finding", () => {
  test("beginnings of words and letters side by side come first", () => {
    expect(ranked("us", ["bufferbloat uses", "udp-server-survives", "tcp-upper"])).toEqual([
      "udp-server-survives",
      "bufferbloat uses",
    ]);
    expect(ranked("rud", ["a-crude-thing", "rst-unread-data"])[0]).toBe("rst-unread-data");
    expect(ranked("loss", ["lots of small sends", "udp-loss-reorder"])[0]).toBe("udp-loss-reorder");
  });

  test("what is not all there, in order, is not found", () => {
    expect(fuzzyMatch("ba", "ab")).toBeNull();
    expect(fuzzyMatch("abc", "ab")).toBeNull();
  });

  test("law: the letters answered are those typed, in order, and any text is found by letters of its own", () => {
    const word = fc.string({ maxLength: 40 });
    fc.assert(
      fc.property(word, fc.array(fc.nat(39)), (text, picks) => {
        const at = [...new Set(picks.filter((i) => i < text.length && !/\s/.test(text[i])))].sort(
          (a, b) => a - b,
        );
        const query = at.map((i) => text[i]).join("");
        fc.pre(query.toLowerCase().length === query.length && text.toLowerCase().length === text.length);
        const match = fuzzyMatch(query, text);
        expect(match).not.toBeNull();
        const letters = (match?.at ?? []).map((i) => text[i].toLowerCase()).join("");
        expect(letters).toBe(query.toLowerCase());
        expect([...(match?.at ?? [])].sort((a, b) => a - b)).toEqual(match?.at);
      }),
    );
  });
});
