// Feeds a decoder a stream, chunk by chunk, and writes down what came of it: frames with the chunk that produced each, errors, a hang.

import { bufferOf } from "./buffer-of.ts";
import { chunkCount, chunkEnd, chunkStart } from "./chunkings.ts";
import type { AsyncDecoder, Codec, Decoder, FramingErrorKind } from "./codec.ts";

/** One way to feed a decoder. */
export interface Feed {
  readonly bytes: Uint8Array;
  /** As in `chunkings.ts`. */
  readonly cuts: readonly number[];
  /** For decoders that answer later: whether each answer is waited for and the event loop turns before the next chunk, or all chunks come at once. */
  readonly tick: boolean;
  /** Whether the buffer of each chunk is overwritten when it has been pushed, as one that is read into again and again would be. */
  readonly overwrite: boolean;
  /** Whether the stream ends after the last chunk. */
  readonly end: boolean;
}

export interface FeedError {
  /** Null for what is no answer to bad input, but a mistake in the decoder. */
  readonly kind: FramingErrorKind | null;
  /** `FramingError: the length is negative (at byte 2)`. */
  readonly message: string;
  /** The chunk it was thrown for; the number of chunks stands for the end of the stream. */
  readonly chunk: number;
}

export type HangKind = "does not return" | "never answers" | "makes frames without end";

export interface Hang {
  readonly kind: HangKind;
  readonly chunk: number;
}

export interface Outcome<F> {
  readonly frames: readonly F[];
  /** For each frame the chunk that produced it; the number of chunks stands for the end of the stream. */
  readonly chunks: readonly number[];
  readonly errors: readonly FeedError[];
  readonly hang: Hang | null;
}

type Feedable<F> = Pick<Codec<F>, "decoder" | "errorKind" | "afterError">;

/** Frames a stream may make besides some a byte, before it counts as endless. */
const FRAMES_SPARE = 1000;
const FRAMES_A_BYTE = 4;
/** Empty pushes a decoder that resumes is given to get over one error. */
const RESUMES_MAX = 64;
/** What overwritten buffers hold, and what is in front of and behind their chunk. */
const SCRIBBLE = 0xa5;
const MARGIN_BYTES = 16;
/** Most chunks are a few bytes, for which a call costs more than a loop. */
const SHORT_BYTES = 32;

/** What a synchronous feed throws when the decoder turns out to answer with promises. */
export class AnswersLater extends Error {
  override readonly name = "AnswersLater";
  constructor() {
    super("this decoder answers with promises");
  }
}

/** A feed under way: `step` pushes one chunk. What it has is readable at any time, also when it was stopped from outside. */
export class Feeding<F> {
  readonly feed: Feed;
  readonly frames: F[] = [];
  readonly chunks: number[] = [];
  readonly errors: FeedError[] = [];
  hang: Hang | null = null;
  /** The chunk being pushed. */
  chunk = 0;
  over = false;
  readonly codec: Feedable<F>;
  readonly decoder: Decoder<F> | AsyncDecoder<F>;
  readonly #stream: Buffer;
  readonly #count: number;
  readonly #framesMax: number;
  /** Bytes of the last chunk. */
  #taken = 0;
  /** The one buffer of a feed that overwrites. */
  readonly #buffer: Buffer | null;

  constructor(codec: Feedable<F>, feed: Feed) {
    this.codec = codec;
    this.feed = feed;
    this.#count = chunkCount(feed.cuts);
    this.#framesMax = FRAMES_SPARE + FRAMES_A_BYTE * feed.bytes.length;
    // Decoders may write into what they are given (unmasking in place): each feed has bytes of its own.
    this.#stream = bufferOf(feed.overwrite ? feed.bytes : feed.bytes.slice());
    this.#buffer = feed.overwrite ? Buffer.alloc(feed.bytes.length + 2 * MARGIN_BYTES, SCRIBBLE) : null;
    this.decoder = codec.decoder();
  }

  get chunkCount(): number {
    return this.#count;
  }

