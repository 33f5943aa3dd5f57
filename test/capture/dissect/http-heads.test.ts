// What is read of a message's head, by bytes, against the same told by text.

import * as fc from "fast-check";
import { expect, test } from "vitest";

import { endsAsHttp, readHead } from "../../../src/capture/dissect/http-lines.ts";

const NAMES = [
  "content-encoding",
  "content-length",
  "content-type",
  "host",
  "sec-websocket-extensions",
  "transfer-encoding",
  "upgrade",
];

/** The same by text: of several with one name the last. */
function byText(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(0, colon)).trim().toLowerCase();
    if (colon > 0 && NAMES.includes(name)) headers[name] = line.slice(colon + 1).trim();
  }
  return headers;
}

const mixedCase = fc
  .tuple(fc.constantFrom(...NAMES, "Accept", "hosts", "content", "x"), fc.array(fc.boolean()))
  .map(([name, upper]) => name.replaceAll(/./g, (char, i: number) => (upper[i] ? char.toUpperCase() : char)));
const blanks = fc.string({ unit: fc.constantFrom(" ", "\t", "\r", "\f"), maxLength: 2 });
const line = fc.oneof(
  fc.tuple(blanks, mixedCase, blanks, blanks, fc.string({ maxLength: 12 })).map(
    // A carriage return last is the line's end.
    ([before, name, behind, into, value]) => `${before}${name}${behind}:${into}${value}`.replace(/\r+$/, ""),
  ),
  fc.string({ maxLength: 20 }),
);

test("headers read by their bytes are what their lines' text says", () => {
  fc.assert(
    fc.property(fc.array(line.filter((text) => text !== "" && !text.includes("\n"))), (lines) => {
      const text = `GET / HTTP/1.1\r\n${lines.map((one) => `${one}\r\n`).join("")}\r\n`;
      const bytes = Uint8Array.from(Buffer.from(`--${text}body`, "latin1"));
      const head = readHead(bytes, 2, bytes.length);
      expect(head.headers).toEqual(byText(lines));
      expect(head).toMatchObject({ isWhole: true, end: 2 + text.length, method: "GET", target: "/" });
    }),
  );
});

test("of headers with one name the last counts, and one without a name is none", () => {
  const bytes = Buffer.from(
    "HTTP/1.1 200 OK\r\nHost: one\r\nHOST : two \r\n: three\r\nhost\r\n\r\n",
    "latin1",
  );
  expect(readHead(Uint8Array.from(bytes), 0, bytes.length).headers).toEqual({ host: "two" });
});

test("a line ends as HTTP's first ones do with a blank, the word and a version of one digit", () => {
  const ends = (text: string): boolean => {
    const bytes = Uint8Array.from(Buffer.from(`ab${text}`, "latin1"));
    return endsAsHttp(bytes, 2, bytes.length);
  };
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.constantFrom(" ", "H", "T", "P", "/", "1", ".", "0", "\r", "\n", " HTTP/1."),
        maxLength: 14,
      }),
      (text) => {
        const [first, rest] = text.split("\n", 2);
        expect(ends(text)).toBe(rest !== undefined && / HTTP\/1\.\d$/.test(first.replace(/\r$/, "")));
      },
    ),
  );
  expect(ends("/index.html HTTP/1.1\r\n")).toBe(true);
  expect(ends(" HTTP/1.1\n")).toBe(true);
  expect(ends("HTTP/1.1\n")).toBe(false);
  expect(ends(" HTTP/1.x\n")).toBe(false);
  expect(ends(" HTTP/1.1")).toBe(false);
});
