// HTTP/1.1 messages, one after the other on a connection (RFC 9112): start line, fields, and a body framed by Content-Length, chunks or
// the end. Anything two receivers might frame differently is refused.

import * as fc from "fast-check";
import type { ByteQueue } from "../byte-queue.ts";
import type { SyncCodec } from "../codec.ts";
import { sameValue } from "../same.ts";
import { ChunkedReader } from "./http-chunked.ts";
import { HttpLines, fieldOf } from "./http-lines.ts";
import type { HttpField } from "./http-lines.ts";
import { bodyEnd, checkHost, messageBytes, persists, requestLine, statusLine } from "./http-message.ts";
import type { BodyEnd, HttpHead, HttpRequest, HttpResponse } from "./http-message.ts";
import { payloads } from "../arbitraries/payloads.ts";
import { checkWhole, incomplete, malformed, queueDecoder, tooLong } from "./queue-decoder.ts";
import type { Parser } from "./queue-decoder.ts";

export interface HttpOptions {
  /** Most bytes of a body; 1 MiB by default. */
  readonly maximum?: number;
  /** Most bytes of the start line and the fields, and of the trailers; 16 KiB by default. */
  readonly headMax?: number;
  /** `encode` makes chunks of at most so many bytes; 16 KiB by default. */
  readonly chunkBytes?: number;
  /** For requests: whether one without Host is refused (section 3.2). True by default. */
  readonly requireHost?: boolean;
  /** For responses: the method of the requests they answer, on which their bodies depend (section 6.3). GET by default. */
  readonly requestMethod?: string;
}

interface Limits {
  readonly maximum: number;
  readonly headMax: number;
  readonly chunkBytes: number;
  readonly requireHost: boolean;
  readonly requestMethod: string;
}

/** Requests. `encode` throws RangeError for a message that would be read as another. */
export function httpRequests(options: HttpOptions = {}): SyncCodec<HttpRequest> {
  return messages<HttpRequest>("HTTP/1.1 requests", options, true, requests(options), (length) => ({
    method: "POST",
    target: "/",
    version: "1.1",
    headers: [
      ["Host", "a"],
      ["Content-Length", `${length}`],
    ],
    body: new Uint8Array(length),
    trailers: [],
  }));
}

/** Responses. One without a length ends with the connection; its end completes it. */
export function httpResponses(options: HttpOptions = {}): SyncCodec<HttpResponse> {
  return messages<HttpResponse>("HTTP/1.1 responses", options, false, responses(options), (length) => ({
    status: 200,
    reason: "OK",
    version: "1.1",
    headers: [["Content-Length", `${length}`]],
    body: new Uint8Array(length),
    trailers: [],
  }));
}

function messages<F extends HttpRequest | HttpResponse>(
  name: string,
  options: HttpOptions,
  isRequest: boolean,
  frames: fc.Arbitrary<F>,
  frameOfLength: (length: number) => F,
): SyncCodec<F> {
  const limits: Limits = {
    maximum: options.maximum ?? 1 << 20,
    headMax: options.headMax ?? 16_384,
    chunkBytes: options.chunkBytes ?? 16_384,
    requireHost: isRequest && options.requireHost !== false,
    requestMethod: options.requestMethod ?? "GET",
  };
  checkWhole("maximum", limits.maximum, 0, 2 ** 31);
  checkWhole("headMax", limits.headMax, 64, 2 ** 31);
  checkWhole("chunkBytes", limits.chunkBytes, 1, 2 ** 31);
  const parser = (): HttpParser<F> => new HttpParser<F>(isRequest, limits);
  return {
    name,
    encode(message) {
      const bytes = messageBytes(message, limits.chunkBytes, limits.requestMethod);
      if (!readsAs(bytes, parser(), message))
        throw new RangeError("the message would be read as another one");
      return bytes;
    },
    decoder: () => queueDecoder(parser()),
    frames,
    ...(limits.requestMethod === "HEAD" ? {} : { maxLength: limits.maximum, frameOfLength }),
    tooLong: (length) => {
      const message = frameOfLength(0);
      return messageBytes(
        { ...message, headers: withLength(message.headers, length) },
        1,
        limits.requestMethod,
      );
    },
  };
}

