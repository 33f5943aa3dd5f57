// Lines of UTF-8 text, ended by LF, CR LF, or any of LF, CR LF and CR.

import type { ByteQueue } from "../byte-queue.ts";
import type { SyncCodec } from "../codec.ts";
import { DelimiterMatcher } from "./delimiter-matcher.ts";
import { DelimiterParser, MAXIMUM_DEFAULT, joined } from "./delimiter.ts";
import { texts } from "../arbitraries/payloads.ts";
import { checkWhole, malformed, overlongPayload, queueDecoder } from "./queue-decoder.ts";
import type { Parser } from "./queue-decoder.ts";

export interface LinesOptions {
  /**
   * What ends a line. `lf`: LF, and a CR before it belongs to the ending (most tools). `crlf`: CR LF only (SMTP, RFC 5321 section 2.3.8).
   * `any`: LF, CR LF or a lone CR (event streams); the CR ends the line at once and an LF behind it is dropped. `lf` by default.
   */
  readonly ending?: "lf" | "crlf" | "any";
  /** Most bytes of a line without its ending; 64 KiB by default. */
  readonly maximum?: number;
  /** What follows a line that is too long or not UTF-8: the end, or the line behind it. `fail` by default. */
  readonly whenWrong?: "fail" | "skip";
  /** With `skip`: whether a line that is too long is an error at once, or when its ending has come. True by default. */
  readonly failFast?: boolean;
  /** What bytes behind the last ending are when the stream ends: a line or an error. `line` by default. */
  readonly rest?: "line" | "incomplete";
}

const ENDINGS = {
  lf: ["\n", "\r\n"],
  crlf: ["\r\n"],
  any: ["\n", "\r\n", "\r"],
} as const;

const LONE_SURROGATE = /\p{Surrogate}/u;

/** Lines as strings, without their endings. `encode` throws RangeError for text that would be read as something else. */
export function lines(options: LinesOptions = {}): SyncCodec<string> {
  const {
    ending = "lf",
    maximum = MAXIMUM_DEFAULT,
    whenWrong = "fail",
    failFast = true,
    rest = "line",
  } = options;
  checkWhole("maximum", maximum, 0, 2 ** 31);
  const skips = whenWrong === "skip";
  const endings = ENDINGS[ending].map((text) => Buffer.from(text));
  const matcher = new DelimiterMatcher(endings);
  const limits = {
    strip: true,
    maximum,
    skips,
    failFast: failFast || !skips,
    rest: rest === "line" ? "frame" : "incomplete",
    swallowsLineFeed: ending === "any",
  } as const;
  const encodable = (text: string): boolean => {
    const bytes = Buffer.from(text);
    return (
      bytes.length <= maximum &&
      !LONE_SURROGATE.test(text) &&
      matcher.endsOnlyWith(joined(bytes, endings[0]), endings[0])
    );
  };
  return {
    name: `lines, ${ending}`,
    encode(text) {
      if (!encodable(text))
        throw new RangeError("the line holds an ending, is too long, or is no text that UTF-8 can say");
      return joined(Buffer.from(text), endings[0]);
    },
    decoder: () =>
      queueDecoder(new LinesParser(new DelimiterParser(matcher, limits)), skips ? "resumes" : "terminal"),
    frames: texts().filter(encodable),
    maxLength: maximum,
    frameOfLength: (length) => "x".repeat(length),
    tooLong: (length) => joined(overlongPayload(length, maximum, 0x78), endings[0]),
    afterError: skips ? "resumes" : "terminal",
    endCompletes: rest === "line",
  };
}

class LinesParser implements Parser<string> {
  readonly #lines: DelimiterParser;
  // The decoder works on whole lines only; a byte order mark is text like any other (RFC 3629 section 6).
  readonly #utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  constructor(lines: DelimiterParser) {
    this.#lines = lines;
  }

  next(queue: ByteQueue): string | undefined {
    return this.#text(queue, this.#lines.next(queue));
  }

  end(queue: ByteQueue): string | undefined {
    return this.#text(queue, this.#lines.end(queue));
  }

  #text(queue: ByteQueue, line: Uint8Array | undefined): string | undefined {
    if (line === undefined) return undefined;
    try {
      return this.#utf8.decode(line);
    } catch {
      throw malformed(queue, 0, "the line is not UTF-8");
    }
  }
}
