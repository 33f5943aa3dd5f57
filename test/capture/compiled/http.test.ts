// What compiled code tells of heads of HTTP/1 messages is what the code around it tells, and it leaves the others.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { CompiledCode } from "../../../src/capture/compiled/code.ts";
import { handMediaNames } from "../../../src/capture/compiled/media-names.ts";
import { HttpStream } from "../../../src/capture/dissect/http-stream.ts";
import { readHead } from "../../../src/capture/dissect/http-lines.ts";
import { plainMedia, READ_MEDIA } from "../../../src/capture/dissect/media.ts";
import type { StreamAbove } from "../../../src/capture/dissect/protocol.ts";
import { scanAt } from "../../../src/capture/reassembly/pdu-buffer.ts";
import { spelledOut } from "../../../src/capture/spelled-out.ts";
import { damage, message, nearHead, plainHead, text } from "./http-heads.ts";

/** What is told of a message: all its bytes, those of its first line, which way it goes, and Info. */
interface Told {
  readonly length: number;
  readonly titleLength: number;
  readonly isResponse: boolean;
  readonly info: string;
}

const code = loaded();
handMediaNames(code);
const tell = teller(code);

function loaded(): CompiledCode {
  // So little that all of it is there at once.
  const one = CompiledCode.load(64);
  if (one === null) throw new Error("the package is not built");
  return one;
}

/** Tells the message that begins a text or bytes; null for one that is left. What it reads lies at the end of memory: a byte behind is none. */
function teller(of: CompiledCode): (message: Uint8Array) => Told | null {
  const [head, info] = [of.call("httpHead"), of.call("httpInfo")];
  const out = of.memory.make(Uint8Array, 2048);
  return (message) => {
    const { buffer } = of.memory.memory;
    const at = buffer.byteLength - message.length;
    new Uint8Array(buffer, at).set(message);
    const headLength = head(at, buffer.byteLength) >>> 0;
    if (headLength === 0) return null;
    const infoLength = info(out.byteOffset) - out.byteOffset;
    return {
      length: headLength + (of.number("bodyLength").value >>> 0),
      titleLength: of.number("titleLength").value,
      isResponse: of.number("headIsResponse").value !== 0,
      info: Buffer.from(out.subarray(0, infoLength)).toString("latin1"),
    };
  };
}

const ABOVE: StreamAbove = {
  sourcePort: 40_000,
  destinationPort: 80,
  scheme: "http",
  betweenNs: () => 0n,
  follow: () => {},
  keys: null,
  message: () => new Uint8Array(0),
  carry: () => {
    throw new Error("plain HTTP carries nothing");
  },
};

/** The same by the code around; null where its head does not tell it. */
function toldAround(message: Uint8Array): Told | null {
  const stream = new HttpStream(ABOVE);
  const length = stream.pduLength(scanAt(message, 0, message.length), 0, 0);
  const columns = stream.columnsOf(0);
  if (columns === null) return null;
  const { firstLine, isResponse } = readHead(message, 0, message.length);
  return { length, titleLength: firstLine.length, isResponse, info: spelledOut(columns.info) };
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "latin1"));
}

function told(text: string): Told | null {
  return tell(bytesOf(text));
}