function withLength(headers: readonly HttpField[], length: number): HttpField[] {
  return headers.map(([name, value]) => [name, name === "Content-Length" ? `${length}` : value]);
}

/** A header injected through a value, a body with a length of its own: what is written has to be read as what was meant. */
function readsAs<F extends HttpRequest | HttpResponse>(
  bytes: Uint8Array,
  parser: HttpParser<F>,
  message: F,
): boolean {
  const decoder = queueDecoder(parser);
  try {
    const read = [...decoder.push(bytes), ...(decoder.end?.() ?? [])];
    return read.length === 1 && sameValue(read[0], message);
  } catch {
    return false;
  }
}

type State = "start" | "fields" | "length" | "chunks" | "close" | "closed" | "switched";

class HttpParser<F extends HttpRequest | HttpResponse> implements Parser<F> {
  readonly #isRequest: boolean;
  readonly #limits: Limits;
  readonly #lines: HttpLines;
  #chunks: ChunkedReader | null = null;
  #state: State = "start";
  #head: HttpHead | null = null;
  #headers: HttpField[] = [];
  #length = 0;

  constructor(isRequest: boolean, limits: Limits) {
    this.#isRequest = isRequest;
    this.#limits = limits;
    this.#lines = new HttpLines(limits.headMax, "a head");
  }

