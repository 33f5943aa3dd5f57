// Frames that end with a delimiter: any bytes, several of them, and a limit that either ends the stream or drops the frame.

import type { ByteQueue } from "../byte-queue.ts";
import type { SyncCodec } from "../codec.ts";
import { DelimiterMatcher } from "./delimiter-matcher.ts";
import { payloads } from "../arbitraries/payloads.ts";
import { checkWhole, incomplete, overlongPayload, queueDecoder, tooLong } from "./queue-decoder.ts";
import type { Parser } from "./queue-decoder.ts";

export interface DelimiterOptions {
  /** What ends a frame; `encode` writes the first. 1 to 64 delimiters of 1 to 256 bytes. */
  readonly delimiters: readonly Uint8Array[];
  /** Whether the delimiter is taken off; true by default. */
  readonly strip?: boolean;
  /** Most bytes in front of the delimiter; 64 KiB by default. */
  readonly maximum?: number;
  /** What follows a frame that is too long: the end, or the frame behind it. `fail` by default. */
  readonly whenTooLong?: "fail" | "skip";
  /** With `skip`: whether the error comes at once, or with the delimiter. True by default. */
  readonly failFast?: boolean;
  /** What bytes behind the last delimiter are when the stream ends: an error or a frame. `incomplete` by default. */
  readonly rest?: "incomplete" | "frame";
}

export const MAXIMUM_DEFAULT = 65_536;

/**
 * Delimited frames. The delimiter that ends first ends the frame, and of those that end together the longest; netty's
 * DelimiterBasedFrameDecoder lets the chunks decide. Throws RangeError for options that make no sense; `encode` for frames with a
 * delimiter inside, or that are too long.
 */
export function delimited(options: DelimiterOptions): SyncCodec<Uint8Array> {
  const {
    delimiters,
    strip = true,
    maximum = MAXIMUM_DEFAULT,
    whenTooLong = "fail",
    failFast = true,
    rest,
  } = options;
  checkWhole("the number of delimiters", delimiters.length, 1, 64);
  for (const delimiter of delimiters) checkWhole("the length of a delimiter", delimiter.length, 1, 256);
  checkWhole("maximum", maximum, 0, 2 ** 31);
  const skips = whenTooLong === "skip";
  const matcher = new DelimiterMatcher(delimiters);
  const limits: DelimiterLimits = {
    strip,
    maximum,
    skips,
    failFast: failFast || !skips,
    rest: rest ?? "incomplete",
  };
  const first = delimiters[0];
  const encode = (frame: Uint8Array): Uint8Array => {
    const length = strip ? frame.length : frame.length - first.length;
    if (length > maximum) throw new RangeError(`a frame has at most ${maximum} bytes, not ${length}`);
    const bytes = strip ? joined(frame, first) : frame.slice();
    if (!matcher.endsOnlyWith(bytes, first))
      throw new RangeError("the frame holds a delimiter, or makes one with its end");
    return bytes;
  };
  const special = [...new Set(delimiters.flatMap((delimiter) => [...delimiter]))];
  const bodies = payloads({ max: maximum, special }).filter((bytes) =>
    matcher.endsOnlyWith(joined(bytes, first), first),
  );
  const filler = matcher.byteInNone();
  return {
    name: `delimiter ${delimiters.map((bytes) => Buffer.from(bytes).toString("hex")).join(" or ")}${strip ? "" : ", kept"}`,
    encode,
    decoder: () => queueDecoder(new DelimiterParser(matcher, limits), skips ? "resumes" : "terminal"),
    frames: strip ? bodies : bodies.map((bytes) => joined(bytes, first)),
    maxLength: maximum,
    frameOfLength: (length) => {
      const frame = new Uint8Array(length).fill(filler);
      return strip ? frame : joined(frame, first);
    },
    tooLong: (length) => joined(overlongPayload(length, maximum, filler), first),
    afterError: skips ? "resumes" : "terminal",
    // Every byte string shorter than the maximum is frames and a rest.
    acceptsAnything: true,
    endCompletes: rest === "frame",
  };
}

