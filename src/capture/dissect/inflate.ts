// Compressed bodies undone: as much as comes out before an error or a bound, whatever the bytes.

import { brotliDecompressSync, constants, inflateRawSync, inflateSync, unzipSync } from "node:zlib";

/** Bytes that come out at most: a few compressed ones can promise terabytes. */
const OUT_BYTES_MAX = 4 * 1024 * 1024;

/** The body behind a content coding (RFC 9110 8.4.1), or null where it is none known here or is damaged from its start. */
export function inflateBody(encoding: string, bytes: Uint8Array): Uint8Array | null {
  const options = { maxOutputLength: OUT_BYTES_MAX, finishFlush: constants.Z_SYNC_FLUSH };
  switch (encoding) {
    case "gzip":
    case "x-gzip":
      return attempt(() => unzipSync(bytes, options));
    case "deflate":
      // What servers call deflate is with zlib's header, or without.
      return attempt(() => inflateSync(bytes, options)) ?? attempt(() => inflateRawSync(bytes, options));
    case "br":
      return attempt(() =>
        brotliDecompressSync(bytes, {
          maxOutputLength: OUT_BYTES_MAX,
          finishFlush: constants.BROTLI_OPERATION_FLUSH,
        }),
      );
    default:
      return null;
  }
}

/** Raw DEFLATE with what came before as its dictionary, as WebSocket messages have it (RFC 7692 7.2). */
export function inflateMessage(bytes: Uint8Array, dictionary: Uint8Array): Uint8Array | null {
  const tail = Buffer.concat([bytes, Buffer.from([0, 0, 0xff, 0xff])]);
  const options = { maxOutputLength: OUT_BYTES_MAX, finishFlush: constants.Z_SYNC_FLUSH };
  return attempt(() => inflateRawSync(tail, dictionary.length === 0 ? options : { ...options, dictionary }));
}

function attempt(decode: () => Uint8Array): Uint8Array | null {
  try {
    return decode();
  } catch {
    return null;
  }
}
