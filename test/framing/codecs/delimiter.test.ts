import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { delimited } from "../../../src/framing/codecs/delimiter.ts";
import { jsonLines } from "../../../src/framing/codecs/json-lines.ts";
import { lines } from "../../../src/framing/codecs/lines.ts";
import { decodeEveryWay, hex, latin1 } from "./decode.ts";

const framesOf = (codec: ReturnType<typeof delimited>, stream: string): string[] =>
  decodeEveryWay(codec, latin1(stream)).frames.map((frame) => Buffer.from(frame).toString("latin1"));

describe("delimiters", () => {
  test.each([
    ["several, CR LF counting as one", ["\n", "\r\n"], "ABC\r\nDEF\n", ["ABC", "DEF"]],
    ["one that overlaps itself", ["aab"], "aaabxaab", ["a", "x"]],
    ["one that repeats", ["--"], "a---b--", ["a", "-b"]],
    ["the one that ends first ends the frame", ["y", "xyz"], "axyzy", ["ax", "z"]],
    ["nothing between two", [";"], ";;", ["", ""]],
  ])("%s", (_, delimiters, stream, frames) => {
    expect(framesOf(delimited({ delimiters: delimiters.map(latin1) }), stream)).toEqual(frames);
  });

  test("kept when they are not stripped", () => {
    expect(
      framesOf(delimited({ delimiters: [latin1("\r\n"), latin1("\n")], strip: false }), "a\r\nb\n"),
    ).toEqual(["a\r\n", "b\n"]);
  });

  test.each([
    ["fail", true, { frames: [latin1("ab")], error: { kind: "too long", offset: 7 } }],
    ["skip", true, { frames: [latin1("ab"), latin1("fg")], error: { kind: "too long", offset: 7 } }],
    ["skip", false, { frames: [latin1("ab"), latin1("fg")], error: { kind: "too long", offset: 10 } }],
  ] as const)("a frame beyond the maximum, %s, failFast %s", (whenTooLong, failFast, expected) => {
    const codec = delimited({ delimiters: [latin1("||")], maximum: 2, whenTooLong, failFast });
    expect(decodeEveryWay(codec, latin1("ab||cdefg|||".slice(0, 7) + "x||fg||"))).toEqual(expected);
  });

  test("half a delimiter at the maximum is not yet too long", () => {
    const codec = delimited({ delimiters: [latin1("||")], maximum: 2 });
    expect(decodeEveryWay(codec, latin1("ab|"), false)).toEqual({ frames: [], error: null });
    expect(decodeEveryWay(codec, latin1("ab|c"), false).error?.kind).toBe("too long");
  });

  test("the automaton agrees with looking at every place", () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[ab]{1,4}$/), { minLength: 1, maxLength: 3 }),
        fc.stringMatching(/^[abc]{0,30}$/),
        (delimiters, stream) => {
          const expected: string[] = [];
          let frame = "";
          for (const character of stream) {
            frame += character;
            const longest = delimiters
              .filter((delimiter) => frame.endsWith(delimiter))
              .sort((a, b) => b.length - a.length)[0];
            if (longest === undefined) continue;
            expected.push(frame.slice(0, -longest.length));
            frame = "";
          }
          expect(framesOf(delimited({ delimiters: delimiters.map(latin1) }), stream)).toEqual(expected);
        },
      ),
    );
  });
});

describe("lines", () => {
  test.each([
    ["lf", "a\r\nb\nc\rd\n", ["a", "b", "c\rd"]],
    ["crlf", "a\nb\r\n\r\n", ["a\nb", ""]],
    ["any", "a\rb\nc\r\nd\r\re\n", ["a", "b", "c", "d", "", "e"]],
    ["lf", "a\nrest", ["a", "rest"]],
  ] as const)("ended by %s: %j", (ending, stream, expected) => {
    expect(decodeEveryWay(lines({ ending }), latin1(stream))).toEqual({ frames: expected, error: null });
  });

  test("text that is not UTF-8 is malformed, and skipped where that is asked for", () => {
    const stream = hex("ff0a 610a");
    expect(decodeEveryWay(lines(), stream)).toEqual({ frames: [], error: { kind: "malformed", offset: 2 } });
    expect(decodeEveryWay(lines({ whenWrong: "skip" }), stream).frames).toEqual(["a"]);
  });

  test.each(["a\nb", "a\r", "\ud800"])("encode refuses %j", (text) => {
    expect(() => lines().encode(text)).toThrow(RangeError);
  });
});

describe("JSON lines", () => {
  test.each([
    ["values of every kind, CR LF too", '{"a":[1,null]}\n"x"\r\ntrue\n', [{ a: [1, null] }, "x", true], null],
    ["the last line without its ending", "1\n2", [1, 2], null],
    ["a blank line", "1\n\n2\n", [1], "malformed"],
    ["two values in a line", "1 2\n", [], "malformed"],
    ["a byte order mark", "\u00ef\u00bb\u00bf1\n", [], "malformed"],
    ["a value that the end cuts off", '1\n{"a":', [1], "malformed"],
  ])("%s", (_, stream, frames, kind) => {
    const decoded = decodeEveryWay(jsonLines(), latin1(stream));
    expect(decoded.frames).toEqual(frames);
    expect(decoded.error?.kind ?? null).toBe(kind);
  });

  test("blank lines and wrong ones are passed over where that is asked for", () => {
    const codec = jsonLines({ blank: "skip", whenWrong: "skip" });
    expect(decodeEveryWay(codec, latin1("1\n \nx\n2\n"))).toEqual({
      frames: [1, 2],
      error: { kind: "malformed", offset: 6 },
    });
  });
});
