// What an HTTP/1.1 message says, how it is written, and how long its body is (RFC 9112 sections 3, 4, 6 and 9).

import type { ByteQueue } from "../byte-queue.ts";
import { chunksOf } from "./http-chunked.ts";
import { isFieldText, isToken, listOf, valuesOf } from "./http-lines.ts";
import type { HttpField } from "./http-lines.ts";
import { malformed } from "./queue-decoder.ts";

interface HttpMessageParts {
  readonly version: "1.0" | "1.1";
  readonly headers: readonly HttpField[];
  /** Without the chunked coding; other transfer codings are still on it. */
  readonly body: Uint8Array;
  /** Only behind a chunked body. */
  readonly trailers: readonly HttpField[];
}

export interface HttpRequest extends HttpMessageParts {
  readonly method: string;
  readonly target: string;
}

export interface HttpResponse extends HttpMessageParts {
  readonly status: number;
  readonly reason: string;
}

export type HttpHead =
  | Pick<HttpRequest, "method" | "target" | "version">
  | Pick<HttpResponse, "status" | "reason" | "version">;

/** How the body ends (RFC 9112 section 6.3): `length` bytes, the last chunk, the end of the connection; or what follows is no HTTP at all. */
export type BodyEnd =
  | { readonly by: "length"; readonly length: number }
  | { readonly by: "chunks" }
  | { readonly by: "close" }
  | { readonly by: "switch" };

const REQUEST_LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([\x21-\x7e]+) HTTP\/(1\.[01])$/;
const STATUS_LINE = /^HTTP\/(1\.[01]) ([1-9]\d\d) ([\t\x20-\x7e\x80-\xff]*)$/;
const DIGITS = /^\d+$/;

export function requestLine(queue: ByteQueue, line: string): HttpHead {
  const match = REQUEST_LINE.exec(line);
  if (match === null) throw malformed(queue, 0, `no request line: ${JSON.stringify(line.slice(0, 60))}`);
  return { method: match[1], target: match[2], version: match[3] as "1.0" | "1.1" };
}

export function statusLine(queue: ByteQueue, line: string): HttpHead {
  const match = STATUS_LINE.exec(line);
  if (match === null) throw malformed(queue, 0, `no status line: ${JSON.stringify(line.slice(0, 60))}`);
  return { status: Number(match[2]), reason: match[3], version: match[1] as "1.0" | "1.1" };
}

/** Section 3.2: a request of HTTP/1.1 has one Host. */
export function checkHost(queue: ByteQueue, head: HttpHead, headers: readonly HttpField[]): void {
  const hosts = valuesOf(headers, "host").length;
  if (hosts > 1 || (hosts === 0 && head.version === "1.1"))
    throw malformed(queue, 0, `a request with ${hosts} Host fields`);
}

/**
 * Section 6.3. What could be read in two ways is refused: both Content-Length and Transfer-Encoding, either of them twice and in
 * disagreement, chunked not last in a request, Transfer-Encoding in HTTP/1.0. `method` is that of the request a response answers.
 */
export function bodyEnd(
  queue: ByteQueue,
  head: HttpHead,
  headers: readonly HttpField[],
  method: string,
): BodyEnd {
  const isResponse = "status" in head;
  if (isResponse) {
    const { status } = head;
    if (status === 101 || (method === "CONNECT" && status >= 200 && status < 300)) return { by: "switch" };
    if (isBodiless(status, method)) return { by: "length", length: 0 };
  }
  const lengths = valuesOf(headers, "content-length");
  if (valuesOf(headers, "transfer-encoding").length > 0) {
    if (lengths.length > 0) throw malformed(queue, 0, "both Content-Length and Transfer-Encoding");
    if (head.version === "1.0") throw malformed(queue, 0, "Transfer-Encoding in HTTP/1.0");
    const codings = listOf(headers, "transfer-encoding");
    const chunked = codings.indexOf("chunked");
    if (chunked !== -1 && chunked === codings.length - 1) return { by: "chunks" };
    if (!isResponse || codings.length === 0)
      throw malformed(queue, 0, "Transfer-Encoding does not end with chunked");
    return { by: "close" };
  }
  if (lengths.length > 1) throw malformed(queue, 0, "more than one Content-Length");
  if (lengths.length === 1) {
    if (!DIGITS.test(lengths[0]))
      throw malformed(queue, 0, `no Content-Length: ${JSON.stringify(lengths[0].slice(0, 40))}`);
    return { by: "length", length: Number(lengths[0]) };
  }
  return isResponse ? { by: "close" } : { by: "length", length: 0 };
}

/** Section 6.3, rule 1: whatever the fields say. */
function isBodiless(status: number, method: string): boolean {
  return method === "HEAD" || status < 200 || status === 204 || status === 304;
}

/** Section 9.3: whether another message may follow on the connection. */
export function persists(head: HttpHead, headers: readonly HttpField[]): boolean {
  const options = listOf(headers, "connection");
  return !options.includes("close") && (head.version === "1.1" || options.includes("keep-alive"));
}

/** The bytes of a message as its header fields frame it. Throws RangeError for what has no place in a line. */
export function messageBytes(
  message: HttpRequest | HttpResponse,
  chunkBytes: number,
  method: string,
): Uint8Array {
  const { version, headers, body, trailers } = message;
  const start =
    "method" in message
      ? `${message.method} ${message.target} HTTP/${version}`
      : `HTTP/${version} ${message.status} ${message.reason}`;
  if (!isFieldText(start)) throw new RangeError("a control character in the start line");
  const lines = [start];
  for (const [name, value] of headers) {
    if (!isToken(name) || !isFieldText(value)) throw new RangeError(`${name}: ${value} is no field`);
    lines.push(`${name}: ${value}`);
  }
  const head = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
  if ("status" in message && isBodiless(message.status, method)) return new Uint8Array(head);
  const chunked = listOf(headers, "transfer-encoding").at(-1) === "chunked";
  if (!chunked && trailers.length > 0) throw new RangeError("trailers need a chunked body");
  const parts = chunked ? chunksOf({ data: body, trailers }, chunkBytes) : [body];
  return new Uint8Array(Buffer.concat([head, ...parts]));
}
