// Datagram codecs as the laws' machinery sees them: each datagram is a chunk, and stands alone.

import type { Codec, DatagramCodec } from "../../codec.ts";
import type { Feed } from "../../feed.ts";

const asCodecs = new WeakMap<object, Codec<unknown>>();

/** A codec whose decoder decodes each chunk by itself. */
export function asCodec<F>(datagrams: DatagramCodec<F>): Codec<unknown> {
  let codec = asCodecs.get(datagrams);
  if (codec === undefined) {
    const compare = datagrams.equals?.bind(datagrams);
    codec = {
      name: datagrams.name,
      encode: (frame) => datagrams.encode(frame as F),
      frames: datagrams.frames,
      decoder: () => ({ push: (chunk) => [datagrams.decode(chunk)] }),
      ...(compare === undefined ? {} : { equals: (a: unknown, b: unknown) => compare(a as F, b as F) }),
    };
    asCodecs.set(datagrams, codec);
  }
  return codec;
}

/** These datagrams, one after another. */
export function arriving(datagrams: readonly Uint8Array[], overwrite: boolean = false): Feed {
  let length = 0;
  const ends = datagrams.map((datagram) => (length += datagram.length));
  const bytes = new Uint8Array(length);
  for (const [i, datagram] of datagrams.entries()) bytes.set(datagram, ends[i] - datagram.length);
  return { bytes, cuts: ends.slice(0, -1), tick: false, overwrite, end: false };
}
