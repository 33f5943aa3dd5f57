// A Transform stream (or any Duplex) whose output are frames.

import { setImmediate as turn } from "node:timers/promises";
import type { Duplex } from "node:stream";
import type { Codec } from "../codec.ts";
import { bufferOf } from "../buffer-of.ts";
import { atEnd, codecOf } from "./foreign.ts";
import type { Parts } from "./foreign.ts";
import { Mailbox } from "./mailbox.ts";

/**
 * A codec whose decoder is a stream that gives frames as its data: `fromTransform(() => split2(), { encode: (line) => line + "\n", frames })`.
 * `make` is called for each decoder.
 */
export function fromTransform<F>(make: () => Duplex, parts: Parts<F>): Codec<F> {
  return codecOf(parts, "transform stream", () => {
    const stream = make();
    const box = new Mailbox<F>();
    const ended = new Promise<void>((resolve) => {
      for (const event of ["end", "error", "close"]) stream.once(event, () => resolve());
    });
    stream.on("data", box.frame);
    stream.on("error", box.error);
    return {
      async push(chunk) {
        await new Promise<void>((resolve) => {
          stream.write(bufferOf(chunk), () => resolve());
        });
        // What was pushed inside a write comes as `data` a tick later.
        await turn();
        return box.list();
      },
      async end() {
        stream.end();
        await ended;
        try {
          return box.list();
        } catch (error) {
          throw atEnd(error);
        }
      },
      close: () => stream.destroy(),
    };
  });
}
