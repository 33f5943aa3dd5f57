// The chunked transfer coding: chunks behind their size in hexadecimal, a last chunk of none, trailers (RFC 9112 section 7.1).

import * as fc from "fast-check";
import type { ByteQueue } from "../byte-queue.ts";
import type { SyncCodec } from "../codec.ts";
import { FrameBuffer } from "./frame-buffer.ts";
import { HttpLines, fieldOf, isFieldText, isToken } from "./http-lines.ts";
import type { HttpField } from "./http-lines.ts";
import { payloads } from "../arbitraries/payloads.ts";
import { checkWhole, incomplete, malformed, queueDecoder, tooLong } from "./queue-decoder.ts";
import type { Parser } from "./queue-decoder.ts";

export interface ChunkedBody {
  readonly data: Uint8Array;
  readonly trailers: readonly HttpField[];
}

export interface ChunkedOptions {
  /** Most bytes of a body, all chunks together; 1 MiB by default. */
  readonly maximum?: number;
  /** Most bytes of a chunk's line with its extensions; 4096 by default (section 7.1.1 wants such a limit). */
  readonly lineMax?: number;
  /** Most bytes of all trailers; 16 KiB by default. */
  readonly trailersMax?: number;
  /** `encode` makes chunks of at most so many bytes; 16 KiB by default. */
  readonly chunkBytes?: number;
}

const CHUNK_LINE =
  /^([0-9A-Fa-f]+)(?:[ \t]*;[ \t]*[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:[ \t]*=[ \t]*(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+|"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*"))?)*$/;
/** Fields that say how a message is framed have no business behind its body (RFC 9110 section 6.5.1). */
const NOT_TRAILERS = new Set(["transfer-encoding", "content-length"]);
const SIZE_DIGITS_MAX = 13;
const CR = 0x0d;
const LF = 0x0a;

/** Chunked bodies, one after the other. Extensions are checked and passed over. */
export function chunkedBody(options: ChunkedOptions = {}): SyncCodec<ChunkedBody> {
  const { maximum = 1 << 20, chunkBytes = 16_384 } = options;
  checkWhole("maximum", maximum, 0, 2 ** 31);
  checkWhole("chunkBytes", chunkBytes, 1, 2 ** 31);
  const trailers = fc.array(
    fc.tuple(fc.constantFrom("X", "Expires", "x-checksum"), fc.constantFrom("", "1", "a: b", "\u00e9")),
    { maxLength: 2 },
  );
  return {
    name: "HTTP chunked body",
    encode(body) {
      if (body.data.length > maximum)
        throw new RangeError(`a body has at most ${maximum} bytes, not ${body.data.length}`);
      return new Uint8Array(Buffer.concat(chunksOf(body, chunkBytes)));
    },
    decoder() {
      const reader = new ChunkedReader(options);
      const parser: Parser<ChunkedBody> = {
        next: (queue) => reader.next(queue) ?? undefined,
        end(queue) {
          if (queue.length > 0 || reader.inside) throw incomplete(queue, "a chunked body");
          return undefined;
        },
      };
      return queueDecoder(parser);
    },
    frames: fc.record({
      data: payloads({ max: Math.min(maximum, 70_000), special: [CR, LF, 0x30] }),
      trailers,
    }),
    maxLength: maximum,
    frameOfLength: (length) => ({ data: new Uint8Array(length), trailers: [] }),
    tooLong: (length) => Buffer.from(`${length.toString(16)}\r\n`),
  };
}

/** The bytes of a chunked body. Throws RangeError for trailers that would be read as something else. */
export function chunksOf({ data, trailers }: ChunkedBody, chunkBytes: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < data.length; at += chunkBytes) {
    const chunk = data.subarray(at, at + chunkBytes);
    parts.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from("\r\n"));
  }
  parts.push(Buffer.from("0\r\n"));
  for (const [name, value] of trailers) {
    if (
      !isToken(name) ||
      !isFieldText(value) ||
      value !== value.trim() ||
      NOT_TRAILERS.has(name.toLowerCase())
    )
      throw new RangeError(`${name}: ${value} is no trailer`);
    parts.push(Buffer.from(`${name}: ${value}\r\n`, "latin1"));
  }
  parts.push(Buffer.from("\r\n"));
  return parts;
}

type State = "size" | "data" | "trailers";

/** Reads one chunked body after the other from the head of a queue. */
export class ChunkedReader {
  readonly #maximum: number;
  readonly #sizes: HttpLines;
  readonly #fields: HttpLines;
  readonly #body = new FrameBuffer();
  #trailers: HttpField[] = [];
  #state: State = "size";
  /** Bytes of the chunk still to come. */
  #left = 0;
  #inside = false;

  constructor(options: ChunkedOptions) {
    this.#maximum = options.maximum ?? 1 << 20;
    this.#sizes = new HttpLines(options.lineMax ?? 4096, "a chunk's line");
    this.#fields = new HttpLines(options.trailersMax ?? 16_384, "the trailers");
  }

  /** Whether a body has begun and not ended. */
  get inside(): boolean {
    return this.#inside;
  }

  /** The next whole body; null when more bytes are wanted. */
  next(queue: ByteQueue): ChunkedBody | null {
    while (queue.length > 0) {
      if (this.#state === "size") {
        const line = this.#sizes.take(queue);
        if (line === null) return null;
        this.#begin(queue, line);
      } else if (this.#state === "data") {
        if (!this.#data(queue)) return null;
      } else {
        const line = this.#fields.take(queue);
        if (line === null) return null;
        if (line === "") return this.#whole();
        this.#trailer(queue, line);
      }
    }
    return null;
  }

  #begin(queue: ByteQueue, line: string): void {
    const match = CHUNK_LINE.exec(line);
    if (match === null) throw malformed(queue, 0, `no chunk size: ${JSON.stringify(line.slice(0, 40))}`);
    const digits = match[1].replace(/^0+/, "");
    const size = digits === "" ? 0 : Number.parseInt(digits, 16);
    if (digits.length > SIZE_DIGITS_MAX || this.#body.length + size > this.#maximum)
      throw tooLong(queue, 0, "a body", this.#maximum);
    this.#sizes.restart();
    this.#inside = true;
    this.#left = size;
    this.#state = size === 0 ? "trailers" : "data";
  }

  /** Takes what there is of a chunk and the CR LF behind it; true when that was all of it. */
  #data(queue: ByteQueue): boolean {
    const count = Math.min(queue.length, this.#left);
    this.#body.append(queue.bytes, queue.head, queue.head + count);
    queue.skip(count);
    this.#left -= count;
    if (this.#left > 0 || queue.length === 0) return false;
    if (queue.at(0) !== CR) throw malformed(queue, 0, "a chunk is longer than its size");
    if (queue.length === 1) return false;
    if (queue.at(1) !== LF) throw malformed(queue, 1, "a chunk is longer than its size");
    queue.skip(2);
    this.#state = "size";
    return true;
  }

  #trailer(queue: ByteQueue, line: string): void {
    const field = fieldOf(queue, line);
    if (NOT_TRAILERS.has(field[0].toLowerCase())) throw malformed(queue, 0, `${field[0]} is no trailer`);
    this.#trailers.push(field);
  }

  #whole(): ChunkedBody {
    const body = { data: this.#body.take(), trailers: this.#trailers };
    this.#trailers = [];
    this.#state = "size";
    this.#inside = false;
    this.#fields.restart();
    return body;
  }
}
