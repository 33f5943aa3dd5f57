// Compressed bytes taken a step at a time, and what a decompressor makes of them: node:zlib as an async iterator loses what it has
// decompressed when it meets an error, and does not say where what it understands ends.

import type { Transform } from "node:stream";

/** Damage in compressed input; what came before has been yielded. */
export class CompressionDamage extends Error {
  override readonly name = "CompressionDamage";
}

/** A decompressor of node:zlib. */
export type Decompressor = Transform & { readonly bytesWritten: number };

/** Bytes of a stream, of which some may be put back. */
export class CompressedSource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** At most `bytes` bytes; none at the end. */
  async take(bytes: number): Promise<Uint8Array> {
    while (this.#rest.length === 0) {
      const next = await this.#chunks.next();
      if (next.done === true) break;
      this.#rest = next.value;
    }
    const taken = this.#rest.subarray(0, bytes);
    this.#rest = this.#rest.subarray(taken.length);
    return taken;
  }

  /** `bytes` bytes; fewer at the end. */
  async takeAll(bytes: number): Promise<Uint8Array> {
    const first = await this.take(bytes);
    if (first.length === bytes) return first;
    const parts = [first];
    for (let have = first.length; have < bytes;) {
      const part = await this.take(bytes - have);
      if (part.length === 0) break;
      parts.push(part);
      have += part.length;
    }
    return Buffer.concat(parts);
  }

  /** The next `take` begins with the last `count` bytes of `taken`, which is what the last one gave. */
  putBack(taken: Uint8Array, count: number): void {
    if (count > 0) this.#rest = Buffer.concat([taken.subarray(taken.length - count), this.#rest]);
  }
}

/**
 * Yields what `stream` makes of `source` in steps of `stepBytes`, until it has come to its own end or the source to its; what it did not
 * need is put back. Throws CompressionDamage after the last sound bytes.
 */
export async function* throughDecompressor(
  stream: Decompressor,
  source: CompressedSource,
  stepBytes: number,
): AsyncGenerator<Uint8Array> {
  let out: Uint8Array[] = [];
  const state: { over: boolean; failure: Error | null } = { over: false, failure: null };
  stream.on("data", (bytes: Uint8Array) => out.push(bytes));
  // The stream ends by itself where its data does; what is written then is never taken, so that nothing may wait for a write alone.
  const over = new Promise<void>((resolve) => {
    stream.on("error", (error) => {
      state.failure = error;
      state.over = true;
      resolve();
    });
    stream.on("end", () => {
      state.over = true;
      resolve();
    });
  });
  const take = (): Uint8Array[] => {
    const taken = out;
    out = [];
    return taken;
  };
  try {
    let given = 0;
    let step = await source.take(stepBytes);
    while (step.length > 0 && !state.over) {
      given += step.length;
      const bytes = step;
      const written = new Promise<void>((resolve) => {
        stream.write(bytes, () => resolve());
      });
      await Promise.race([written, over]);
      yield* take();
      if (!state.over) step = await source.take(stepBytes);
    }
    if (!state.over) {
      stream.end();
      await over;
    }
    yield* take();
    source.putBack(step, Math.min(step.length, given - stream.bytesWritten));
  } finally {
    stream.destroy();
  }
  if (state.failure !== null) throw new CompressionDamage(wordsFor(state.failure));
}

function wordsFor(error: Error): string {
  return error.message === "unexpected end of file" ? CUT_SHORT : damaged(error.message);
}

/** What is said of compressed data that ends too early. */
export const CUT_SHORT = "the compressed data is cut short";

/** What is said of compressed data that is wrong. */
export function damaged(words: string): string {
  return `the compressed data is damaged: ${words}`;
}
