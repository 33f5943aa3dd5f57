// Consistent Overhead Byte Stuffing: zeros are stuffed away so that a zero ends the frame. COBS after S. Cheshire and M. Baker,
// "Consistent Overhead Byte Stuffing", IEEE/ACM Transactions on Networking 7(2), 1999; COBS/R, "reduced", after C. McQueen, 2010.

import type { ByteQueue } from "../byte-queue.ts";
import type { SyncCodec } from "../codec.ts";
import { FrameBuffer } from "./frame-buffer.ts";
import { payloads } from "../arbitraries/payloads.ts";
import {
  checkWhole,
  incomplete,
  malformed,
  overlongPayload,
  queueDecoder,
  tooLong,
} from "./queue-decoder.ts";
import type { Parser } from "./queue-decoder.ts";

export interface CobsOptions {
  /** COBS/R: a last byte that is at least the last block's length takes its place, which mostly saves the byte of overhead. */
  readonly reduced?: boolean;
  /** Most bytes of a frame, decoded; 64 KiB by default. */
  readonly maximum?: number;
}

const MAXIMUM_DEFAULT = 65_536;
/** The code of a block of 254 bytes with no zero behind it. */
const FULL = 0xff;

/**
 * Frames in COBS or COBS/R, each ended by a zero. A zero with nothing before it is between frames and means nothing. A frame that is wrong
 * or too long is an error; decoding goes on behind its zero.
 */
export function cobs(options: CobsOptions = {}): SyncCodec<Uint8Array> {
  const { reduced = false, maximum = MAXIMUM_DEFAULT } = options;
  checkWhole("maximum", maximum, 0, 2 ** 31);
  return {
    name: reduced ? "COBS/R" : "COBS",
    encode(frame) {
      if (frame.length > maximum)
        throw new RangeError(`a frame has at most ${maximum} bytes, not ${frame.length}`);
      return stuffed(frame, reduced);
    },
    decoder: () => queueDecoder(new CobsParser(reduced, maximum), "resumes"),
    frames: payloads({ max: maximum, special: [0, 0, 1, 2, 3, 0xff] }),
    maxLength: maximum,
    frameOfLength: (length) => new Uint8Array(length).fill(1),
    tooLong: (length) => stuffed(overlongPayload(length, maximum, 1), reduced),
    afterError: "resumes",
  };
}

function stuffed(frame: Uint8Array, reduced: boolean): Uint8Array {
  const out = new Uint8Array(frame.length + Math.floor(frame.length / 254) + 2);
  let code = 0;
  let at = 1;
  for (const [i, byte] of frame.entries()) {
    if (byte !== 0) out[at++] = byte;
    // A full block at the very end needs no block behind it.
    const full = at - code === FULL && i + 1 < frame.length;
    if (byte !== 0 && !full) continue;
    out[code] = at - code;
    code = at++;
  }
  const size = at - code;
  const last = out[at - 1];
  if (reduced && size > 1 && last >= size) {
    out[code] = last;
    at--;
  } else out[code] = size;
  out[at] = 0;
  return out.slice(0, at + 1);
}

class CobsParser implements Parser<Uint8Array> {
  readonly #reduced: boolean;
  readonly #maximum: number;
  readonly #frame = new FrameBuffer();
  /** The code of the block under way, 0 before the first, and how many of its bytes are still to come. */
  #code = 0;
  #left = 0;
  #skipping = false;

  constructor(reduced: boolean, maximum: number) {
    this.#reduced = reduced;
    this.#maximum = maximum;
  }

  next(queue: ByteQueue): Uint8Array | undefined {
    while (queue.length > 0) {
      const byte = queue.at(0);
      queue.skip(1);
      if (byte === 0) {
        if (this.#ends(queue)) return this.#frame.take();
      } else if (!this.#skipping) this.#take(queue, byte);
    }
    return undefined;
  }

  end(queue: ByteQueue): undefined {
    if (this.#code > 0 || this.#skipping) throw incomplete(queue, "a frame");
    return undefined;
  }

  #take(queue: ByteQueue, byte: number): void {
    if (this.#left > 0) {
      this.#push(queue, byte);
      this.#left--;
      return;
    }
    if (this.#code > 0 && this.#code < FULL) this.#push(queue, 0);
    this.#code = byte;
    this.#left = byte - 1;
  }

  #push(queue: ByteQueue, byte: number): void {
    if (this.#frame.length === this.#maximum) {
      this.#reset();
      this.#skipping = true;
      throw tooLong(queue, 0, "a frame", this.#maximum);
    }
    this.#frame.push(byte);
  }

  /** A zero has come: true when it ends a frame. */
  #ends(queue: ByteQueue): boolean {
    const code = this.#code;
    const left = this.#left;
    this.#code = 0;
    this.#left = 0;
    if (this.#skipping) {
      this.#skipping = false;
      return false;
    }
    if (code === 0) return false;
    if (left === 0) return true;
    if (!this.#reduced) {
      this.#frame.clear();
      throw malformed(queue, 0, `the frame ends ${left} bytes before its last block does`);
    }
    if (this.#frame.length === this.#maximum) {
      this.#frame.clear();
      throw tooLong(queue, 0, "a frame", this.#maximum);
    }
    this.#frame.push(code);
    return true;
  }

  #reset(): void {
    this.#code = 0;
    this.#left = 0;
    this.#frame.clear();
  }
}
