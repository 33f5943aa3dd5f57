// What a body is by its type and by its first bytes, and where it ends.

import { describe, expect, it, test } from "vitest";

import { COLUMNS, dissect } from "../../../src/capture/dissect/dissect.ts";
import { printFields } from "../../../src/capture/print/fields.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { memoryTrace } from "../memory-trace.ts";
import { ascii, end, SampleNetwork } from "../samples/network.ts";

const CLIENT = end("10.0.0.1", 40_000);
const SERVER = end("10.0.0.2", 80);

/** Layers behind TCP and Info of packets with these payloads of the server. */
function said(...payloads: readonly string[]): string[] {
  const network = new SampleNetwork();
  const connection = network.connect(CLIENT, SERVER);
  const first = network.frames.length;
  for (const payload of payloads) connection.answer(ascii(payload));
  const { trace, context } = memoryTrace(network.frames, LINKTYPE.ethernet);
  return payloads.map((_, i) => {
    const { protocols, info } = dissect(trace, first + i, context);
    return `${protocols.replace("eth:ethertype:ip:tcp", "")} | ${info}`;
  });
}

function bodyOf(type: string, body: string): string {
  const head = `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n`;
  return said(`${head}${body}`)[0].replace("HTTP/1.1 200 OK ", "OK");
}

describe("a body", () => {
  it.each([
    ["image/gif", "GIF89a\x01\0\x01\0\0\0\0;", ":http:image-gif | OK (GIF89a)"],
    ["image/png", "\x89PNG\r\n\x1a\n", ":http:png | OK (PNG)"],
    ["image/jpg", "\xff\xd8\xff\xe0", ":http:image-jfif | OK (JPEG JFIF image)"],
    ["image/svg+xml", "<svg/>", ":http:xml | OK"],
    [
      "application/problem+json",
      "{}",
      ":http:json | OK, JavaScript Object Notation (application/problem+json)",
    ],
    ["application/foo+json", "{}", ":http:media | OK (application/foo+json)"],
    ["text/css", "a{}", ":http:data-text-lines | OK (text/css)"],
    ["text/csv", "a,b", ":http:media | OK (text/csv)"],
  ])("of %s is told by its type and its first bytes", (type, body, expected) => {
    expect(bodyOf(type, body)).toBe(expected);
  });

  it("that is no picture though it says so is damaged", () => {
    expect(bodyOf("image/gif", "GIF")).toBe(":http:media | OK (image/gif)");
  });

  it("of lines is XML where it begins as such and is long enough to be any", () => {
    const xml = '<?xml version="1.0"?>';
    expect(bodyOf("text/html", xml.padEnd(39))).toBe(":http:data-text-lines:xml | OK");
    expect(bodyOf("text/html", xml.padEnd(38))).toBe(":http:data-text-lines | OK (text/html)");
    expect(bodyOf("image/webp", xml.padEnd(39))).toBe(":http:media | OK (image/webp)");
  });

  it("in chunks ends with them, whatever length the head says besides", () => {
    const head = "HTTP/1.1 200 OK\r\nContent-Length: 500\r\nTransfer-Encoding: chunked\r\n\r\n";
    const next = "HTTP/1.1 204 No Content\r\n\r\n";
    expect(said(`${head}5\r\nhello\r\n0\r\n\r\n`, next)).toEqual([
      ":http:data | HTTP/1.1 200 OK ",
      ":http | HTTP/1.1 204 No Content ",
    ]);
  });
});

describe("messages behind one another", () => {
  it("are in Info as they are: each ends with a blank", () => {
    const both = "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 304 Not Modified\r\n\r\n";
    expect(said(both)).toEqual([":http | HTTP/1.1 204 No Content HTTP/1.1 304 Not Modified "]);
  });
});

describe("a first line", () => {
  const methodOf = (line: string, port: number): string => {
    const network = new SampleNetwork();
    const connection = network.connect(CLIENT, end("10.0.0.2", port));
    connection.say(ascii(`${line}\r\nHost: x\r\n\r\n`));
    const { trace, context } = memoryTrace(network.frames, LINKTYPE.ethernet);
    return [...printFields(trace, [network.frames.length - 1], ["http.request.method"], context)][0];
  };

  it("needs no version where HTTP is spoken, and one of HTTP/1 elsewhere", () => {
    expect(["GET /", "GET / HTTP/2.0", "GET / HTTP/1.1 "].map((line) => methodOf(line, 80))).toEqual([
      "GET",
      "GET",
      "GET",
    ]);
    expect(methodOf("FOO / HTTP/1.1", 80)).toBe("");
    expect(["GET /", "GET / HTTP/2.0", "GET / HTTP/1.1"].map((line) => methodOf(line, 5001))).toEqual([
      "",
      "",
      "GET",
    ]);
  });
});

test("what goes on with something that was not captured is called so, in lists as in trees", () => {
  const network = new SampleNetwork();
  const connection = network.connect(CLIENT, SERVER);
  const first = network.frames.length;
  for (const payload of ["HTTP/1.1 204 No Content\r\n\r\n", "\x01 and so on", "\0\r\n"])
    connection.answer(ascii(payload));
  for (const interest of [undefined, COLUMNS]) {
    const { trace, context } = memoryTrace(network.frames, LINKTYPE.ethernet);
    const shown = [0, 1, 2].map((i) => dissect(trace, first + i, context, interest));
    expect(
      shown.map(({ protocol, protocols, info }) => [
        protocol,
        protocols.slice("eth:ethertype:ip:tcp".length),
        info,
      ]),
    ).toEqual([
      ["HTTP", ":http", "HTTP/1.1 204 No Content "],
      ["HTTP", ":http:data", "Continuation"],
      ["HTTP", ":http:data", "Continuation"],
    ]);
  }
});
