// Frames behind their length: 8 to 64 bits of either byte order, or a varint, with all the options that netty's
// LengthFieldBasedFrameDecoder (4.1) and tokio-util's LengthDelimitedCodec (0.7) have.

import * as fc from "fast-check";
import type { ByteQueue } from "../byte-queue.ts";
import type { SyncCodec } from "../codec.ts";
import { payloads } from "../arbitraries/payloads.ts";
import { checkWhole, incomplete, malformed, queueDecoder, tooLong } from "./queue-decoder.ts";
import type { Parser } from "./queue-decoder.ts";
import { varintBytes } from "./varint.ts";

const HEADER_MAX = 1 << 16;
/** tokio's default maximum. */
const MAXIMUM_DEFAULT = 8 * 1024 * 1024;
/** LEB128 of 32 bits. */
const VARINT_BYTES_MAX = 5;

export interface LengthPrefixOptions {
  /** Bits of the length field; 32 by default. `varint` is unsigned LEB128 of at most 32 bits, as Protocol Buffers delimit messages. */
  readonly bits?: 8 | 16 | 24 | 32 | 64 | "varint";
  /** Byte order of the field; big by default. */
  readonly endian?: "big" | "little";
  /** Bytes in front of the field; 0 by default. */
  readonly offset?: number;
  /** Added to the field's value to get the number of bytes behind the field; 0 by default. */
  readonly adjustment?: number;
  /** Whether the field counts the header (what is in front of it and itself) too: short for a negative adjustment. */
  readonly headerIncluded?: boolean;
  /** Bytes taken off the front of what the decoder gives; the header by default, 0 keeps it. With a varint: 0 or the header. */
  readonly strip?: number;
  /** Most bytes behind the field; 8 MiB by default, or what the field can say if that is less. */
  readonly maximum?: number;
  /** What follows a frame that is too long: the end, or the frame behind it. `fail` by default. */
  readonly whenTooLong?: "fail" | "skip";
  /** With `skip`: whether the error comes at once, or when all of the frame has come and gone. True by default. */
  readonly failFast?: boolean;
}

interface Layout {
  readonly bits: 8 | 16 | 24 | 32 | 64 | "varint";
  readonly little: boolean;
  readonly offset: number;
  /** Bytes of the field; 0 for a varint. */
  readonly size: number;
  readonly adjustment: number;
  readonly strip: number | null;
  readonly maximum: number;
  readonly skips: boolean;
  readonly failFast: boolean;
}

/** Length-prefixed frames. Throws RangeError for options that make no sense together. */
export function lengthPrefix(options: LengthPrefixOptions = {}): SyncCodec<Uint8Array> {
  const layout = layoutOf(options);
  const { maximum } = layout;
  return {
    name: nameOf(layout),
    encode: (frame) => encode(layout, frame),
    decoder: () => queueDecoder(new LengthPrefixParser(layout), layout.skips ? "resumes" : "terminal"),
    frames: framesOf(layout),
    maxLength: maximum,
    frameOfLength: (length) => frameOf(layout, new Uint8Array(length)),
    // Late errors come with the last byte: the header alone shows nothing.
    ...(layout.failFast ? { tooLong: (length: number) => headerOf(layout, length) } : {}),
    afterError: layout.skips ? "resumes" : "terminal",
  };
}

/** The options that make `lengthPrefix` decode what netty's `LengthFieldBasedFrameDecoder` of these parameters decodes. */
export function fromNetty(parameters: {
  readonly maxFrameLength: number;
  readonly lengthFieldOffset: number;
  readonly lengthFieldLength: 1 | 2 | 3 | 4 | 8;
  readonly lengthAdjustment?: number;
  readonly initialBytesToStrip?: number;
  readonly byteOrder?: "big" | "little";
  readonly failFast?: boolean;
}): LengthPrefixOptions {
  const { maxFrameLength, lengthFieldOffset, lengthFieldLength, lengthAdjustment = 0 } = parameters;
  return {
    bits: (lengthFieldLength * 8) as 8 | 16 | 24 | 32 | 64,
    endian: parameters.byteOrder ?? "big",
    offset: lengthFieldOffset,
    adjustment: lengthAdjustment,
    strip: parameters.initialBytesToStrip ?? 0,
    maximum: maxFrameLength - lengthFieldOffset - lengthFieldLength,
    whenTooLong: "skip",
    failFast: parameters.failFast ?? true,
  };
}

/** The same for tokio-util's `LengthDelimitedCodec`: it limits the field's value, and what it gives begins behind `numSkip` bytes. */
export function fromTokio(parameters: {
  readonly maxFrameLength?: number;
  readonly lengthFieldOffset?: number;
  readonly lengthFieldLength?: 1 | 2 | 3 | 4 | 8;
  readonly lengthAdjustment?: number;
  readonly numSkip?: number;
  readonly endian?: "big" | "little";
}): LengthPrefixOptions {
  const { lengthFieldOffset = 0, lengthFieldLength = 4, lengthAdjustment = 0 } = parameters;
  const header = lengthFieldOffset + lengthFieldLength;
  const strip = parameters.numSkip ?? header;
  const adjustment = lengthAdjustment + strip - header;
  const fieldMax = Math.min(parameters.maxFrameLength ?? MAXIMUM_DEFAULT, 2 ** (lengthFieldLength * 8) - 1);
  return {
    bits: (lengthFieldLength * 8) as 8 | 16 | 24 | 32 | 64,
    endian: parameters.endian ?? "big",
    offset: lengthFieldOffset,
    adjustment,
    strip,
    maximum: fieldMax + adjustment,
  };
}

