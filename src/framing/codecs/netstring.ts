// Netstrings: `5:hello,` (D. J. Bernstein, "Netstrings", 1997).

import type { ByteQueue } from "../byte-queue.ts";
import type { SyncCodec } from "../codec.ts";
import { payloads } from "../arbitraries/payloads.ts";
import { checkWhole, incomplete, malformed, queueDecoder, tooLong } from "./queue-decoder.ts";
import type { Parser } from "./queue-decoder.ts";

export interface NetstringOptions {
  /** Most bytes of a string; 8 MiB by default, at most 999,999,999. */
  readonly maximum?: number;
}

const MAXIMUM_DEFAULT = 8 * 1024 * 1024;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const COMMA = 0x2c;

/** Netstrings. A length with leading zeros is malformed; the error for a length beyond the maximum comes with the digit that makes it so. */
export function netstring(options: NetstringOptions = {}): SyncCodec<Uint8Array> {
  const { maximum = MAXIMUM_DEFAULT } = options;
  checkWhole("maximum", maximum, 0, 999_999_999);
  return {
    name: "netstring",
    encode(frame) {
      if (frame.length > maximum)
        throw new RangeError(`a netstring has at most ${maximum} bytes, not ${frame.length}`);
      const length = Buffer.from(`${frame.length}:`);
      const bytes = new Uint8Array(length.length + frame.length + 1);
      bytes.set(length);
      bytes.set(frame, length.length);
      bytes[bytes.length - 1] = COMMA;
      return bytes;
    },
    decoder: () => queueDecoder(new NetstringParser(maximum)),
    frames: payloads({ max: maximum, special: [ZERO, NINE, COLON, COMMA] }),
    maxLength: maximum,
    frameOfLength: (length) => new Uint8Array(length),
    tooLong: (length) => Buffer.from(`${length}:`),
  };
}

class NetstringParser implements Parser<Uint8Array> {
  readonly #maximum: number;
  #length = 0;
  #digits = 0;
  #inString = false;

  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  next(queue: ByteQueue): Uint8Array | undefined {
    if (!this.#inString && !this.#readLength(queue)) return undefined;
    if (queue.length <= this.#length) return undefined;
    if (queue.at(this.#length) !== COMMA)
      throw malformed(queue, this.#length, "the string does not end with a comma");
    const frame = queue.take(this.#length);
    queue.skip(1);
    this.#inString = false;
    this.#length = 0;
    this.#digits = 0;
    return frame;
  }

  end(queue: ByteQueue): undefined {
    if (queue.length > 0 || this.#inString || this.#digits > 0) throw incomplete(queue, "a netstring");
    return undefined;
  }

  #readLength(queue: ByteQueue): boolean {
    while (queue.length > 0) {
      const byte = queue.at(0);
      if (byte === COLON && this.#digits > 0) {
        queue.skip(1);
        this.#inString = true;
        return true;
      }
      if (byte < ZERO || byte > NINE) throw malformed(queue, 0, "a length is decimal digits and a colon");
      if (this.#digits > 0 && this.#length === 0) throw malformed(queue, 0, "the length has a leading zero");
      this.#length = this.#length * 10 + byte - ZERO;
      this.#digits++;
      if (this.#length > this.#maximum) throw tooLong(queue, 0, "a netstring", this.#maximum);
      queue.skip(1);
    }
    return false;
  }
}
