import { describe, expect, test } from "vitest";
import { webSocket } from "../../../src/framing/codecs/websocket.ts";
import { WebSocketError, frameBytes } from "../../../src/framing/codecs/websocket-frame.ts";
import type { Decoder } from "../../../src/framing/codec.ts";
import { decodeEveryWay, hex } from "./decode.ts";

describe("the examples of RFC 6455 section 5.7", () => {
  test.each([
    ["a single-frame unmasked text", "server", "81 05 48656c6c6f", { type: "text", text: "Hello" }],
    ["a single-frame masked text", "client", "81 85 37fa213d 7f9f4d5158", { type: "text", text: "Hello" }],
    ["a fragmented unmasked text", "server", "01 03 48656c 80 02 6c6f", { type: "text", text: "Hello" }],
    ["an unmasked ping", "server", "89 05 48656c6c6f", { type: "ping", data: hex("48656c6c6f") }],
    ["a masked pong", "client", "8a 85 37fa213d 7f9f4d5158", { type: "pong", data: hex("48656c6c6f") }],
    [
      "256 bytes of binary",
      "server",
      `82 7e0100 ${"ab".repeat(256)}`,
      { type: "binary", data: new Uint8Array(256).fill(0xab) },
    ],
  ] as const)("%s", (_, from, stream, message) => {
    expect(decodeEveryWay(webSocket({ from }), hex(stream))).toEqual({ frames: [message], error: null });
  });
});

/** The close code of what `stream` ends in, and the byte that shows it. */
function refusal(stream: string, options: Parameters<typeof webSocket>[0] = {}): [number, number] | null {
  const codec = webSocket(options);
  const { error } = decodeEveryWay(codec, hex(stream), false);
  if (error === null) return null;
  try {
    for (const _ of (codec.decoder() as Decoder<unknown>).push(hex(stream))) continue;
  } catch (caught) {
    if (caught instanceof WebSocketError) return [caught.closeCode, error.offset];
  }
  return null;
}

describe("what a receiver must fail the connection for", () => {
  test.each([
    ["section 5.2: RSV1", "c1 00", 1002, 0],
    ["section 5.2: a reserved opcode", "83 00", 1002, 0],
    ["section 5.2: a length of 125 in 16 bits", "82 7e007d", 1002, 3],
    ["section 5.2: a length of 65535 in 64 bits", "82 7f000000000000ffff", 1002, 9],
    ["section 5.2: the most significant bit of 64", "82 7f8000000000000000", 1002, 2],
    ["section 5.1: a masked frame from a server", "81 80 00000000", 1002, 1],
    ["section 5.4: a continuation of nothing", "80 00", 1002, 0],
    ["section 5.4: a text inside a text", "01 01 61 81 01 62", 1002, 3],
    ["section 5.5: a fragmented ping", "09 00", 1002, 0],
    ["section 5.5: a ping of 126 bytes", "89 7e", 1002, 1],
    ["section 5.5.1: half a close code", "88 01", 1002, 2],
    ["section 7.4.1: 1005 is never sent", "88 02 03ed", 1002, 3],
    ["section 7.4.2: 2999 is reserved", "88 02 0bb7", 1002, 3],
    ["section 8.1: a byte that no text has, at once", "81 05 61ff", 1007, 3],
    ["section 8.1: a surrogate", "81 03 eda0", 1007, 3],
    ["section 8.1: a character cut off by the end", "81 01 c3", 1007, 3],
    ["section 8.1: and in a close reason", "88 03 03e8 ff", 1007, 4],
  ])("%s", (_, stream, code, offset) => {
    expect(refusal(stream)).toEqual([code, offset]);
  });

  test("section 7.4.1: 1009 for a message too big, over its fragments", () => {
    expect(refusal("82 04", { maximum: 3 })).toEqual([1009, 2]);
    expect(refusal("02 02 0102 80 02", { maximum: 3 })).toEqual([1009, 6]);
  });

  test("empty fragments without end are too many", () => {
    expect(refusal(`01 00 ${"00 00".repeat(9)}`, { fragmentsMax: 5 })).toEqual([1009, 10]);
  });
});

describe("messages", () => {
  test("section 5.4: control frames come between fragments, and text may be cut inside a character", () => {
    expect(decodeEveryWay(webSocket(), hex("01 01 c3 89 01 70 80 01 a9"))).toEqual({
      frames: [
        { type: "ping", data: hex("70") },
        { type: "text", text: "\u00e9" },
      ],
      error: null,
    });
  });

  test("section 1.4: what follows a close frame is discarded", () => {
    expect(decodeEveryWay(webSocket(), hex("88 02 03e8 ff ff ff"))).toEqual({
      frames: [{ type: "close", code: 1000, reason: "" }],
      error: null,
    });
  });

  test.each([
    { type: "close", code: null, reason: "" },
    { type: "close", code: 1000, reason: "\u20ac" },
    { type: "close", code: 4999, reason: "" },
  ] as const)("%j comes through", (message) => {
    const codec = webSocket({ from: "client" });
    expect(decodeEveryWay(codec, codec.encode(message)).frames).toEqual([message]);
  });

  test.each([
    { type: "close", code: 1006, reason: "" },
    { type: "close", code: null, reason: "x" },
    { type: "close", code: 1000, reason: "x".repeat(124) },
    { type: "ping", data: new Uint8Array(126) },
    { type: "text", text: "\ud800" },
  ] as const)("encode refuses %j", (message) => {
    expect(() => webSocket().encode(message)).toThrow(RangeError);
  });

  test("a stream that ends inside a message is incomplete", () => {
    expect(decodeEveryWay(webSocket(), hex("01 01 61")).error?.kind).toBe("incomplete");
    expect(
      decodeEveryWay(webSocket(), frameBytes({ fin: true, opcode: 2, length: 1, mask: null }, hex(""))).error
        ?.kind,
    ).toBe("incomplete");
  });
});