function layoutOf(options: LengthPrefixOptions): Layout {
  const { bits = 32, offset = 0, headerIncluded = false, whenTooLong = "fail", failFast = true } = options;
  const size = bits === "varint" ? 0 : bits / 8;
  checkWhole("offset", offset, 0, HEADER_MAX);
  let adjustment = options.adjustment ?? 0;
  checkWhole("adjustment", adjustment, -(2 ** 31), 2 ** 31);
  if (headerIncluded) {
    if (bits === "varint") throw new RangeError("a varint does not count itself: leave headerIncluded out");
    adjustment -= offset + size;
  }
  const fieldMax = bits === "varint" ? 2 ** 32 - 1 : Math.min(2 ** bits - 1, Number.MAX_SAFE_INTEGER);
  const maximum = options.maximum ?? Math.min(MAXIMUM_DEFAULT, fieldMax + adjustment);
  checkWhole("maximum", maximum, 0, Math.min(fieldMax + adjustment, 2 ** 31));
  const strip = options.strip ?? null;
  if (strip !== null) checkWhole("strip", strip, 0, HEADER_MAX);
  if (bits === "varint" && strip !== null && strip !== 0)
    throw new RangeError("a varint's header has no fixed length: strip is 0 or left out");
  const little = options.endian === "little";
  const skips = whenTooLong === "skip";
  return { bits, little, offset, size, adjustment, strip, maximum, skips, failFast: failFast || !skips };
}

function nameOf(layout: Layout): string {
  const parts = ["length prefix", layout.bits === "varint" ? "varint" : `${layout.bits} bits`];
  if (layout.size > 1) parts.push(layout.little ? "little-endian" : "big-endian");
  if (layout.offset > 0) parts.push(`offset ${layout.offset}`);
  if (layout.adjustment !== 0) parts.push(`adjustment ${layout.adjustment}`);
  if (layout.strip !== null) parts.push(`strip ${layout.strip}`);
  return parts.join(", ");
}

