import { describe, expect, test } from "vitest";
import { fixedLength } from "../../../src/framing/codecs/fixed-length.ts";
import { fromNetty, fromTokio, lengthPrefix } from "../../../src/framing/codecs/length-prefix.ts";
import type { LengthPrefixOptions } from "../../../src/framing/codecs/length-prefix.ts";
import { varintBytes } from "../../../src/framing/codecs/varint.ts";
import { decodeEveryWay, hex, latin1 } from "./decode.ts";

const HELLO = "48454c4c4f2c20574f524c44";

describe("the examples of netty's LengthFieldBasedFrameDecoder documentation", () => {
  const maxFrameLength = 1024;
  test.each([
    [
      "2 bytes length field at offset 0, do not strip header",
      { lengthFieldOffset: 0, lengthFieldLength: 2 },
      `000c${HELLO}`,
      `000c${HELLO}`,
    ],
    [
      "2 bytes length field at offset 0, strip header",
      { lengthFieldOffset: 0, lengthFieldLength: 2, initialBytesToStrip: 2 },
      `000c${HELLO}`,
      HELLO,
    ],
    [
      "the length field represents the length of the whole message",
      { lengthFieldOffset: 0, lengthFieldLength: 2, lengthAdjustment: -2 },
      `000e${HELLO}`,
      `000e${HELLO}`,
    ],
    [
      "3 bytes length field at the end of a 5 bytes header",
      { lengthFieldOffset: 2, lengthFieldLength: 3 },
      `cafe00000c${HELLO}`,
      `cafe00000c${HELLO}`,
    ],
    [
      "3 bytes length field at the beginning of a 5 bytes header",
      { lengthFieldOffset: 0, lengthFieldLength: 3, lengthAdjustment: 2 },
      `00000ccafe${HELLO}`,
      `00000ccafe${HELLO}`,
    ],
    [
      "offset 1 in the middle of a 4 bytes header, strip the first field and the length",
      { lengthFieldOffset: 1, lengthFieldLength: 2, lengthAdjustment: 1, initialBytesToStrip: 3 },
      `ca000cfe${HELLO}`,
      `fe${HELLO}`,
    ],
    [
      "the same, the length being that of the whole message",
      { lengthFieldOffset: 1, lengthFieldLength: 2, lengthAdjustment: -3, initialBytesToStrip: 3 },
      `ca0010fe${HELLO}`,
      `fe${HELLO}`,
    ],
  ] as const)("%s", (_, parameters, stream, frame) => {
    const codec = lengthPrefix(fromNetty({ maxFrameLength, ...parameters }));
    expect(decodeEveryWay(codec, hex(stream + stream))).toEqual({
      frames: [hex(frame), hex(frame)],
      error: null,
    });
  });

  test("a frame longer than maxFrameLength, header counted, is skipped", () => {
    const codec = lengthPrefix(
      fromNetty({ maxFrameLength: 6, lengthFieldOffset: 0, lengthFieldLength: 2, initialBytesToStrip: 2 }),
    );
    expect(decodeEveryWay(codec, hex("0005 0102030405 0004 01020304 0001 09"))).toEqual({
      frames: [hex("01020304"), hex("09")],
      error: { kind: "too long", offset: 2 },
    });
  });

  test("without failFast the error comes when the frame has passed", () => {
    const codec = lengthPrefix(
      fromNetty({ maxFrameLength: 6, lengthFieldOffset: 0, lengthFieldLength: 2, failFast: false }),
    );
    expect(decodeEveryWay(codec, hex("0005 0102030405 0000"))).toEqual({
      frames: [hex("0000")],
      error: { kind: "too long", offset: 7 },
    });
  });

  test("a negative adjusted length is malformed, and the header is skipped", () => {
    const codec = lengthPrefix(
      fromNetty({
        maxFrameLength: 100,
        lengthFieldOffset: 0,
        lengthFieldLength: 2,
        lengthAdjustment: -2,
        initialBytesToStrip: 2,
      }),
    );
    expect(decodeEveryWay(codec, hex("0001 0003 aa"))).toEqual({
      frames: [hex("aa")],
      error: { kind: "malformed", offset: 2 },
    });
  });
});