  /** The bytes of chunk `index`: a view, and in a feed that overwrites one into a larger buffer. */
  take(index: number): Buffer {
    const { cuts, bytes } = this.feed;
    const start = chunkStart(cuts, index);
    const end = chunkEnd(cuts, index, bytes.length);
    if (this.#buffer === null) return this.#stream.subarray(start, end);
    this.#taken = end - start;
    if (this.#taken > SHORT_BYTES) this.#buffer.set(this.#stream.subarray(start, end), MARGIN_BYTES);
    else for (let at = 0; at < this.#taken; at++) this.#buffer[MARGIN_BYTES + at] = this.#stream[start + at];
    return this.#buffer.subarray(MARGIN_BYTES, MARGIN_BYTES + end - start);
  }

  /** Overwrites the buffer the last chunk was in. */
  scribble(): void {
    if (this.#buffer === null) return;
    if (this.#taken > SHORT_BYTES) this.#buffer.fill(SCRIBBLE, MARGIN_BYTES, MARGIN_BYTES + this.#taken);
    else for (let at = 0; at < this.#taken; at++) this.#buffer[MARGIN_BYTES + at] = SCRIBBLE;
  }

  /** Pushes the next chunk or ends the stream; false when there is nothing left to do. */
  step(): boolean {
    if (this.over) return false;
    const decoder = this.decoder as Decoder<F>;
    if (this.chunk < this.#count) {
      const failed = this.#call(() => decoder.push(this.take(this.chunk)));
      if (failed && this.codec.afterError === "resumes") this.#resume(decoder);
      this.scribble();
      if (failed && this.codec.afterError !== "resumes") this.over = true;
    } else {
      if (this.feed.end && decoder.end !== undefined) this.#call(() => decoder.end!());
      this.over = true;
      return false;
    }
    this.chunk++;
    return !this.over;
  }

  #resume(decoder: Decoder<F>): void {
    for (let i = 0; i < RESUMES_MAX && !this.over; i++)
      if (!this.#call(() => decoder.push(new Uint8Array()))) return;
  }

  /** Takes what `call` gives; true when it failed. */
  #call(call: () => Iterable<F>): boolean {
    try {
      const answer: unknown = call();
      if (isThenable(answer)) {
        void answer.then(undefined, () => {});
        throw new AnswersLater();
      }
      this.collect(answer as Iterable<F>);
      return false;
    } catch (error) {
      if (error instanceof AnswersLater) throw error;
      this.failed(error);
      return true;
    }
  }

  /** Writes down the frames of an answer. */
  collect(answer: Iterable<F>): void {
    for (const frame of answer) {
      if (this.frames.length >= this.#framesMax) {
        this.hang = { kind: "makes frames without end", chunk: this.chunk };
        this.over = true;
        return;
      }
      this.frames.push(frame);
      this.chunks.push(this.chunk);
    }
  }

  /** Writes down what a call threw. */
  failed(error: unknown): void {
    this.errors.push({
      kind: kindOf(this.codec, error),
      message:
        error instanceof Error ? `${error.name}: ${firstLine(error.message)}` : `threw ${String(error)}`,
      chunk: this.chunk,
    });
  }

  outcome(): Outcome<F> {
    return { frames: this.frames, chunks: this.chunks, errors: this.errors, hang: this.hang };
  }
}

/** Feeds a decoder that answers at once. Throws `AnswersLater` for one that does not. May never return: see `guard.ts`. */
export function feedSync<F>(codec: Feedable<F>, feed: Feed): Outcome<F> {
  const feeding = new Feeding(codec, feed);
  while (feeding.step());
  return feeding.outcome();
}

/** What `error` means by the codec: its own word first, then that of a `FramingError` (by name, for a codec may come with a class of its own). */
export function kindOf<F>(codec: Pick<Codec<F>, "errorKind">, error: unknown): FramingErrorKind | null {
  if (codec.errorKind !== undefined) {
    const kind = codec.errorKind(error);
    if (kind !== null) return kind;
  }
  if (!(error instanceof Error) || error.name !== "FramingError" || !("kind" in error)) return null;
  const { kind } = error;
  return kind === "malformed" || kind === "too long" || kind === "incomplete" ? kind : null;
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

function firstLine(text: string): string {
  const line = text.split("\n", 1)[0];
  return line.length > 120 ? `${line.slice(0, 117)}...` : line;
}
