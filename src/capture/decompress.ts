// Decompresses a gzip or zstd stream so that what precedes damage comes out. Of data that is cut short everything does; of data that is
// wrong zlib itself withholds the block (up to 16 KiB decompressed) in which it notices.

import * as zlib from "node:zlib";

import { CompressedSource, throughDecompressor } from "./compressed-source.ts";
import type { Decompressor } from "./compressed-source.ts";
import { gunzip } from "./gzip.ts";

/** What wirelab undoes. */
export type Compression = "gzip" | "zstd";

/** Compressed bytes given at a time bound what one step can grow to: a zstd block of 4 bytes may stand for 128 KiB, a step for 8 MiB. */
const ZSTD_STEP_BYTES = 256;

/** Node has zstd since 22.15 and 23.8: not in the types of the oldest we run on. */
const zstd: unknown = Reflect.get(zlib, "createZstdDecompress");

/** Null where this Node can undo `compression`, else what can be done about it. */
export function whyNotDecompressed(compression: Compression): string | null {
  if (compression === "gzip" || typeof zstd === "function") return null;
  return `Node ${process.versions.node} has no zstd (22.15 has); pipe it: zstd -dc FILE | wirelab open -`;
}

/** Yields the decompressed bytes of `compressed`, all members of it. Throws CompressionDamage after the last sound ones. */
export function decompress(
  compression: Compression,
  compressed: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const source = new CompressedSource(compressed);
  return compression === "gzip"
    ? gunzip(source)
    : throughDecompressor((zstd as () => Decompressor)(), source, ZSTD_STEP_BYTES);
}