describe("the examples of tokio-util's LengthDelimitedCodec documentation", () => {
  test.each([
    [
      "example 1",
      { lengthFieldLength: 2, numSkip: 0, lengthAdjustment: 2 },
      `000b${HELLO.slice(0, 22)}`,
      `000b${HELLO.slice(0, 22)}`,
    ],
    ["example 2", { lengthFieldLength: 2 }, `000b${HELLO.slice(0, 22)}`, HELLO.slice(0, 22)],
    [
      "example 4, the length is of the whole",
      { lengthFieldLength: 2, lengthAdjustment: -2 },
      `000d${HELLO.slice(0, 22)}`,
      HELLO.slice(0, 22),
    ],
    [
      "example 6, a header in front and behind",
      { lengthFieldOffset: 1, lengthFieldLength: 2, lengthAdjustment: 1, numSkip: 3 },
      `ca000bfe${HELLO.slice(0, 22)}`,
      `fe${HELLO.slice(0, 22)}`,
    ],
  ] as const)("%s", (_, parameters, stream, frame) => {
    expect(decodeEveryWay(lengthPrefix(fromTokio(parameters)), hex(stream))).toEqual({
      frames: [hex(frame)],
      error: null,
    });
  });
});

describe("length fields", () => {
  test.each([
    [{ bits: 8 }, "02 aabb"],
    [{ bits: 16 }, "0002 aabb"],
    [{ bits: 16, endian: "little" }, "0200 aabb"],
    [{ bits: 24 }, "000002 aabb"],
    [{ bits: 24, endian: "little" }, "020000 aabb"],
    [{ bits: 32 }, "00000002 aabb"],
    [{ bits: 64 }, "0000000000000002 aabb"],
    [{ bits: 64, endian: "little" }, "0200000000000000 aabb"],
    [{ bits: 16, headerIncluded: true }, "0004 aabb"],
    [{ bits: "varint" }, "02 aabb"],
  ] as const)("%j", (options: LengthPrefixOptions, stream) => {
    const codec = lengthPrefix(options);
    expect(codec.encode(hex("aabb"))).toEqual(hex(stream));
    expect(decodeEveryWay(codec, hex(stream))).toEqual({ frames: [hex("aabb")], error: null });
  });

  test.each([
    ["64 bits beyond 2^53", { bits: 64 }, "ffffffffffffffff", "too long", 8],
    ["the sign bit of 32", { bits: 32 }, "80000000", "too long", 4],
    ["the maximum and one", { bits: 16, maximum: 3 }, "0004", "too long", 2],
    ["a varint beyond 32 bits", { bits: "varint" }, "ffffffff1f", "malformed", 5],
    ["a varint that does not end", { bits: "varint" }, "8080808080", "malformed", 5],
  ] as const)("%s is refused with the field", (_, options, stream, kind, offset) => {
    const { frames, error } = decodeEveryWay(lengthPrefix(options), hex(stream), false);
    expect(frames).toEqual([]);
    expect(error).toEqual({ kind, offset });
  });

  test.each([
    [0, "00"],
    [127, "7f"],
    [128, "8001"],
    [300, "ac02"],
    [268_435_455, "ffffff7f"],
  ])("LEB128 of %i", (value, bytes) => {
    expect(Buffer.from(varintBytes(value)).toString("hex")).toBe(bytes);
  });

  test("a padded varint is read", () => {
    expect(decodeEveryWay(lengthPrefix({ bits: "varint" }), hex("8200 aabb")).frames).toEqual([hex("aabb")]);
  });

  test.each([
    { bits: "varint", strip: 1 },
    { bits: "varint", headerIncluded: true },
    { bits: 8, maximum: 256 },
    { offset: -1 },
  ] as const)("%j makes no sense", (options) => {
    expect(() => lengthPrefix(options)).toThrow(RangeError);
  });

  test("encode refuses what the decoder would", () => {
    expect(() => lengthPrefix({ bits: 8 }).encode(new Uint8Array(256))).toThrow(RangeError);
    expect(() => lengthPrefix({ bits: 16, strip: 0 }).encode(hex("0003 aabb"))).toThrow("another length");
  });
});

describe("fixed length", () => {
  test("the frames are cut at the length, and a rest is incomplete", () => {
    const codec = fixedLength({ length: 3 });
    expect(decodeEveryWay(codec, latin1("abcdef"))).toEqual({
      frames: [latin1("abc"), latin1("def")],
      error: null,
    });
    expect(decodeEveryWay(codec, latin1("abcd")).error).toEqual({ kind: "incomplete", offset: 4 });
    expect(() => codec.encode(latin1("ab"))).toThrow(RangeError);
  });
});
