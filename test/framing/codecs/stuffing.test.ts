import { describe, expect, test } from "vitest";
import { cobs } from "../../../src/framing/codecs/cobs.ts";
import { netstring } from "../../../src/framing/codecs/netstring.ts";
import { slip } from "../../../src/framing/codecs/slip.ts";
import { decodeEveryWay, hex, latin1 } from "./decode.ts";

/** `first` to `last`, each byte once. */
function run(first: number, last: number): string {
  return Buffer.from(Array.from({ length: last - first + 1 }, (_, i) => first + i)).toString("hex");
}

describe("COBS (Cheshire and Baker, section III)", () => {
  test.each([
    ["", "01 00"],
    ["00", "01 01 00"],
    ["0000", "01 01 01 00"],
    ["001100", "01 02 11 01 00"],
    ["11220033", "03 1122 02 33 00"],
    ["11223344", "05 11223344 00"],
    [run(1, 254), `ff ${run(1, 254)} 00`],
    [`00${run(1, 254)}`, `01 ff ${run(1, 254)} 00`],
    [run(1, 255), `ff ${run(1, 254)} 02 ff 00`],
    [`${run(1, 254)}00`, `ff ${run(1, 254)} 01 01 00`],
  ])("%s", (frame, stream) => {
    expect(cobs().encode(hex(frame))).toEqual(hex(stream));
    expect(decodeEveryWay(cobs(), hex(stream))).toEqual({ frames: [hex(frame)], error: null });
  });

  test("a zero inside a block is malformed, and the next frame comes out", () => {
    expect(decodeEveryWay(cobs(), hex("05 1122 00 02 33 00"))).toEqual({
      frames: [hex("33")],
      error: { kind: "malformed", offset: 4 },
    });
  });

  test("a frame beyond the maximum is dropped up to its zero", () => {
    expect(decodeEveryWay(cobs({ maximum: 2 }), hex("04 112233 00 02 44 00"))).toEqual({
      frames: [hex("44")],
      error: { kind: "too long", offset: 4 },
    });
  });

  test("zeros between frames mean nothing", () => {
    expect(decodeEveryWay(cobs(), hex("00 00 02 44 00 00"))).toEqual({ frames: [hex("44")], error: null });
  });
});

describe("COBS/R (the examples of its author)", () => {
  test.each([
    ["2fa2009273 02".replace(" ", ""), "03 2fa2 04 9273 02 00"],
    ["2fa20092737d", "03 2fa2 7d 9273 00"],
    ["01", "02 01 00"],
    ["02", "02 00"],
    ["03", "03 00"],
    ["7e", "7e 00"],
    ["ff", "ff 00"],
    ["0502", "03 05 02 00"],
    ["0503", "03 05 00"],
    ["0504", "04 05 00"],
    ["", "01 00"],
  ])("%s", (frame, stream) => {
    const codec = cobs({ reduced: true });
    expect(codec.encode(hex(frame))).toEqual(hex(stream));
    expect(decodeEveryWay(codec, hex(stream))).toEqual({ frames: [hex(frame)], error: null });
  });
});

describe("SLIP (RFC 1055)", () => {
  test.each([
    ["01", "c0 01 c0"],
    ["c0", "c0 dbdc c0"],
    ["db", "c0 dbdd c0"],
    ["dbdc", "c0 dbdddc c0"],
    ["dcdd", "c0 dcdd c0"],
  ])("%s", (frame, stream) => {
    expect(slip().encode(hex(frame))).toEqual(hex(stream));
    expect(decodeEveryWay(slip(), hex(stream))).toEqual({ frames: [hex(frame)], error: null });
  });

  test("a byte behind ESC that is no escape is kept, as the RFC's receiver does", () => {
    expect(decodeEveryWay(slip(), hex("c0 db00 01 c0"))).toEqual({ frames: [hex("0001")], error: null });
  });

  test("it is malformed where that is asked for, and an END behind ESC ends the packet all the same", () => {
    const codec = slip({ badEscape: "malformed" });
    expect(decodeEveryWay(codec, hex("db00 c0 01 c0"))).toEqual({
      frames: [hex("01")],
      error: { kind: "malformed", offset: 2 },
    });
    expect(decodeEveryWay(codec, hex("05 dbc0 01 c0"))).toEqual({
      frames: [hex("01")],
      error: { kind: "malformed", offset: 3 },
    });
  });

  test("an ESC at the end of the stream is incomplete", () => {
    expect(decodeEveryWay(slip(), hex("c0 db")).error?.kind).toBe("incomplete");
  });
});

describe("netstrings (Bernstein 1997)", () => {
  test.each([
    ["12:hello world!,", ["hello world!"]],
    ["0:,", [""]],
    ["3:a,b,1:,,", ["a,b", ","]],
  ])("%s", (stream, frames) => {
    expect(decodeEveryWay(netstring(), latin1(stream))).toEqual({ frames: frames.map(latin1), error: null });
  });

  test.each([
    ["00:,", "malformed", 1],
    ["01:a,", "malformed", 1],
    [":,", "malformed", 0],
    ["+1:a,", "malformed", 0],
    ["1:ab", "malformed", 3],
    ["1 :a,", "malformed", 1],
    ["101", "too long", 2],
    ["99999999999999999999", "too long", 2],
    ["5:hel", "incomplete", 5],
    ["5", "incomplete", 1],
  ])("%s is %s", (stream, kind, offset) => {
    expect(decodeEveryWay(netstring({ maximum: 100 }), latin1(stream)).error).toEqual({ kind, offset });
  });
});
