// What the built-in decoders share: a queue of bytes in front of a parser that takes one frame at a time.

import { ByteQueue } from "../byte-queue.ts";
import { FramingError } from "../codec.ts";
import type { AfterError, Decoder } from "../codec.ts";

/** Takes frames from the head of a queue. It remembers how far it looked, so that looking again costs nothing. */
export interface Parser<F> {
  /** The next frame, or undefined when it wants more bytes. Throws `FramingError`; a parser that resumes has then taken what was wrong. */
  next(queue: ByteQueue): F | undefined;
  /** The stream has ended and `next` gives no more: a frame that the end completes, or undefined when nothing was begun. Throws `FramingError`. */
  end(queue: ByteQueue): F | undefined;
}

const OVERLONG_SPARE = 1024;
const NONE: readonly never[] = Object.freeze([]);

/** A decoder that runs `parser`. With `terminal` it answers every call after an error with that error again. */
export function queueDecoder<F>(parser: Parser<F>, afterError: AfterError = "terminal"): Decoder<F> {
  return new QueueDecoder(parser, afterError === "resumes");
}

class QueueDecoder<F> implements Decoder<F> {
  readonly #queue = new ByteQueue();
  readonly #parser: Parser<F>;
  readonly #resumes: boolean;
  #error: FramingError | null = null;

  constructor(parser: Parser<F>, resumes: boolean) {
    this.#parser = parser;
    this.#resumes = resumes;
  }

  push(chunk: Uint8Array): Iterable<F> {
    if (this.#error !== null) throw this.#error;
    this.#queue.append(chunk);
    return this.#drain(false);
  }

  end(): Iterable<F> {
    if (this.#error !== null) throw this.#error;
    return this.#drain(true);
  }

  #drain(ended: boolean): Iterable<F> {
    let frames: F[] | null = null;
    try {
      for (;;) {
        const frame = this.#parser.next(this.#queue);
        if (frame === undefined) break;
        if (frames === null) frames = [frame];
        else frames.push(frame);
      }
      if (!ended) return frames ?? NONE;
      const last = this.#parser.end(this.#queue);
      if (last === undefined) return frames ?? NONE;
      return frames === null ? [last] : [...frames, last];
    } catch (error) {
      if (error instanceof FramingError && !this.#resumes) this.#error = error;
      if (frames === null) throw error;
      return framesThenError(frames, error);
    }
  }
}

/** Frames that were whole before the error belong to the caller: they come out first, and then the error. */
function* framesThenError<F>(frames: readonly F[], error: unknown): Generator<F> {
  yield* frames;
  throw error;
}

/** What a parser throws. `index` counts from the head of the queue: the byte at which it was noticed. */
export function malformed(queue: ByteQueue, index: number, message: string): FramingError {
  return new FramingError("malformed", queue.taken + index, message);
}

export function tooLong(queue: ByteQueue, index: number, what: string, maximum: number): FramingError {
  return new FramingError("too long", queue.taken + index, `${what} is longer than ${maximum} bytes`);
}

export function incomplete(queue: ByteQueue, what: string): FramingError {
  return new FramingError("incomplete", queue.taken + queue.length, `the stream ended inside ${what}`);
}

/**
 * A payload just too long, made of `fill`, for formats in which nothing announces a length: it takes as many bytes to be too long as it has.
 * Throws RangeError for lengths far beyond the maximum, which are never told from those.
 */
export function overlongPayload(length: number, maximum: number, fill: number): Uint8Array {
  if (length > maximum + OVERLONG_SPARE) throw new RangeError("this format announces no lengths");
  return new Uint8Array(length).fill(fill);
}

/** Throws RangeError unless `value` is a whole number from `min` to `max`. */
export function checkWhole(name: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max)
    throw new RangeError(`${name} is a whole number from ${min} to ${max}, not ${value}`);
}
