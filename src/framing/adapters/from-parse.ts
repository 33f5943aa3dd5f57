// A function from all bytes so far to the messages in them and the rest.

import { FramingError } from "../codec.ts";
import type { Codec } from "../codec.ts";
import { bufferOf } from "../buffer-of.ts";
import { codecOf } from "./foreign.ts";
import type { Parts } from "./foreign.ts";

/** A codec whose decoder is a pure function: `fromParse((buffer) => [messages, rest], { encode, frames })`. Bytes left at the end are an incomplete frame. */
export function fromParse<F>(
  parse: (buffer: Buffer) => readonly [messages: Iterable<F>, rest: Uint8Array],
  parts: Parts<F>,
): Codec<F> {
  return codecOf({ rereads: true, ...parts }, "parse function", () => {
    let rest: Uint8Array = new Uint8Array();
    let taken = 0;
    return {
      push: (chunk) => {
        taken += chunk.length;
        const [messages, left] = parse(Buffer.concat([rest, bufferOf(chunk)]));
        rest = left;
        return messages;
      },
      end: () => {
        if (rest.length > 0 && parts.endCompletes !== true)
          throw new FramingError("incomplete", taken, `the stream ends with ${rest.length} bytes of a frame`);
        return [];
      },
    };
  });
}
