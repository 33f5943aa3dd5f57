// gzip (RFC 1952): members one after the other, each a header, deflated bytes, their checksum and length. node:zlib would do it, but of a
// member with rubbish behind it or a wrong checksum it keeps the last bytes back.

import { crc32, createInflateRaw } from "node:zlib";

import { CompressionDamage, CUT_SHORT, damaged, throughDecompressor } from "./compressed-source.ts";
import type { CompressedSource } from "./compressed-source.ts";

/** Deflate grows at most 1,032-fold: a step to at most 16 MiB. */
const STEP_BYTES = 16 * 1024;

const HEADER_BYTES = 10;
const TRAILER_BYTES = 8;
const DEFLATE = 8;
const FLAG_HEADER_CRC = 2;
const FLAG_EXTRA = 4;
const FLAG_NAME = 8;
const FLAG_COMMENT = 16;

/** Yields the bytes of all members. Zeros between and behind them are padding. Throws CompressionDamage. */
export async function* gunzip(source: CompressedSource): AsyncGenerator<Uint8Array> {
  for (let isFirst = true; await nextHeader(source, isFirst); isFirst = false) {
    let checksum = 0;
    let length = 0;
    for await (const bytes of throughDecompressor(createInflateRaw(), source, STEP_BYTES)) {
      checksum = crc32(bytes, checksum);
      length += bytes.length;
      yield bytes;
    }
    const trailer = await source.takeAll(TRAILER_BYTES);
    if (trailer.length < TRAILER_BYTES) throw new CompressionDamage(CUT_SHORT);
    const view = new DataView(trailer.buffer, trailer.byteOffset, TRAILER_BYTES);
    if (view.getUint32(0, true) !== checksum) throw new CompressionDamage(damaged("incorrect data check"));
    if (view.getUint32(4, true) !== length % 2 ** 32)
      throw new CompressionDamage(damaged("incorrect length check"));
  }
}

/** Takes a member's header; false at the end. */
async function nextHeader(source: CompressedSource, isFirst: boolean): Promise<boolean> {
  if (!isFirst) await skipZeros(source);
  const header = await source.takeAll(HEADER_BYTES);
  if (header.length === 0) return false;
  if (header[0] !== 0x1f || (header.length > 1 && header[1] !== 0x8b))
    throw new CompressionDamage("what follows the compressed data is not gzip");
  if (header.length < HEADER_BYTES) throw new CompressionDamage(CUT_SHORT);
  if (header[2] !== DEFLATE) throw new CompressionDamage(damaged("unknown compression method"));
  const flags = header[3];
  if ((flags & FLAG_EXTRA) !== 0) {
    const length = await source.takeAll(2);
    if (length.length === 2) await source.takeAll(length[0] | (length[1] << 8));
  }
  if ((flags & FLAG_NAME) !== 0) await skipText(source);
  if ((flags & FLAG_COMMENT) !== 0) await skipText(source);
  if ((flags & FLAG_HEADER_CRC) !== 0) await source.takeAll(2);
  return true;
}

async function skipZeros(source: CompressedSource): Promise<void> {
  for (;;) {
    const bytes = await source.take(STEP_BYTES);
    const end = bytes.findIndex((byte) => byte !== 0);
    if (end !== -1) source.putBack(bytes, bytes.length - end);
    if (end !== -1 || bytes.length === 0) return;
  }
}

/** Skips a text and the zero behind it. */
async function skipText(source: CompressedSource): Promise<void> {
  for (;;) {
    const bytes = await source.take(STEP_BYTES);
    const end = bytes.indexOf(0);
    if (end !== -1) source.putBack(bytes, bytes.length - end - 1);
    if (end !== -1 || bytes.length === 0) return;
  }
}
