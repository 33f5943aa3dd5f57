// A parser that calls back for each frame.

import type { Codec } from "../codec.ts";
import { bufferOf } from "../buffer-of.ts";
import { codecOf } from "./foreign.ts";
import type { Parts } from "./foreign.ts";
import { endingWith } from "./from-emitter.ts";
import { Mailbox } from "./mailbox.ts";
import { methodsOf } from "./methods.ts";

export interface CallbackParts<F> extends Parts<F> {
  /** The method that takes bytes; the first of `push`, `feed`, `write`, `parse`, ... by default. */
  readonly pushMethod?: string;
  readonly endMethod?: string;
}

/**
 * A codec whose decoder calls back: `fromCallback((onFrame) => new Parser(onFrame), { encode, frames })`. `make` gives an object with a method
 * that takes bytes, or a function that does.
 */
export function fromCallback<F>(
  make: (onFrame: (frame: F) => void, onError: (error: unknown) => void) => unknown,
  parts: CallbackParts<F>,
): Codec<F> {
  return codecOf(parts, "callback parser", () => {
    const box = new Mailbox<F>();
    const { push, end } = methodsOf(make(box.frame, box.error), {
      ...(parts.pushMethod === undefined ? {} : { push: parts.pushMethod }),
      ...(parts.endMethod === undefined ? {} : { end: parts.endMethod }),
    });
    return {
      push: (chunk) => {
        push(bufferOf(chunk));
        return box.empty();
      },
      ...(end === null ? {} : { end: () => endingWith(end, box) }),
    };
  });
}
