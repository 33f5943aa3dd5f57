// What is wrong with what a decoder made of a stream, said in a few words.

import type { FeedError, Outcome } from "./feed.ts";
import type { AnyCodec } from "./laws/law.ts";
import { sameFrame, sameFrames } from "./same.ts";

/** Errors before the end of the stream. */
export function errorsInside(outcome: Outcome<unknown>, chunks: number): readonly FeedError[] {
  return outcome.errors.filter(({ chunk }) => chunk < chunks);
}

/** How the frames of `outcome` differ from `expected`, or null. An error at the end of the stream is another law's business. */
export function difference(
  codec: AnyCodec,
  expected: readonly unknown[],
  outcome: Outcome<unknown>,
  chunks: number,
): string | null {
  const errors = errorsInside(outcome, chunks);
  if (errors.length > 0) return `the decoder throws ${errors[0].message}`;
  const { frames } = outcome;
  if (sameFrames(codec, expected, frames)) return null;
  const error = outcome.errors.length === 0 ? "" : `; at the end it throws ${outcome.errors[0].message}`;
  if (codec.join !== undefined) return `the frames together say something else${error}`;
  const wrong = expected.findIndex((frame, i) => i >= frames.length || !sameFrame(codec, frame, frames[i]));
  if (wrong === -1) {
    const extra = frames.length - expected.length;
    return `${extra === 1 ? "one frame" : `${extra} frames`} too many ${extra === 1 ? "comes" : "come"} out${error}`;
  }
  if (wrong < frames.length) return `frame ${wrong + 1} comes out different${error}`;
  const missing = expected.length - frames.length;
  if (missing === expected.length)
    return `${missing === 1 ? "the frame does" : "the frames do"} not come out${error}`;
  return `${missing === 1 ? `frame ${wrong + 1} does` : `${missing} frames do`} not come out${error}`;
}