export function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}

export interface DelimiterLimits {
  readonly strip: boolean;
  readonly maximum: number;
  readonly skips: boolean;
  readonly failFast: boolean;
  readonly rest: "incomplete" | "frame";
  /** A line feed right behind a frame that ended with a carriage return belongs to it. */
  readonly swallowsLineFeed?: boolean;
}

const CR = 0x0d;
const LF = 0x0a;

/** Looks at each byte once, whatever the chunks and however the delimiters overlap. */
export class DelimiterParser implements Parser<Uint8Array> {
  readonly #matcher: DelimiterMatcher;
  readonly #limits: DelimiterLimits;
  /** Bytes at the head that the matcher has seen, and where it is. */
  #seen = 0;
  #state = 0;
  #skipping = false;
  #afterReturn = false;

  constructor(matcher: DelimiterMatcher, limits: DelimiterLimits) {
    this.#matcher = matcher;
    this.#limits = limits;
  }

  next(queue: ByteQueue): Uint8Array | undefined {
    if (this.#afterReturn && queue.length > 0) {
      this.#afterReturn = false;
      if (queue.at(0) === LF) queue.skip(1);
    }
    const { next, depth, matched } = this.#matcher;
    const { maximum } = this.#limits;
    const { bytes, head, length } = queue;
    let state = this.#state;
    for (let i = this.#seen; i < length; i++) {
      state = next[(state << 8) | bytes[head + i]];
      if (matched[state] > 0) return this.#found(queue, i + 1, matched[state]);
      // A delimiter that is half there is not yet part of the frame.
      if (i + 1 - depth[state] > maximum && !this.#skipping) {
        this.#state = state;
        this.#seen = i + 1;
        this.#refuse(queue);
        return this.next(queue);
      }
    }
    this.#state = state;
    this.#seen = length;
    if (this.#skipping) this.#drop(queue);
    return undefined;
  }

  end(queue: ByteQueue): Uint8Array | undefined {
    const { rest, failFast, maximum } = this.#limits;
    if (this.#skipping && !failFast) throw tooLong(queue, 0, "a frame", maximum);
    if (this.#skipping || (queue.length > 0 && rest === "incomplete")) throw incomplete(queue, "a frame");
    if (queue.length === 0) return undefined;
    if (queue.length > maximum) throw tooLong(queue, maximum + 1, "a frame", maximum);
    return queue.take(queue.length);
  }

  /** A delimiter of `delimiterLength` bytes ends at `end`. */
  #found(queue: ByteQueue, end: number, delimiterLength: number): Uint8Array | undefined {
    const { strip, maximum, failFast, swallowsLineFeed } = this.#limits;
    this.#afterReturn = swallowsLineFeed === true && queue.at(end - 1) === CR;
    this.#seen = 0;
    this.#state = 0;
    const length = end - delimiterLength;
    if (this.#skipping) {
      this.#skipping = false;
      queue.skip(end);
      if (!failFast) throw tooLong(queue, 0, "a frame", maximum);
      return this.next(queue);
    }
    if (length > maximum) {
      const error = tooLong(queue, end, "a frame", maximum);
      queue.skip(end);
      throw error;
    }
    const frame = queue.take(strip ? length : end);
    if (strip) queue.skip(delimiterLength);
    return frame;
  }

  #refuse(queue: ByteQueue): void {
    const { skips, failFast, maximum } = this.#limits;
    const error = tooLong(queue, this.#seen, "a frame", maximum);
    if (skips) {
      this.#skipping = true;
      this.#drop(queue);
    }
    if (failFast) throw error;
  }

  #drop(queue: ByteQueue): void {
    queue.skip(this.#seen);
    this.#seen = 0;
  }
}