class LengthPrefixParser implements Parser<Uint8Array> {
  readonly #layout: Layout;
  /** Bytes of the whole frame, header included; -1 until the field has been read. */
  #total = -1;
  #header = 0;
  /** Bytes of a frame that is too long still to come. */
  #skipping = 0;
  #tooLongLater = false;
  #varintRead = 0;

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  next(queue: ByteQueue): Uint8Array | undefined {
    while (this.#total < 0) {
      if (this.#skipping > 0 && !this.#skip(queue)) return undefined;
      if (!this.#readHeader(queue)) return undefined;
    }
    if (queue.length < this.#total) return undefined;
    const strip = this.#layout.strip ?? this.#header;
    const length = this.#total - strip;
    this.#total = -1;
    if (strip > 0) queue.skip(strip);
    return length === 0 ? new Uint8Array() : queue.take(length);
  }

  end(queue: ByteQueue): undefined {
    if (queue.length > 0 || this.#skipping > 0) throw incomplete(queue, "a frame");
    return undefined;
  }

  /** Reads the field; false when it is not all there. Leaves `#total` at -1 for a frame that is to be skipped. */
  #readHeader(queue: ByteQueue): boolean {
    const { offset, size, bits, adjustment, maximum } = this.#layout;
    let value: number;
    if (bits === "varint") {
      value = this.#readVarint(queue);
      if (value < 0) return false;
      this.#header = offset + this.#varintRead;
      this.#varintRead = 0;
    } else {
      this.#header = offset + size;
      if (queue.length < this.#header) return false;
      value = readField(queue.bytes, queue.head + offset, size, this.#layout.little);
    }
    const behind = value + adjustment;
    const header = this.#header;
    if (behind < 0) {
      queue.skip(header);
      throw malformed(queue, 0, `the length ${value} is less than the header it counts`);
    }
    if (behind > maximum) this.#refuse(queue, header + behind);
    else if (this.#layout.strip !== null && header + behind < this.#layout.strip) {
      queue.skip(header);
      this.#skipping = behind;
      throw malformed(
        queue,
        0,
        `a frame of ${header + behind} bytes is shorter than the ${this.#layout.strip} to strip`,
      );
    } else this.#total = header + behind;
    return true;
  }

  #refuse(queue: ByteQueue, total: number): void {
    const { failFast, skips, maximum } = this.#layout;
    const error = tooLong(queue, this.#header, "a frame", maximum);
    if (skips) {
      queue.skip(this.#header);
      this.#skipping = total - this.#header;
      this.#tooLongLater = !failFast;
    }
    if (failFast) throw error;
  }

  /** Skips what came of a refused frame; true when that was all of it. */
  #skip(queue: ByteQueue): boolean {
    const here = Math.min(queue.length, this.#skipping);
    queue.skip(here);
    this.#skipping -= here;
    if (this.#skipping > 0) return false;
    if (!this.#tooLongLater) return true;
    this.#tooLongLater = false;
    throw tooLong(queue, 0, "a frame", this.#layout.maximum);
  }

  /** The varint's value, -1 when more bytes are wanted. */
  #readVarint(queue: ByteQueue): number {
    const { offset } = this.#layout;
    let value = 0;
    for (let i = 0; i < VARINT_BYTES_MAX; i++) {
      if (queue.length <= offset + i) return -1;
      const byte = queue.at(offset + i);
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (i === VARINT_BYTES_MAX - 1 && byte > 0x0f) break;
      if (byte < 0x80) {
        this.#varintRead = i + 1;
        return value;
      }
    }
    queue.skip(offset + VARINT_BYTES_MAX);
    throw malformed(queue, 0, "the varint has more than 32 bits");
  }
}

/** Reads `size` bytes as a whole number; beyond 2^53 it is rounded, which is beyond every maximum too. */
function readField(bytes: Uint8Array, at: number, size: number, little: boolean): number {
  let value = 0;
  if (little) for (let i = size - 1; i >= 0; i--) value = value * 256 + bytes[at + i];
  else for (let i = 0; i < size; i++) value = value * 256 + bytes[at + i];
  return value;
}

function writeField(bytes: Uint8Array, at: number, size: number, little: boolean, value: number): void {
  let rest = value;
  for (let i = 0; i < size; i++) {
    bytes[little ? at + i : at + size - 1 - i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}

/** The header in front of `behind` bytes. Throws RangeError when the field cannot say so much. */
function headerOf(layout: Layout, behind: number): Uint8Array {
  const { bits, offset, size, little, adjustment } = layout;
  const value = behind - adjustment;
  const fieldMax = bits === "varint" ? 2 ** 32 - 1 : Math.min(2 ** bits - 1, Number.MAX_SAFE_INTEGER);
  if (value < 0 || value > fieldMax) throw new RangeError(`the length field cannot say ${value}`);
  if (bits === "varint") {
    const varint = varintBytes(value);
    const header = new Uint8Array(offset + varint.length);
    header.set(varint, offset);
    return header;
  }
  const header = new Uint8Array(offset + size);
  writeField(header, offset, size, little, value);
  return header;
}

/** What the decoder gives for the frame with `behind` behind its header. */
function frameOf(layout: Layout, behind: Uint8Array): Uint8Array {
  const header = headerOf(layout, behind.length);
  const whole = new Uint8Array(header.length + behind.length);
  whole.set(header);
  whole.set(behind, header.length);
  return whole.slice(layout.strip ?? header.length);
}

function encode(layout: Layout, frame: Uint8Array): Uint8Array {
  const behindLength = behindOf(layout, frame);
  if (behindLength < 0) throw new RangeError("the frame is shorter than the header it begins with");
  if (behindLength > layout.maximum)
    throw new RangeError(
      `a frame has at most ${layout.maximum} bytes behind its header, not ${behindLength}`,
    );
  const header = headerOf(layout, behindLength);
  const strip = layout.strip ?? header.length;
  const bytes = new Uint8Array(header.length + behindLength);
  bytes.set(frame, strip);
  const { offset } = layout;
  for (let i = offset; i < header.length; i++) {
    if (i >= strip && bytes[i] !== header[i])
      throw new RangeError("the frame begins with a header that says another length");
    bytes[i] = header[i];
  }
  return bytes;
}

/** How many bytes of `frame`, which may begin with some of the header, are behind the header when it is encoded. */
function behindOf(layout: Layout, frame: Uint8Array): number {
  if (layout.strip === null) return frame.length;
  if (layout.bits !== "varint") return frame.length + layout.strip - layout.offset - layout.size;
  let size = 1;
  while (size < VARINT_BYTES_MAX && frame[layout.offset + size - 1] >= 0x80) size++;
  return frame.length - layout.offset - size;
}

/** Kept headers have to agree with what follows them, and so frames are made of what is behind; in front of the field anything may be. */
function framesOf(layout: Layout): fc.Arbitrary<Uint8Array> {
  const header = headerOf(layout, Math.max(0, layout.adjustment)).length;
  const min = Math.max(0, layout.adjustment, (layout.strip ?? header) - header);
  const behind = payloads({ min, max: layout.maximum });
  const { strip, offset } = layout;
  if (strip === null || strip >= offset) return behind.map((bytes) => frameOf(layout, bytes));
  return fc
    .tuple(behind, fc.uint8Array({ minLength: offset - strip, maxLength: offset - strip }))
    .map(([bytes, front]) => {
      const frame = frameOf(layout, bytes);
      frame.set(front);
      return frame;
    });
}
