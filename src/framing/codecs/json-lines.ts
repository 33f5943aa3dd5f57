// A JSON text a line, in UTF-8 (jsonlines.org; NDJSON 1.0).

import * as fc from "fast-check";
import type { ByteQueue } from "../byte-queue.ts";
import type { SyncCodec } from "../codec.ts";
import { DelimiterMatcher } from "./delimiter-matcher.ts";
import { DelimiterParser, MAXIMUM_DEFAULT, joined } from "./delimiter.ts";
import { texts } from "../arbitraries/payloads.ts";
import { checkWhole, malformed, overlongPayload, queueDecoder } from "./queue-decoder.ts";
import type { Parser } from "./queue-decoder.ts";

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

export interface JsonLinesOptions {
  /** Most bytes of a line without its ending; 64 KiB by default. */
  readonly maximum?: number;
  /** What a line of white space is: `malformed`, as every line is a value, or passed over, as NDJSON allows. `malformed` by default. */
  readonly blank?: "malformed" | "skip";
  /** What follows a line that is no JSON or too long: the end, or the line behind it. `fail` by default. */
  readonly whenWrong?: "fail" | "skip";
}

const LINE_FEED = Uint8Array.of(0x0a);
const BLANK = /^[ \t\r]*$/;

/** JSON values, a line each. The last line may come without its ending. `encode` throws RangeError for lines beyond the maximum. */
export function jsonLines(options: JsonLinesOptions = {}): SyncCodec<JsonValue> {
  const { maximum = MAXIMUM_DEFAULT, blank = "malformed", whenWrong = "fail" } = options;
  checkWhole("maximum", maximum, 1, 2 ** 31);
  const skips = whenWrong === "skip";
  const matcher = new DelimiterMatcher([LINE_FEED]);
  const limits = { strip: true, maximum, skips, failFast: true, rest: "frame" } as const;
  return {
    name: "JSON lines",
    encode(value) {
      const line = Buffer.from(JSON.stringify(value));
      if (line.length > maximum)
        throw new RangeError(`a line has at most ${maximum} bytes, not ${line.length}`);
      return joined(line, LINE_FEED);
    },
    decoder: () =>
      queueDecoder(
        new JsonLinesParser(new DelimiterParser(matcher, limits), blank),
        skips ? "resumes" : "terminal",
      ),
    frames: jsonValues().filter((value) => Buffer.byteLength(JSON.stringify(value)) <= maximum),
    maxLength: maximum,
    frameOfLength: (length) => (length === 1 ? 1 : "x".repeat(length - 2)),
    tooLong: (length) => joined(overlongPayload(length, maximum, 0x31), LINE_FEED),
    afterError: skips ? "resumes" : "terminal",
    endCompletes: true,
  };
}

function jsonValues(): fc.Arbitrary<JsonValue> {
  // What JSON writes is what it reads: there is no minus zero in it.
  const any = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as JsonValue);
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 2, arbitrary: fc.integer({ min: -20, max: 1000 }) },
    { weight: 3, arbitrary: texts() },
    { weight: 2, arbitrary: any },
  );
}

class JsonLinesParser implements Parser<JsonValue> {
  readonly #lines: DelimiterParser;
  readonly #blank: "malformed" | "skip";
  readonly #utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  constructor(lines: DelimiterParser, blank: "malformed" | "skip") {
    this.#lines = lines;
    this.#blank = blank;
  }

  next(queue: ByteQueue): JsonValue | undefined {
    for (;;) {
      const line = this.#lines.next(queue);
      if (line === undefined) return undefined;
      const value = this.#value(queue, line);
      if (value !== undefined) return value;
    }
  }

  end(queue: ByteQueue): JsonValue | undefined {
    const line = this.#lines.end(queue);
    return line === undefined ? undefined : this.#value(queue, line);
  }

  #value(queue: ByteQueue, line: Uint8Array): JsonValue | undefined {
    let text: string;
    try {
      text = this.#utf8.decode(line);
    } catch {
      throw malformed(queue, 0, "the line is not UTF-8");
    }
    if (this.#blank === "skip" && BLANK.test(text)) return undefined;
    try {
      return JSON.parse(text) as JsonValue;
    } catch {
      throw malformed(queue, 0, "the line is not JSON");
    }
  }
}
