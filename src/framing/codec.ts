// What a framing codec is: frames to bytes, and bytes - cut anywhere - back to frames.

import type * as fc from "fast-check";

/**
 * Reads a stream a chunk at a time. A decoder keeps what it cannot use yet, and never keeps the chunk itself: the caller may overwrite
 * the buffer as soon as `push` has returned.
 */
export interface Decoder<F> {
  /** Frames completed by this chunk - a Buffer, as from a socket of Node's -, in order. May throw `FramingError` for bytes that are no frame; then it is not used again unless the codec says `resumes`. */
  push(chunk: Uint8Array): Iterable<F>;
  /** The stream has ended: frames that only the end completes. Throws `FramingError` when it ended inside a frame. */
  end?(): Iterable<F>;
}

/** The same for decoders that answer later: each call's promise ends when its frames are out. */
export interface AsyncDecoder<F> {
  push(chunk: Uint8Array): Promise<readonly F[]>;
  end(): Promise<readonly F[]>;
  /** Lets go of timers, streams and listeners. */
  close?(): void;
}

/** What goes wrong with framing, in one vocabulary for all codecs. */
export type FramingErrorKind =
  /** The bytes are no frame of this codec. */
  | "malformed"
  /** The frame is longer than the codec allows. */
  | "too long"
  /** The stream ended inside a frame. */
  | "incomplete";

/** What decoders throw. `offset` counts bytes of the stream up to where it was noticed. */
export class FramingError extends Error {
  override readonly name = "FramingError";
  readonly kind: FramingErrorKind;
  readonly offset: number;

  constructor(kind: FramingErrorKind, offset: number, message: string) {
    super(`${message} (at byte ${offset})`);
    this.kind = kind;
    this.offset = offset;
  }
}

/** How a codec answers what it cannot take. */
export type AfterError =
  /** The decoder is of no more use: the connection ends. */
  | "terminal"
  /** It skips what was wrong and goes on with the next frame: what the failed `push` left undone is done by the next one, even an empty one. */
  | "resumes";

export interface Codec<F> {
  /** For reports: `length prefix, 16 bits, big-endian`. */
  readonly name: string;
  encode(frame: F): Uint8Array;
  decoder(): Decoder<F> | AsyncDecoder<F>;
  /** Frames to try it on, biased to trouble. */
  readonly frames: fc.Arbitrary<F>;
  /** Deep equality by default. */
  equals?(a: F, b: F): boolean;
  /** Frames as one value for comparing: text decoders may split freely, so their pieces are joined. */
  join?(frames: readonly F[]): unknown;
  /** Largest payload it takes, in bytes; missing when it knows no limit. */
  readonly maxLength?: number;
  /** A frame whose payload has `length` bytes, for checking the limit; wanted with `maxLength`. */
  frameOfLength?(length: number): F;
  readonly afterError?: AfterError;
  /** Whether every byte string decodes to something, so that garbage is no error. */
  readonly acceptsAnything?: boolean;
  /** Whether a frame may need the byte after it (CR before a possible LF): prompt delivery is then not asked for. */
  readonly needsLookahead?: boolean;
  /** Whether the end of the stream may complete a frame (a last line without its newline). */
  readonly endCompletes?: boolean;
  /** False for decoders that leave it to their caller to notice a stream that ends inside a frame; true by default. */
  readonly reportsEnd?: boolean;
  /** Whether it is, by design, given all unread bytes again with each chunk, as `(buffer) => [messages, rest]` is: linear time is then not asked for. */
  readonly rereads?: boolean;
  /** Whether it goes on using chunks after their push, by design, and leaves it to its caller never to write into one again: no reaching back is then not asked for. */
  readonly keepsChunks?: boolean;
  /**
   * What a thrown value means, for decoders that have errors of their own; null for what is no answer to bad input but a mistake in the
   * decoder. By default only a `FramingError` means something (adapters take any error that is not a TypeError or the like).
   */
  errorKind?(error: unknown): FramingErrorKind | null;
  /**
   * The first bytes of a frame whose payload would have `length` bytes - more than `maxLength` - for codecs whose `encode` rightly refuses to
   * make one: a header that announces so much is enough. Throws RangeError for lengths the format cannot write down.
   */
  tooLong?(length: number): Uint8Array;
  /** Another codec of the same format that is known to be right: encoders and decoders have to agree. */
  readonly reference?: Pick<Codec<F>, "encode" | "decoder">;
}

/** A codec whose decoders answer at once: all that come with wirelab. */
export interface SyncCodec<F> extends Codec<F> {
  decoder(): Decoder<F>;
}

/** For messages, not streams: each datagram stands alone. */
export interface DatagramCodec<F> {
  readonly name: string;
  encode(frame: F): Uint8Array;
  /** Throws `FramingError`. */
  decode(datagram: Uint8Array): F;
  readonly frames: fc.Arbitrary<F>;
  equals?(a: F, b: F): boolean;
}
