// SLIP: a byte ends the packet, two bytes stand for it inside (RFC 1055).

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

export interface SlipOptions {
  /** Whether `encode` writes an END in front too, which flushes what noise has left at the receiver. True by default, as in RFC 1055. */
  readonly leadingEnd?: boolean;
  /**
   * What a byte behind ESC is that is neither ESC_END nor ESC_ESC. `keep`: part of the packet, "the best bet" of RFC 1055's receiver.
   * `malformed`: an error, and decoding goes on behind the next END. `keep` by default.
   */
  readonly badEscape?: "keep" | "malformed";
  /** Most bytes of a packet; 64 KiB by default (RFC 1055 names 1006 as a common one). */
  readonly maximum?: number;
}

const MAXIMUM_DEFAULT = 65_536;
const END = 0xc0;
const ESC = 0xdb;
const ESC_END = 0xdc;
const ESC_ESC = 0xdd;

/** Packets in SLIP. Empty packets are not passed on (RFC 1055: they come from noise), and so `encode` refuses them with a RangeError. */
export function slip(options: SlipOptions = {}): SyncCodec<Uint8Array> {
  const { leadingEnd = true, badEscape = "keep", maximum = MAXIMUM_DEFAULT } = options;
  checkWhole("maximum", maximum, 1, 2 ** 31);
  return {
    name: `SLIP${leadingEnd ? "" : ", no END in front"}${badEscape === "keep" ? "" : ", strict"}`,
    encode(frame) {
      if (frame.length === 0) throw new RangeError("SLIP has no empty packets");
      if (frame.length > maximum)
        throw new RangeError(`a packet has at most ${maximum} bytes, not ${frame.length}`);
      return escaped(frame, leadingEnd);
    },
    decoder: () => queueDecoder(new SlipParser(badEscape === "keep", maximum), "resumes"),
    frames: payloads({ min: 1, max: maximum, special: [END, ESC, ESC_END, ESC_ESC] }),
    maxLength: maximum,
    frameOfLength: (length) => new Uint8Array(length),
    tooLong: (length) => escaped(overlongPayload(length, maximum, 0), leadingEnd),
    afterError: "resumes",
    acceptsAnything: badEscape === "keep",
    // A lone END in front of nothing is no packet yet.
    reportsEnd: !leadingEnd,
  };
}

function escaped(frame: Uint8Array, leadingEnd: boolean): Uint8Array {
  const out = new Uint8Array(frame.length * 2 + 2);
  let at = 0;
  if (leadingEnd) out[at++] = END;
  for (const byte of frame) {
    if (byte === END || byte === ESC) {
      out[at++] = ESC;
      out[at++] = byte === END ? ESC_END : ESC_ESC;
    } else out[at++] = byte;
  }
  out[at++] = END;
  return out.slice(0, at);
}

class SlipParser implements Parser<Uint8Array> {
  readonly #keepsBadEscapes: boolean;
  readonly #maximum: number;
  readonly #packet = new FrameBuffer();
  #escaped = false;
  #skipping = false;

  constructor(keepsBadEscapes: boolean, maximum: number) {
    this.#keepsBadEscapes = keepsBadEscapes;
    this.#maximum = maximum;
  }

  next(queue: ByteQueue): Uint8Array | undefined {
    while (queue.length > 0) {
      const byte = queue.at(0);
      queue.skip(1);
      if (this.#escaped) this.#unescape(queue, byte);
      else if (byte === ESC) this.#escaped = true;
      else if (byte !== END) this.#push(queue, byte);
      else if (this.#skipping) this.#skipping = false;
      else if (this.#packet.length > 0) return this.#packet.take();
    }
    return undefined;
  }

  end(queue: ByteQueue): undefined {
    if (this.#packet.length > 0 || this.#escaped || this.#skipping) throw incomplete(queue, "a packet");
    return undefined;
  }

  #unescape(queue: ByteQueue, byte: number): void {
    this.#escaped = false;
    if (byte === ESC_END) this.#push(queue, END);
    else if (byte === ESC_ESC) this.#push(queue, ESC);
    else if (this.#keepsBadEscapes) this.#push(queue, byte);
    else {
      // Behind an ESC the END still ends the packet: what follows it is not lost.
      const wasSkipping = this.#skipping;
      this.#skipping = byte !== END;
      this.#packet.clear();
      if (!wasSkipping)
        throw malformed(queue, 0, `no escape: ESC and 0x${byte.toString(16).padStart(2, "0")}`);
    }
  }

  #push(queue: ByteQueue, byte: number): void {
    if (this.#skipping) return;
    if (this.#packet.length === this.#maximum) {
      this.#packet.clear();
      this.#skipping = true;
      throw tooLong(queue, 0, "a packet", this.#maximum);
    }
    this.#packet.push(byte);
  }
}
