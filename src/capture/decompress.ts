// Decompresses a gzip or zstd stream so that what precedes damage comes out: node:zlib as an async iterator loses what it has
// decompressed when it meets an error. Of data that is cut short everything comes out; of data that is wrong zlib
// itself withholds the block (up to 16 KiB decompressed) in which it notices.

import type { Transform } from "node:stream";
import * as zlib from "node:zlib";

/** What wirelab undoes. */
export type Compression = "gzip" | "zstd";

/**
 * Compressed bytes given at a time bound what one step can grow to: deflate grows at most 1,032-fold, which is 16 MiB; a zstd block
 * of 4 bytes may stand for 128 KiB, which is 8 MiB.
 */
const STEP_BYTES: Record<Compression, number> = { gzip: 16 * 1024, zstd: 256 };

/** Damage in compressed input; what came before has been yielded. */
export class CompressionDamage extends Error {
  override readonly name = "CompressionDamage";
}

/** Node has zstd since 22.15 and 23.8: not in the types of the oldest we run on. */
const zstd: unknown = Reflect.get(zlib, "createZstdDecompress");

/** Null where this Node can undo `compression`, else what can be done about it. */
export function whyNotDecompressed(compression: Compression): string | null {
  if (compression === "gzip" || typeof zstd === "function") return null;
  return `Node ${process.versions.node} has no zstd (22.15 has); pipe it: zstd -dc FILE | wirelab open -`;
}

function decompressor(compression: Compression): Transform {
  return compression === "gzip" ? zlib.createGunzip() : (zstd as () => Transform)();
}

/** Yields the decompressed bytes of `compressed`, all members of it. Throws CompressionDamage after the last sound ones. */
export async function* decompress(
  compression: Compression,
  compressed: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const stream = decompressor(compression);
  const stepBytes = STEP_BYTES[compression];
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
      for (let at = 0; at < chunk.length && !state.over; at += stepBytes) {
        const step = chunk.subarray(at, at + stepBytes);
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
  if (state.failure !== null) throw new CompressionDamage(wordsFor(state.failure));
}

function wordsFor(error: Error): string {
  return error.message === "unexpected end of file"
    ? "the compressed data is cut short"
    : `the compressed data is damaged: ${error.message}`;
}
