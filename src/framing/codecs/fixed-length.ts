// Frames of one length: records, samples, blocks of a cipher.

import type { ByteQueue } from "../byte-queue.ts";
import type { SyncCodec } from "../codec.ts";
import { payloads } from "../arbitraries/payloads.ts";
import { checkWhole, incomplete, queueDecoder } from "./queue-decoder.ts";
import type { Parser } from "./queue-decoder.ts";

const LENGTH_MAX = 1 << 24;

export interface FixedLengthOptions {
  /** Bytes of every frame, 1 to 16,777,216. */
  readonly length: number;
}

/** Frames of exactly `length` bytes. Throws RangeError for a length that is none; `encode` does for frames of another length. */
export function fixedLength(options: FixedLengthOptions): SyncCodec<Uint8Array> {
  const { length } = options;
  checkWhole("length", length, 1, LENGTH_MAX);
  const parser: Parser<Uint8Array> = {
    next: (queue: ByteQueue) => (queue.length < length ? undefined : queue.take(length)),
    end(queue) {
      if (queue.length > 0) throw incomplete(queue, `a frame of ${length} bytes`);
      return undefined;
    },
  };
  return {
    name: `fixed length, ${length} bytes`,
    encode(frame) {
      if (frame.length !== length) throw new RangeError(`a frame has ${length} bytes, not ${frame.length}`);
      return frame.slice();
    },
    decoder: () => queueDecoder(parser),
    frames: payloads({ min: length, max: length }),
    acceptsAnything: true,
  };
}
