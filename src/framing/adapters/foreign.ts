// What all adapters share: the parts of a codec a user writes down, and what the errors of foreign decoders mean.

import { FramingError } from "../codec.ts";
import type { AsyncDecoder, Codec, Decoder, FramingErrorKind } from "../codec.ts";

/** A codec without its decoder: what one writes down beside the decoder one has. Text is encoded as UTF-8. */
export interface Parts<F> extends Omit<Codec<F>, "name" | "encode" | "decoder"> {
  readonly name?: string;
  encode(frame: F): Uint8Array | string;
}

/** The whole codec. */
export function codecOf<F>(
  parts: Parts<F>,
  kind: string,
  decoder: () => Decoder<F> | AsyncDecoder<F>,
): Codec<F> {
  return {
    errorKind: foreignErrorKind,
    ...parts,
    name: parts.name ?? kind,
    encode: (frame) => {
      const bytes = parts.encode(frame);
      return typeof bytes === "string" ? Buffer.from(bytes) : bytes;
    },
    decoder,
  };
}

/** Errors with these codes are thrown for arguments: by a mistake in the decoder, not by one in its input. */
const ARGUMENT_CODE = /^ERR_(?!ENCODING_)/;

/**
 * What an error of a foreign decoder means: any error is an answer to bad input, unless it is one that a mistake in the program makes: a
 * TypeError, RangeError or ReferenceError without a code, or with one of Node's for wrong arguments.
 */
export function foreignErrorKind(error: unknown): FramingErrorKind | null {
  if (!(error instanceof Error)) return null;
  const mistake =
    error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
  if (!mistake) return error.name === "FramingError" ? null : "malformed";
  const code: unknown = "code" in error ? error.code : undefined;
  return typeof code === "string" && !ARGUMENT_CODE.test(code) ? "malformed" : null;
}

/** What a decoder throws at the end of its stream says that the stream is incomplete, unless it says more. */
export function atEnd(error: unknown): unknown {
  return foreignErrorKind(error) === "malformed" && error instanceof Error
    ? new FramingError("incomplete", 0, error.message)
    : error;
}

/** An answer as frames: an iterable of them, one alone (text and bytes are one), or none for null and undefined. */
export function framesIn<F>(answer: unknown): Iterable<F> {
  if (answer === undefined || answer === null) return [];
  const many = typeof answer === "object" && Symbol.iterator in answer && !(answer instanceof Uint8Array);
  return (many ? answer : [answer]) as Iterable<F>;
}