describe("heads of HTTP messages in compiled code", () => {
  it("are told where they are as nearly all are, as the code around tells them", () => {
    fc.assert(
      fc.property(plainHead, text(10), (head, behind) => {
        const bytes = bytesOf(`${head}${behind}`);
        const found = tell(bytes);
        expect(found).not.toBeNull();
        expect(found).toEqual(toldAround(bytes));
      }),
      { numRuns: 3_000 },
    );
  });

  it("are told as the code around tells them, or left, whatever is in them", () => {
    let count = 0;
    fc.assert(
      fc.property(nearHead, (head) => {
        const bytes = bytesOf(head);
        const found = tell(bytes);
        if (found === null) return;
        count++;
        expect(found).toEqual(toldAround(bytes));
      }),
      { numRuns: 20_000 },
    );
    expect(count).toBeGreaterThan(1_000);
  });

  it("are told as the code around tells them, or left, where they are damaged", () => {
    let count = 0;
    fc.assert(
      fc.property(plainHead, damage, (head, places) => {
        const bytes = bytesOf(head);
        for (const [at, byte] of places) bytes[at % bytes.length] = byte;
        const found = tell(bytes);
        if (found === null) return;
        count++;
        expect(found).toEqual(toldAround(bytes));
      }),
      { numRuns: 10_000 },
    );
    expect(count).toBeGreaterThan(1_000);
  });

  it("are left until they are whole", () => {
    fc.assert(
      fc.property(plainHead, (head) => {
        const bytes = bytesOf(head);
        for (let end = 0; end < bytes.length; end++) expect(tell(bytes.subarray(0, end))).toBeNull();
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ["GET / HTTP/1.1", [], "GET / HTTP/1.1 ", 0],
    ["GET / HTTP/1.0", ["Content-Type: text/html"], "GET / HTTP/1.0 ", 0],
    ["POST /form HTTP/1.1", ["Content-Length: 0", "Content-Type: text/plain"], "POST /form HTTP/1.1 ", 0],
    ["PUT /a HTTP/1.1", ["Content-Length: 9"], "PUT /a HTTP/1.1 ", 9],
    ["OPTIONS * HTTP/1.1", ["Host: a"], "OPTIONS * HTTP/1.1 ", 0],
    [
      "HTTP/1.1 200 OK",
      ["Content-Type: Image/WEBP;q=1", "content-length:12"],
      "HTTP/1.1 200 OK  (image/webp)",
      12,
    ],
    ["HTTP/1.0 404 ", ["CONTENT-LENGTH:  3 "], "HTTP/1.0 404  ", 3],
    [
      "HTTP/1.1 206 Partial Content",
      ["Content-Type: application/octet-stream", "Content-Length: 999999999"],
      "HTTP/1.1 206 Partial Content ",
      999_999_999,
    ],
  ])("of %s with %j say what follows", (first, headers, info, body) => {
    const head = message(first, ...headers);
    const isResponse = first.startsWith("HTTP");
    expect(told(head)).toEqual({ length: head.length + body, titleLength: first.length, isResponse, info });
    expect(told(head)).toEqual(toldAround(bytesOf(head)));
  });

  it.each([
    ["a method that decides what the response is like", message("HEAD / HTTP/1.1")],
    ["a method that makes a tunnel", message("CONNECT a:1 HTTP/1.1")],
    ["a method that is none", message("GETS / HTTP/1.1")],
    ["a method without a blank behind it", message("GET/a HTTP/1.1")],
    ["such a longer method", message("POST/a HTTP/1.1")],
    ["no target", message("DELETE HTTP/1.1")],
    ["no target between two blanks", message("OPTIONS  HTTP/1.1")],
    ["a target with a blank", message("GET /a b HTTP/1.1")],
    ["another version", message("GET / HTTP/2.0")],
    ["a version that is none", message("GET / HTTP/1.x")],
    ["another version of a response", message("HTTP/1.2 200 OK", "Content-Length: 1")],
    ["a status that is none", message("HTTP/1.1 2/0 OK", "Content-Length: 1")],
    ["a status that ends as none", message("HTTP/1.1 20: OK", "Content-Length: 1")],
    ["no status", message("HTTP/1.1 ", "Content-Length: 1")],
    ["no blank before the status", message("HTTP/1.1/200 OK", "Content-Length: 1")],
    ["no blank behind the status", message("HTTP/1.1 200:OK", "Content-Length: 1")],
    ["a response before the real one", message("HTTP/1.1 100 Continue", "Content-Length: 1")],
    ["a response without a body", message("HTTP/1.1 204 No Content", "Content-Length: 1")],
    ["a response that says what is kept is right", message("HTTP/1.1 304 Not Modified", "Content-Length: 1")],
    ["a response as long as the connection", message("HTTP/1.1 200 OK", "Content-Type: a/b")],
    ["chunks", message("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "Content-Length: 1")],
    ["chunks of a request", message("POST / HTTP/1.1", "transfer-encoding : chunked")],
    ["a compressed body", message("HTTP/1.1 200 OK", "Content-Length: 1", "Content-Encoding: gzip")],
    ["another protocol offered", message("GET / HTTP/1.1", "Upgrade: h2c")],
    ["another protocol offered before a blank", message("GET / HTTP/1.1", "Upgrade : h2c")],
    ["two lengths", message("PUT / HTTP/1.1", "Content-Length: 1", "Content-Length: 1")],
    ["a length with a sign", message("PUT / HTTP/1.1", "Content-Length: +1")],
    ["a length of ten digits", message("PUT / HTTP/1.1", "Content-Length: 1234567890")],
    ["no length in its place", message("PUT / HTTP/1.1", "Content-Length:")],
    ["no colon before a length", message("PUT / HTTP/1.1", "Content-Length 1")],
    ["a blank before the colon", message("PUT / HTTP/1.1", "Content-Length : 1")],
    ["a blank before the name", message("PUT / HTTP/1.1", " Content-Length: 1")],
    ["a line gone on with", message("GET / HTTP/1.1", "Cookie: a", " b")],
    ["a tab", message("GET / HTTP/1.1", "Cookie:\ta")],
    ["another control character", message("GET / HTTP/1.1", "Cookie: \x7f")],
    ["a character beyond ASCII", message("GET /\xe4 HTTP/1.1")],
    ["two types", message("PUT / HTTP/1.1", "Content-Length: 1", "Content-Type: a/b", "Content-Type: a/b")],
    [
      "a type with lines of its own",
      message("PUT / HTTP/1.1", "Content-Length: 1", "Content-Type: Text/Plain;x"),
    ],
    ["a line feed alone", "GET / HTTP/1.1\nHost: a\r\n\r\n"],
    ["a line feed alone at the end", "GET / HTTP/1.1\r\nHost: a\r\n\n"],
    ["a carriage return alone", "GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n"],
    ["nothing", ""],
    ["an empty line alone", "\r\n\r\n"],
  ])("with %s are left", (_, head) => {
    expect(told(head)).toBeNull();
  });

  it("are told where all their lines are of ASCII's signs, wherever one is not", () => {
    const plain = message("GET /aaaaaaaaaaaaaaaaaa HTTP/1.1", "x: aaaaaaaaaaaaaaaaaa");
    for (let at = plain.indexOf("a"); at < plain.length; at++) {
      if (plain[at] !== "a") continue;
      for (let byte = 0; byte < 256; byte++) {
        const bytes = bytesOf(plain);
        bytes[at] = byte;
        const isPlain = byte >= 0x20 && byte < 0x7f && !(byte === 0x20 && at < plain.indexOf("\r"));
        expect({ at, byte, isTold: tell(bytes) !== null }).toEqual({ at, byte, isTold: isPlain });
      }
    }
  });

  it.each([
    "Content-",
    "Content-T",
    "Content-Type",
    "Content-Length",
    "Content-Encoding",
    "Transfer-Encoding",
  ])("are told for all that %s in them is no header, once they are whole", (line) => {
    const head = message("GET / HTTP/1.1", line);
    for (let end = 0; end < head.length; end++) expect(told(head.slice(0, end))).toBeNull();
    expect(told(head)).not.toBeNull();
    expect(told(head)).toEqual(toldAround(bytesOf(head)));
  });

  it("are told up to their bounds", () => {
    const isTold = (...lines: readonly string[]): boolean => told(message(...lines)) !== null;
    const request = (length: number): string => `GET /${"a".repeat(length - 14)} HTTP/1.1`;
    expect([isTold(request(512)), isTold(request(513))]).toEqual([true, false]);
    const headers = (count: number): string[] => Array.from({ length: count }, (_, i) => `x-${i}: ${i}`);
    expect([isTold(request(20), ...headers(100)), isTold(request(20), ...headers(101))]).toEqual([
      true,
      false,
    ]);
    const put = (type: number): string[] => [
      "PUT / HTTP/1.1",
      "Content-Length: 1",
      `Content-Type: ${"a".repeat(type)}`,
    ];
    expect([isTold(...put(128)), isTold(...put(129))]).toEqual([true, false]);
    const rest = 16_384 - message(request(20), "x: ").length;
    const long = (bytes: number): string[] => [request(20), `x: ${"a".repeat(bytes)}`];
    expect([isTold(...long(rest)), isTold(...long(rest + 1))]).toEqual([true, false]);
  });

  it("are left where more is said of their bodies than a type's name, by the one list of types", () => {
    const names = [
      ...READ_MEDIA,
      ...READ_MEDIA.map((name) => `${name}x`),
      "",
      "text",
      "multipart",
      "image/webp",
    ];
    for (const name of names) {
      const found = told(
        message("HTTP/1.1 200 OK", "Content-Length: 1", `Content-Type: ${name.toUpperCase()}`),
      );
      expect({ name, isTold: found !== null }).toEqual({ name, isTold: plainMedia(name) !== null });
    }
  });

  it("tell of no bodies where no types are known", () => {
    const without = teller(loaded());
    const head = (length: number): Uint8Array =>
      bytesOf(message("HTTP/1.1 200 OK", `Content-Length: ${length}`));
    expect(without(head(1))).toBeNull();
    expect(without(head(0))).toEqual(tell(head(0)));
  });
});
