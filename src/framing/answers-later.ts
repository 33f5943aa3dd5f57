// Whether a codec's decoders answer at once or with promises.

import type { Codec } from "./codec.ts";
import { AnswersLater, Feeding } from "./feed.ts";
import { guarded } from "./guard.ts";
import { CodecProblem } from "./laws/law.ts";

const answering = new WeakMap<object, boolean>();

/** Whether the codec's decoders answer with promises; asked with a push of nothing. */
export function answersLater(codec: Codec<unknown>, limitMs: number): boolean {
  const known = answering.get(codec);
  if (known !== undefined) return known;
  let later = false;
  try {
    guarded(() => {
      const feed = { bytes: new Uint8Array(), cuts: [], tick: false, overwrite: false, end: false };
      const feeding = new Feeding(codec, feed);
      try {
        feeding.step();
      } catch (error) {
        if (!(error instanceof AnswersLater)) throw error;
        later = true;
        (feeding.decoder as { close?: () => void }).close?.();
      }
    }, limitMs);
  } catch (error) {
    throw new CodecProblem(
      `decoder() throws ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`,
    );
  }
  answering.set(codec, later);
  return later;
}
