// A TransformStream of the Web Streams standard whose readable side gives frames.

import { setImmediate as turn } from "node:timers/promises";
import type { Codec } from "../codec.ts";
import { bufferOf } from "../buffer-of.ts";
import { atEnd, codecOf } from "./foreign.ts";
import type { Parts } from "./foreign.ts";

/** The two sides of a TransformStream: the one of `node:stream/web`, of a browser, or of a polyfill. */
export interface WebTransform {
  readonly writable: { getWriter(): WebWriter };
  readonly readable: { getReader(): WebReader };
}

interface WebWriter {
  write(chunk: Uint8Array): Promise<void>;
  close(): Promise<void>;
  abort(reason?: unknown): Promise<void>;
}

interface WebReader {
  read(): Promise<{ readonly done: boolean; readonly value?: unknown }>;
}

/** A codec whose decoder is a TransformStream: `fromWebTransform(() => new TextDecoderStream(), { encode, frames, join })`. */
export function fromWebTransform<F>(make: () => WebTransform, parts: Parts<F>): Codec<F> {
  return codecOf(parts, "web transform stream", () => {
    const { readable, writable } = make();
    const [reader, writer] = [readable.getReader(), writable.getWriter()];
    let frames: F[] = [];
    const finished = (async () => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        frames.push(value as F);
      }
    })();
    // Both sides fail together; each failure is told once, by the call that waits for it.
    finished.catch(() => {});
    const take = (): F[] => {
      const taken = frames;
      frames = [];
      return taken;
    };
    return {
      async push(chunk) {
        await writer.write(bufferOf(chunk));
        await turn();
        return take();
      },
      async end() {
        try {
          await writer.close();
          await finished;
        } catch (error) {
          throw atEnd(error);
        }
        return take();
      },
      close: () => {
        writer.abort().catch(() => {});
      },
    };
  });
}
