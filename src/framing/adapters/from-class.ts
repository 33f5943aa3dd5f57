// A class (or closure) with a method that takes bytes and returns frames.

import type { Codec } from "../codec.ts";
import { bufferOf } from "../buffer-of.ts";
import { atEnd, codecOf, framesIn } from "./foreign.ts";
import type { CallbackParts } from "./from-callback.ts";
import { methodsOf } from "./methods.ts";

/**
 * A codec whose decoder returns frames from `push`, `feed`, `parse` ...: `fromClass(() => new Decoder(), { encode, frames })`. The method gives an
 * array or another iterable of frames, one frame, or nothing; text and bytes are one frame.
 */
export function fromClass<F>(make: () => unknown, parts: CallbackParts<F>): Codec<F> {
  return codecOf(parts, "class", () => {
    const { push, end } = methodsOf(make(), {
      ...(parts.pushMethod === undefined ? {} : { push: parts.pushMethod }),
      ...(parts.endMethod === undefined ? {} : { end: parts.endMethod }),
    });
    return {
      push: (chunk) => framesIn<F>(push(bufferOf(chunk))),
      ...(end === null
        ? {}
        : {
            end: () => {
              try {
                return [...framesIn<F>(end())];
              } catch (error) {
                throw atEnd(error);
              }
            },
          }),
    };
  });
}
