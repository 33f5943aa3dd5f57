// DNS over TCP: messages behind their length in 16 bits (RFC 1035 section 4.2.2, RFC 7766 section 8).

import type { ByteQueue } from "../byte-queue.ts";
import type { SyncCodec } from "../codec.ts";
import { payloads } from "../arbitraries/payloads.ts";
import { checkWhole, incomplete, malformed, queueDecoder, tooLong } from "./queue-decoder.ts";
import type { Parser } from "./queue-decoder.ts";

export interface DnsTcpOptions {
  /** Most bytes of a message; 65,535 by default, which is all the length can say. */
  readonly maximum?: number;
}

/** A message has a header (RFC 1035 section 4.1.1). */
const HEADER_BYTES = 12;
const LENGTH_MAX = 0xffff;

/** DNS messages as bytes. A length that has no room for the 12 bytes of a header is malformed. */
export function dnsTcp(options: DnsTcpOptions = {}): SyncCodec<Uint8Array> {
  const { maximum = LENGTH_MAX } = options;
  checkWhole("maximum", maximum, HEADER_BYTES, LENGTH_MAX);
  const prefixed = (length: number): Uint8Array => {
    if (length > LENGTH_MAX) throw new RangeError(`the length field cannot say ${length}`);
    const bytes = new Uint8Array(2 + length);
    bytes[0] = length >> 8;
    bytes[1] = length & 0xff;
    return bytes;
  };
  const parser: Parser<Uint8Array> = {
    next(queue: ByteQueue) {
      if (queue.length < 2) return undefined;
      const length = (queue.at(0) << 8) | queue.at(1);
      if (length < HEADER_BYTES)
        throw malformed(queue, 2, `a message of ${length} bytes has no room for its header`);
      if (length > maximum) throw tooLong(queue, 2, "a message", maximum);
      if (queue.length < 2 + length) return undefined;
      queue.skip(2);
      return queue.take(length);
    },
    end(queue) {
      if (queue.length > 0) throw incomplete(queue, "a message");
      return undefined;
    },
  };
  return {
    name: "DNS over TCP",
    encode(message) {
      if (message.length < HEADER_BYTES || message.length > maximum)
        throw new RangeError(`a message has ${HEADER_BYTES} to ${maximum} bytes, not ${message.length}`);
      const bytes = prefixed(message.length);
      bytes.set(message, 2);
      return bytes;
    },
    decoder: () => queueDecoder(parser),
    frames: payloads({ min: HEADER_BYTES, max: maximum }),
    maxLength: maximum,
    frameOfLength: (length) => new Uint8Array(length),
    tooLong: (length) => prefixed(length).subarray(0, 2),
  };
}
