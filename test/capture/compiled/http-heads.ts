// Heads of HTTP/1 messages at random: as nearly all are, and near those.

import * as fc from "fast-check";

import { READ_MEDIA } from "../../../src/capture/dissect/media.ts";

export function message(...lines: readonly string[]): string {
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** A text with some of its letters the other size. */
function otherCase(text: string): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant(text) },
    { weight: 1, arbitrary: fc.mixedCase(fc.constant(text)) },
  );
}

const sign = fc.integer({ min: 0x20, max: 0x7e }).map((byte) => String.fromCharCode(byte));
export const text = (maxLength: number): fc.Arbitrary<string> => fc.string({ unit: sign, maxLength });
const target = text(40).map((some) => `/${some.replaceAll(" ", "")}`);
const plainRequest = fc
  .tuple(
    fc.constantFrom("GET", "GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"),
    target,
    fc.constantFrom(0, 1, 1),
  )
  .map(([method, to, version]) => `${method} ${to} HTTP/1.${version}`);
const plainStatus = fc
  .tuple(fc.constantFrom(0, 1, 1), fc.constantFrom(200, 206, 201, 301, 404, 418, 500, 599), text(20))
  .map(([version, status, reason]) => `HTTP/1.${version} ${status} ${reason}`);

const blanks = fc.constantFrom("", " ", " ", " ", "   ");
const plainType = fc
  .tuple(
    fc
      .constantFrom("image/webp", "video/mp4", "application/pdf", "", "application/octet-stream", "a/b_c[]^@")
      .chain(otherCase),
    fc.constantFrom("", ";", "; charset=utf-8", " ; q=1"),
  )
  .map(([type, parameters]) => `${type}${parameters}`);
const plainLength = fc.oneof(
  fc.integer({ min: 0, max: 30 }).map(String),
  fc.integer({ min: 0, max: 999_999_999 }).map(String),
  fc.constantFrom("0", "000", "007"),
);

/** A header with its name in any case and blanks around its value. */
function header(name: string, value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(otherCase(name), blanks, value, blanks)
    .map(([own, before, what, behind]) => `${own}:${before}${what}${behind}`);
}

const OTHER_NAMES =
  "Host Connection Cache-Control Content-Language Content-Types Content- Cookie Transfer Transfer-Encodings TE User-Agent Up";
const otherHeader = fc.constantFrom(...OTHER_NAMES.split(" ")).chain((name) => header(name, text(30)));
/** Headers that only look like others. */
const noHeader = fc.constantFrom(
  "Content-Length",
  "Content-Length5",
  "content-type",
  "Content-Type-x: a/b",
  "Transfer-Encoding",
  "transfer-encoding=chunked",
  "Upgrade",
  "xContent-Length: 9",
  "x: Content-Length: 9",
  ":",
  ":Content-Length: 7",
);
const plainHeaders = fc.array(fc.oneof(otherHeader, otherHeader, noHeader), { maxLength: 8 });

function shuffled(lines: readonly string[]): fc.Arbitrary<string[]> {
  return fc.shuffledSubarray([...lines], { minLength: lines.length, maxLength: lines.length });
}

/** Heads as nearly all are, which are to be told. */
export const plainHead = fc
  .tuple(
    plainRequest,
    plainStatus,
    fc.boolean(),
    fc.boolean(),
    fc.boolean(),
    header("Content-Length", plainLength),
    header("Content-Type", plainType),
    plainHeaders,
  )
  .chain(([request, status, isResponse, hasLength, hasType, length, type, others]) => {
    const lines = [...others, ...(isResponse || hasLength ? [length] : []), ...(hasType ? [type] : [])];
    return shuffled(lines).map((all) => message(isResponse ? status : request, ...all));
  });

