// A function from an async iterable of chunks to an async iterable of frames.

import type { Codec } from "../codec.ts";
import { bufferOf } from "../buffer-of.ts";
import { atEnd, codecOf } from "./foreign.ts";
import type { Parts } from "./foreign.ts";

/** A codec whose decoder pulls: `fromAsyncIterable(async function* (source) { for await (const chunk of source) ... yield frame; }, { encode, frames })`. */
export function fromAsyncIterable<F>(
  decode: (source: AsyncIterable<Buffer>) => AsyncIterable<F>,
  parts: Parts<F>,
): Codec<F> {
  return codecOf(parts, "async iterable", () => {
    const source = new Source();
    let frames: F[] = [];
    let failure: { readonly error: unknown } | null = null;
    const finished = (async () => {
      try {
        for await (const frame of decode(source)) frames.push(frame);
      } catch (error) {
        failure = { error };
      }
      source.abandon();
    })();
    const take = (): F[] => {
      const taken = frames;
      frames = [];
      if (failure !== null) throw failure.error;
      return taken;
    };
    return {
      async push(chunk) {
        await source.give(bufferOf(chunk));
        return take();
      },
      async end() {
        source.finish();
        await finished;
        try {
          return take();
        } catch (error) {
          throw atEnd(error);
        }
      },
      close: () => source.finish(),
    };
  });
}

interface Given {
  readonly chunk: Buffer;
  readonly used: () => void;
}

/** Chunks to be pulled; a chunk is used up when the next one is asked for, for then all its frames are out. */
class Source implements AsyncIterable<Buffer> {
  readonly #waiting: Given[] = [];
  #inUse: Given | null = null;
  #wake: () => void = () => {};
  #over = false;

  give(chunk: Buffer): Promise<void> {
    if (this.#over) return Promise.resolve();
    return new Promise((used) => {
      this.#waiting.push({ chunk, used });
      this.#wake();
    });
  }

  finish(): void {
    this.#over = true;
    this.#wake();
  }

  /** Nobody pulls any more: whatever waits is done with. */
  abandon(): void {
    this.#over = true;
    this.#inUse?.used();
    for (const { used } of this.#waiting.splice(0)) used();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for (;;) {
      this.#inUse?.used();
      this.#inUse = null;
      while (this.#waiting.length === 0 && !this.#over) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#inUse = next;
      yield next.chunk;
    }
  }
}
