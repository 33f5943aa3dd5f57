import { describe, expect, test } from "vitest";
import { chunkedBody } from "../../../src/framing/codecs/http-chunked.ts";
import { httpRequests, httpResponses } from "../../../src/framing/codecs/http.ts";
import type { HttpOptions } from "../../../src/framing/codecs/http.ts";
import { decodeEveryWay, latin1 } from "./decode.ts";

const bodies = (stream: string, options: HttpOptions = {}): [string[], string | null] => {
  const { frames, error } = decodeEveryWay(httpRequests(options), latin1(stream));
  return [frames.map(({ body }) => Buffer.from(body).toString("latin1")), error?.kind ?? null];
};
const HEAD = "POST / HTTP/1.1\r\nHost: a\r\n";

describe("requests (RFC 9112)", () => {
  test("start line, fields without the white space around values, body by Content-Length", () => {
    const stream = latin1("POST /a?b HTTP/1.1\r\nHost: a\r\nX:  b \t\r\nY:\r\ncontent-length: 2\r\n\r\nhi");
    expect(decodeEveryWay(httpRequests(), stream)).toEqual({
      frames: [
        {
          method: "POST",
          target: "/a?b",
          version: "1.1",
          headers: [
            ["Host", "a"],
            ["X", "b"],
            ["Y", ""],
            ["content-length", "2"],
          ],
          body: latin1("hi"),
          trailers: [],
        },
      ],
      error: null,
    });
  });

  test.each([
    ["section 2.2: empty lines in front", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", [""]],
    ["section 6.3: no body without a length", `${HEAD}\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n`, ["", ""]],
    [
      "section 7.1: chunks, extensions, capital digits, leading zeros",
      `${HEAD}Transfer-Encoding: chunked\r\n\r\n0A;a=b;c="d;\\"e"\r\n0123456789\r\n000\r\n\r\n`,
      ["0123456789"],
    ],
    [
      "section 6.1: other codings in front of chunked",
      `${HEAD}Transfer-Encoding: gzip\r\nTransfer-Encoding: , Chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n`,
      ["x"],
    ],
  ])("%s", (_, stream, expected) => {
    expect(bodies(stream)).toEqual([expected, null]);
  });

  test.each([
    [
      "section 6.1: Transfer-Encoding and Content-Length",
      `${HEAD}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
    ],
    [
      "section 6.1: the same the other way round",
      `${HEAD}Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n`,
    ],
    ["section 6.3: chunked not last", `${HEAD}Transfer-Encoding: chunked, gzip\r\n\r\n`],
    ["section 6.3: chunked twice", `${HEAD}Transfer-Encoding: chunked, chunked\r\n\r\n`],
    ["section 6.3: chunked in other words", `${HEAD}Transfer-Encoding: xchunked\r\n\r\n`],
    ["section 6.1: Transfer-Encoding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"],
    ["section 6.3: Content-Lengths that differ", `${HEAD}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`],
    ["section 6.3: Content-Length with a sign", `${HEAD}Content-Length: +1\r\n\r\n`],
    ["section 6.3: Content-Length in hexadecimal", `${HEAD}Content-Length: 0x1\r\n\r\n`],
    ["section 6.3: Content-Length as a list", `${HEAD}Content-Length: 1, 1\r\n\r\n`],
    ["section 5.1: white space in front of the colon", `${HEAD}Content-Length : 1\r\n\r\n`],
    ["section 5.2: line folding", `${HEAD}X: a\r\n b\r\n\r\n`],
    ["section 2.2: white space in front of the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"],
    ["section 2.2: a bare LF", "GET / HTTP/1.1\nHost: a\n\n"],
    ["section 2.2: a bare CR", `${HEAD}X: a\rb\r\n\r\n`],
    ["RFC 9110 section 5.5: NUL in a value", `${HEAD}X: a\u0000b\r\n\r\n`],
    ["section 3.2: no Host", "GET / HTTP/1.1\r\n\r\n"],
    ["section 3.2: two Hosts", `${HEAD}Host: b\r\n\r\n`],
    ["section 3: two spaces", "GET  / HTTP/1.1\r\n"],
    ["section 2.3: another version", "GET / HTTP/2.0\r\n"],
    ["section 7.1: a chunk longer than its size", `${HEAD}Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n`],
    ["section 7.1: a chunk size with a sign", `${HEAD}Transfer-Encoding: chunked\r\n\r\n-1\r\n`],
    ["section 7.1: a chunk's line that ends with LF", `${HEAD}Transfer-Encoding: chunked\r\n\r\n1\nx\r\n`],
    [
      "section 7.1.2: Content-Length as a trailer",
      `${HEAD}Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 1\r\n\r\n`,
    ],
    ["section 9.6: a request behind close", `${HEAD}Connection: close\r\n\r\nGET`],
  ])("%s is malformed", (_, stream) => {
    expect(bodies(stream)[1]).toBe("malformed");
  });

  test.each([
    ["a head", `${HEAD}X: ${"x".repeat(100)}`, { headMax: 100 }],
    ["a body", `${HEAD}Content-Length: 11\r\n\r\n`, { maximum: 10 }],
    ["a length with more digits than a number has", `${HEAD}Content-Length: ${"9".repeat(40)}\r\n\r\n`, {}],
    ["chunks together", `${HEAD}Transfer-Encoding: chunked\r\n\r\n9\r\n123456789\r\n2\r\n`, { maximum: 10 }],
    ["a chunk of 2^64", `${HEAD}Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n`, {}],
  ])("%s beyond the maximum is too long", (_, stream, options) => {
    expect(bodies(stream, options)[1]).toBe("too long");
  });

  test.each([
    ["a field injected through a value", [["Host", "a\r\nX: b"]]],
    [
      "a name with a space",
      [
        ["Host", "a"],
        ["X Y", "b"],
      ],
    ],
    [
      "a body of another length",
      [
        ["Host", "a"],
        ["Content-Length", "1"],
      ],
    ],
    ["no Host", []],
  ] as const)("encode refuses %s", (_, headers) => {
    const request = {
      method: "POST",
      target: "/",
      version: "1.1",
      headers,
      body: latin1("ab"),
      trailers: [],
    } as const;
    expect(() => httpRequests().encode(request)).toThrow(RangeError);
  });
});

describe("responses (RFC 9112 section 6.3)", () => {
  const read = (stream: string, options: HttpOptions = {}): [string[], string | null] => {
    const { frames, error } = decodeEveryWay(httpResponses(options), latin1(stream));
    return [
      frames.map(({ status, body }) => `${status} ${Buffer.from(body).toString("latin1")}`),
      error?.kind ?? null,
    ];
  };

  test.each([
    [
      "1xx, 204 and 304 have no body",
      "HTTP/1.1 100 \r\n\r\nHTTP/1.1 304 x\r\nContent-Length: 9\r\n\r\nHTTP/1.1 204 x\r\n\r\n",
      {},
      ["100 ", "304 ", "204 "],
    ],
    ["the end of the connection ends a body without a length", "HTTP/1.1 200 OK\r\n\r\nabc", {}, ["200 abc"]],
    [
      "and one with a coding that is not chunked",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc",
      {},
      ["200 abc"],
    ],
    [
      "an answer to HEAD has none",
      "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
      { requestMethod: "HEAD" },
      ["200 "],
    ],
  ])("%s", (_, stream, options, expected) => {
    expect(read(stream, options)).toEqual([expected, null]);
  });

  test("behind 101 and an accepted CONNECT there is no HTTP", () => {
    expect(read("HTTP/1.1 101 x\r\n\r\nabc")).toEqual([["101 "], "malformed"]);
    expect(read("HTTP/1.1 200 x\r\n\r\nabc", { requestMethod: "CONNECT" })).toEqual([["200 "], "malformed"]);
  });

  test("a body that the connection's end cuts off is incomplete", () => {
    expect(read("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc")[1]).toBe("incomplete");
    expect(read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n")[1]).toBe("incomplete");
  });
});

describe("chunked bodies (RFC 9112 section 7.1)", () => {
  test("trailers come with the body", () => {
    const stream = latin1("3\r\nabc\r\n0\r\nExpires: 0\r\nX:\r\n\r\n");
    expect(decodeEveryWay(chunkedBody(), stream)).toEqual({
      frames: [
        {
          data: latin1("abc"),
          trailers: [
            ["Expires", "0"],
            ["X", ""],
          ],
        },
      ],
      error: null,
    });
  });

  test("extensions and trailers have limits", () => {
    const error = (stream: string): string | undefined =>
      decodeEveryWay(chunkedBody({ lineMax: 10, trailersMax: 10 }), latin1(stream)).error?.kind;
    expect(error("1;aaaaaaaaaaaa")).toBe("too long");
    expect(error("0\r\nX: aaaaaaaaaaaa")).toBe("too long");
  });
});
