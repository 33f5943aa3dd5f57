// A generator that is sent chunks and yields the frames each of them completes.

import type { Codec } from "../codec.ts";
import { bufferOf } from "../buffer-of.ts";
import { atEnd, codecOf, framesIn } from "./foreign.ts";
import type { Parts } from "./foreign.ts";

/**
 * A codec whose decoder is a coroutine: `const chunk = yield frames`. `fromGenerator(function* () { let frames = []; for (;;) { const chunk = yield
 * frames; ... } }, { encode, frames })`. At the end of the stream it is sent null and may yield or return the last frames.
 */
export function fromGenerator<F>(
  make: () => Generator<Iterable<F> | F | undefined, unknown, Buffer | null>,
  parts: Parts<F>,
): Codec<F> {
  return codecOf(parts, "generator", () => {
    const generator = make();
    let first = framesIn<F>(generator.next().value);
    return {
      *push(chunk) {
        yield* first;
        first = [];
        yield* framesIn<F>(generator.next(bufferOf(chunk)).value);
      },
      end: () => {
        try {
          return [...first, ...framesIn<F>(generator.next(null).value)];
        } catch (error) {
          throw atEnd(error);
        }
      },
    };
  });
}
