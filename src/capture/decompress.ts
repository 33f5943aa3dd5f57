// Decompresses a gzip stream so that what precedes damage comes out: node:zlib as an async iterator loses what it has
// decompressed when it meets an error. Of data that is cut short everything comes out; of data that is wrong zlib
// itself withholds the block (up to 16 KiB decompressed) in which it notices.

import { createGunzip } from "node:zlib";

/** Compressed bytes given at a time: bounds what one step can grow to (deflate grows at most 1,032-fold) to 16 MiB. */
const STEP_BYTES = 16 * 1024;

/** Damage in compressed input; what came before has been yielded. */
export class GzipDamage extends Error {
  override readonly name = "GzipDamage";
}

/** Yields the decompressed bytes of `compressed`, all members of it. Throws GzipDamage after the last sound ones. */
export async function* gunzip(compressed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const stream = createGunzip();
  let out: Uint8Array[] = [];
  const state: { over: boolean; failure: Error | null } = { over: false, failure: null };
  stream.on("data", (bytes: Uint8Array) => out.push(bytes));
  // The stream ends by itself where something that is no gzip member follows one; what is written then is never
  // taken, so that nothing may wait for a write alone.
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
    for await (const chunk of compressed) {
      for (let at = 0; at < chunk.length && !state.over; at += STEP_BYTES) {
        const step = chunk.subarray(at, at + STEP_BYTES);
        const written = new Promise<void>((resolve) => {
          stream.write(step, () => resolve());
        });
        await Promise.race([written, over]);
        yield* take();
      }
      if (state.over) break;
    }
    if (!state.over) {
      stream.end();
      await over;
    }
    yield* take();
  } finally {
    stream.destroy();
  }
  if (state.failure !== null) throw new GzipDamage(wordsFor(state.failure));
}

function wordsFor(error: Error): string {
  return error.message === "unexpected end of file"
    ? "the compressed data is cut short"
    : `the compressed data is damaged: ${error.message}`;
}
