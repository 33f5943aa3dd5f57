import { describe, expect, test } from "vitest";
import { resp } from "../../../src/framing/codecs/resp.ts";
import type { RespValue } from "../../../src/framing/codecs/resp-value.ts";
import { decodeEveryWay, latin1 } from "./decode.ts";

const bulk = (text: string): RespValue => ({ type: "bulk string", bytes: latin1(text) });
const integer = (value: bigint): RespValue => ({ type: "integer", value });

describe("the examples of the specification", () => {
  test.each<[string, RespValue]>([
    ["+OK\r\n", { type: "simple string", text: "OK" }],
    ["-ERR unknown\r\n", { type: "simple error", text: "ERR unknown" }],
    [":-1000\r\n", integer(-1000n)],
    ["$5\r\nhello\r\n", bulk("hello")],
    ["$4\r\na\r\nb\r\n", bulk("a\r\nb")],
    ["$0\r\n\r\n", bulk("")],
    ["$-1\r\n", { type: "null bulk string" }],
    ["*-1\r\n", { type: "null array" }],
    ["*0\r\n", { type: "array", items: [] }],
    [
      "*2\r\n*1\r\n:1\r\n$1\r\na\r\n",
      { type: "array", items: [{ type: "array", items: [integer(1n)] }, bulk("a")] },
    ],
    ["_\r\n", { type: "null" }],
    ["#t\r\n", { type: "boolean", value: true }],
    [",1.23\r\n", { type: "double", value: 1.23 }],
    [",-inf\r\n", { type: "double", value: -Infinity }],
    [",nan\r\n", { type: "double", value: Number.NaN }],
    [
      "(3492890328409238509324850943850943825024385\r\n",
      { type: "big number", value: 3492890328409238509324850943850943825024385n },
    ],
    ["!5\r\nERR x\r\n", { type: "bulk error", bytes: latin1("ERR x") }],
    ["=8\r\ntxt:Some\r\n", { type: "verbatim string", format: "txt", bytes: latin1("Some") }],
    ["%1\r\n+a\r\n:1\r\n", { type: "map", entries: [[{ type: "simple string", text: "a" }, integer(1n)]] }],
    ["~1\r\n:1\r\n", { type: "set", items: [integer(1n)] }],
    [">1\r\n:1\r\n", { type: "push", items: [integer(1n)] }],
    [
      "|1\r\n+k\r\n:2\r\n:1\r\n",
      { type: "integer", value: 1n, attributes: [[{ type: "simple string", text: "k" }, integer(2n)]] },
    ],
    ["$?\r\n;4\r\nHell\r\n;1\r\no\r\n;0\r\n", bulk("Hello")],
    ["*?\r\n:1\r\n*?\r\n.\r\n.\r\n", { type: "array", items: [integer(1n), { type: "array", items: [] }] }],
  ])("%j", (stream, value) => {
    expect(decodeEveryWay(resp(), latin1(stream))).toEqual({ frames: [value], error: null });
  });
});

describe("what is no value", () => {
  test.each([
    ["an unknown first byte", "x", "malformed"],
    ["a type of RESP3 in RESP2", "_\r\n", "malformed"],
    ["a bare LF", "+OK\n", "malformed"],
    ["a bare CR", "+O\rK\r\n", "malformed"],
    ["a string longer than its length", "$1\r\nab\r\n", "malformed"],
    ["a negative length", "$-2\r\n", "malformed"],
    ["a length with a leading zero", "$01\r\n", "malformed"],
    ["an integer beyond 64 bits", ":9223372036854775808\r\n", "malformed"],
    ["a string beyond the maximum, by its length", "$101\r\n", "too long"],
    ["more values than allowed, by their number", "*11\r\n", "too long"],
    ["nesting without end", "*1\r\n".repeat(65), "malformed"],
    ["half an array", "*2\r\n:1\r\n", "incomplete"],
  ])("%s", (_, stream, kind) => {
    const codec = resp({ version: 2, maximum: 100, itemsMax: 10 + (stream.length > 100 ? 100 : 0) });
    expect(decodeEveryWay(codec, latin1(stream)).error?.kind).toBe(kind);
  });

  test.each([
    ["`.` without a stream", "*1\r\n.\r\n"],
    ["a part outside a streamed string", ";1\r\na\r\n"],
    ["a value inside a streamed string", "$?\r\n:1\r\n"],
    ["a streamed map that ends behind a key", "%?\r\n:1\r\n.\r\n"],
    ["attributes of attributes", "|0\r\n|0\r\n:1\r\n"],
  ])("%s, in RESP3", (_, stream) => {
    expect(decodeEveryWay(resp(), latin1(stream)).error?.kind).toBe("malformed");
  });
});