const oddFirstLine = fc.oneof(
  fc.constantFrom(
    "HEAD / HTTP/1.1",
    "CONNECT a:443 HTTP/1.1",
    "NOTIFY * HTTP/1.1",
    "get / HTTP/1.1",
    "GET  / HTTP/1.1",
    "GET / HTTP/1.1 ",
    "GET / HTTP/2.0",
    "GET /",
    "GET HTTP/1.1",
    "GET / HTTP/1.x",
    "POSTS / HTTP/1.1",
    "DELETED / HTTP/1.1",
    "PATCHY / HTTP/1.1",
    "HTTP/1.1 200",
    "HTTP/1.1 200OK",
    "HTTP/1.1 20 OK now",
    "HTTP/1.1 2000 OK",
    "HTTP/1.1  200 OK",
    "HTTP/1.2 200 OK",
    "HTTP/2 200 OK or so",
    "HTTP/1.1 100 Continue",
    "HTTP/1.1 101 Switching Protocols",
    "HTTP/1.1 204 No Content",
    "HTTP/1.1 304 Not Modified",
    "HTTP/1.1 000 OK",
    "HTTP/1.1 2x0 OK",
    "HTTP/1.1 :00 OK",
    "",
  ),
  text(60),
);
const oddHeader = fc.oneof(
  header("Transfer-Encoding", fc.constantFrom("chunked", "Chunked", "gzip, chunked", "identity", "")),
  header("Content-Encoding", fc.constantFrom("gzip", "identity", "")),
  header(
    "Content-Length",
    fc.constantFrom("", "+5", "-1", "5, 5", "1e3", "0x10", "9".repeat(12), "1".repeat(20), "5 5"),
  ),
  header(
    "Content-Type",
    fc.constantFrom(
      ...READ_MEDIA,
      "multipart/mixed; boundary=x",
      "text/plain",
      "TEXT/html ;q",
      "text",
      "a ;b; c",
    ),
  ),
  header("Upgrade", fc.constantFrom("websocket", "h2c", "")),
  fc
    .tuple(
      fc.constantFrom("Content-Length", "Content-Type", "Transfer-Encoding", "Content-Encoding", "Upgrade"),
      fc.constantFrom(" :", "\t:", "  : ", " ", "\x0b:", "\0:", "\xa0:", ":\t", ":\xa0", "-:"),
      fc.constantFrom("5", "chunked", "gzip", "image/webp", "5\t", "5\0", "5\xa0", "im\xe4ge"),
    )
    .map((parts) => parts.join("")),
  fc
    .tuple(fc.constantFrom(" ", "\t", "\x0c", "\xa0"), header("Content-Length", plainLength))
    .map((parts) => parts.join("")),
  fc.string({ unit: "binary-ascii", maxLength: 20 }),
);
const lineBreak = fc.oneof(
  { weight: 40, arbitrary: fc.constant("\r\n") },
  { weight: 1, arbitrary: fc.constantFrom("\n", "\r", "\r\r\n", "\n\r", "\r\n\r\n", "") },
);

/** Heads near plain ones, with bytes behind them. */
export const nearHead = fc
  .tuple(
    fc.oneof(
      { weight: 4, arbitrary: plainRequest },
      { weight: 4, arbitrary: plainStatus },
      { weight: 1, arbitrary: oddFirstLine },
    ),
    fc.array(
      fc.oneof(
        { weight: 6, arbitrary: header("Content-Length", plainLength) },
        { weight: 6, arbitrary: header("Content-Type", plainType) },
        { weight: 6, arbitrary: fc.oneof(otherHeader, noHeader) },
        { weight: 3, arbitrary: oddHeader },
      ),
      { maxLength: 5 },
    ),
    fc.array(lineBreak, { minLength: 7, maxLength: 7 }),
    text(20),
  )
  .map(([first, headers, breaks, body]) => {
    const lines = [first, ...headers, ""];
    return `${lines.map((line, i) => `${line}${breaks[i]}`).join("")}${body}`;
  });

/** Bytes put elsewhere than they were. */
export const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 3 });