  next(queue: ByteQueue): F | undefined {
    for (;;) {
      switch (this.#state) {
        case "start":
        case "fields": {
          const line = queue.length === 0 ? null : this.#lines.take(queue);
          if (line === null) return undefined;
          const message = this.#line(queue, line);
          if (message !== undefined) return message;
          break;
        }
        case "length":
          return queue.length < this.#length ? undefined : this.#whole(queue.take(this.#length), []);
        case "chunks": {
          const body = this.#chunks?.next(queue) ?? null;
          return body === null ? undefined : this.#whole(body.data, body.trailers);
        }
        case "close":
          if (queue.length > this.#limits.maximum)
            throw tooLong(queue, this.#limits.maximum, "a body", this.#limits.maximum);
          return undefined;
        case "closed":
          return this.#afterClose(queue);
        case "switched":
          if (queue.length > 0) throw malformed(queue, 0, "the connection has switched to another protocol");
          return undefined;
      }
    }
  }

  end(queue: ByteQueue): F | undefined {
    if (this.#state === "close") return this.#whole(queue.take(queue.length), []);
    if (this.#state === "closed" || this.#state === "switched") return undefined;
    if (this.#head !== null || queue.length > 0) throw incomplete(queue, "a message");
    return undefined;
  }

  #line(queue: ByteQueue, line: string): F | undefined {
    if (this.#state === "start") {
      // Section 2.2: an empty line in front of a message is passed over.
      if (line === "") return undefined;
      this.#head = this.#isRequest ? requestLine(queue, line) : statusLine(queue, line);
      this.#state = "fields";
      return undefined;
    }
    if (line !== "") {
      this.#headers.push(fieldOf(queue, line));
      return undefined;
    }
    const head = this.#head as HttpHead;
    if (this.#limits.requireHost) checkHost(queue, head, this.#headers);
    return this.#begin(queue, bodyEnd(queue, head, this.#headers, this.#limits.requestMethod));
  }

  #begin(queue: ByteQueue, end: BodyEnd): F | undefined {
    const { maximum, headMax } = this.#limits;
    if (end.by === "length") {
      if (end.length > maximum) throw tooLong(queue, 0, "a body", maximum);
      if (end.length === 0) return this.#whole(new Uint8Array(), []);
      this.#length = end.length;
      this.#state = "length";
    } else if (end.by === "chunks") {
      this.#chunks ??= new ChunkedReader({ maximum, trailersMax: headMax });
      this.#state = "chunks";
    } else if (end.by === "close") this.#state = "close";
    else {
      const message = this.#whole(new Uint8Array(), []);
      this.#state = "switched";
      return message;
    }
    return undefined;
  }

  #whole(body: Uint8Array, trailers: readonly HttpField[]): F {
    const head = this.#head as HttpHead;
    const message = { ...head, headers: this.#headers, body, trailers } as unknown as F;
    // Section 9.6: nothing that follows `close` is a message of this connection.
    this.#state = this.#state === "close" || !this.#continues(head) ? "closed" : "start";
    this.#head = null;
    this.#headers = [];
    this.#lines.restart();
    return message;
  }

  /** An interim response has no say about the connection: the final one is still to come. */
  #continues(head: HttpHead): boolean {
    return ("status" in head && head.status < 200) || persists(head, this.#headers);
  }

  #afterClose(queue: ByteQueue): undefined {
    while (queue.length > 0) {
      const byte = queue.at(0);
      if (byte !== 0x0d && byte !== 0x0a)
        throw malformed(queue, 0, "bytes behind a message that closes the connection");
      queue.skip(1);
    }
    return undefined;
  }
}

interface Framed {
  readonly headers: readonly HttpField[];
  readonly body: Uint8Array;
  readonly trailers: readonly HttpField[];
}

function framed(maximum: number): fc.Arbitrary<Framed> {
  const bodies = payloads({ max: Math.min(maximum, 70_000), special: [0x0d, 0x0a, 0x30, 0x48] });
  const fields = fc.array(
    fc.constantFrom<HttpField>(
      ["Accept", "*/*"],
      ["X", ""],
      ["x-folded", "a, b"],
      ["Cookie", "\u00e9=1"],
      ["Via", "1.1 a:80"],
    ),
    { maxLength: 2 },
  );
  const trailers = fc.array(fc.constantFrom<HttpField>(["Expires", "0"], ["X", ""]), { maxLength: 1 });
  return fc.oneof(
    { withCrossShrink: true },
    fc.tuple(fields, bodies).map(([headers, body]) => ({
      headers: [...headers, ["Content-Length", `${body.length}`] as const],
      body,
      trailers: [],
    })),
    fc.tuple(fields, bodies, trailers).map(([headers, body, behind]) => ({
      headers: [["Transfer-Encoding", "chunked"] as const, ...headers],
      body,
      trailers: behind,
    })),
  );
}

function requests({ maximum = 1 << 20 }: HttpOptions): fc.Arbitrary<HttpRequest> {
  const start = fc.record({
    method: fc.constantFrom("GET", "POST", "PUT", "M-SEARCH"),
    target: fc.constantFrom("/", "*", "/a?b=c", "http://a/"),
  });
  const host: HttpField = ["Host", "a"];
  return fc.oneof(
    { withCrossShrink: true },
    start.map((line) => ({
      ...line,
      version: "1.1" as const,
      headers: [host],
      body: new Uint8Array(),
      trailers: [],
    })),
    fc.tuple(start, framed(maximum)).map(([line, rest]) => ({
      ...line,
      version: "1.1" as const,
      ...rest,
      headers: [host, ...rest.headers],
    })),
  );
}

function responses({ maximum = 1 << 20, requestMethod = "GET" }: HttpOptions): fc.Arbitrary<HttpResponse> {
  const none = { version: "1.1" as const, body: new Uint8Array(), trailers: [] };
  const bodiless = fc
    .constantFrom<readonly [number, string]>([204, "No Content"], [100, ""], [304, "Not Modified"])
    .map(([status, reason]): HttpResponse => ({ status, reason, ...none, headers: [] }));
  if (requestMethod === "HEAD")
    return fc
      .constantFrom<HttpField>(["Content-Length", "5"], ["Transfer-Encoding", "chunked"])
      .map((field) => ({ status: 200, reason: "OK", ...none, headers: [field] }));
  const start = fc.record({
    status: fc.constantFrom(200, 404, 503),
    reason: fc.constantFrom("OK", "", "a b", "\u00e9"),
  });
  return fc.oneof(
    { withCrossShrink: true },
    bodiless,
    fc.tuple(start, framed(maximum)).map(([line, rest]) => ({ ...line, version: "1.1" as const, ...rest })),
  );
}
