// Bytes that lines of output are put together in: numbers and short ASCII texts go in digit by digit, so that a line of columns
// is printed without making a string of any of them.

import {
  DECIMAL_BYTES,
  HEX_BYTES,
  putDecimal,
  putFour,
  putHexFour,
  putWords,
  SLACK_BYTES,
  wordsOf,
} from "./digits.ts";

const ROOM_MIN = 1 << 17;
/** Texts up to this length are copied here; for longer ones, and for what is not ASCII, the call into the runtime pays. */
const SHORT_MAX = 48;
const HEX = Buffer.from("0123456789abcdef");
const WORD_MAX = 0xffff_ffff;
const BILLION = 1_000_000_000;
const NEWLINE = 10;
/** Room that every short write asks for: more than a number's digits. */
const SHORT_ROOM = DECIMAL_BYTES * 2 + SLACK_BYTES;

/** A text that goes out often, as `wordsOf` has it. */
export interface Piece {
  readonly words: Float64Array;
  /** In bytes. */
  readonly length: number;
}

/** `text` as UTF-8. */
export function pieceOf(text: string): Piece {
  const bytes = Buffer.from(text);
  return { words: wordsOf(bytes), length: bytes.length };
}

/** Writes the line of packet `row`, without its end. */
export type LineWriter = (row: number, out: LineBytes) => void;

export class LineBytes {
  /** What is written is in `bytes[0, length)`. */
  bytes: Buffer = Buffer.allocUnsafe(ROOM_MIN);
  length = 0;
  /** The same bytes, for words. */
  view = viewOf(this.bytes);

  byte(code: number): void {
    if (this.length === this.bytes.length) this.#room(1);
    this.bytes[this.length++] = code;
  }

  newline(): void {
    this.byte(NEWLINE);
  }

  /** Makes room for `bytes` more, so that they can be put into `view` from `length` on. */
  reserve(bytes: number): void {
    if (this.length + bytes > this.bytes.length) this.#room(bytes);
  }

  /** A whole number from 0 to 2^53. */
  decimal(value: number): void {
    if (value > WORD_MAX) {
      const high = Math.floor(value / BILLION);
      this.decimal(high);
      this.padded(value - high * BILLION, 9);
      return;
    }
    if (this.length + SHORT_ROOM > this.bytes.length) this.#room(SHORT_ROOM);
    this.length = putDecimal(this.view, this.length, value);
  }

  /** The last `digits` decimal digits, at most 12, of a number below 2^31, zeros before it. */
  padded(value: number, digits: number): void {
    if (this.length + SHORT_ROOM > this.bytes.length) this.#room(SHORT_ROOM);
    let rest = value | 0;
    let at = (this.length += digits);
    const start = at - digits;
    for (; at - start >= 4; at -= 4) {
      const next = (rest / 10_000) | 0;
      putFour(this.view, at - 4, rest - next * 10_000);
      rest = next;
    }
    for (; at > start; at--) {
      const next = (rest / 10) | 0;
      this.bytes[at - 1] = 48 + (rest - next * 10);
      rest = next;
    }
  }

  /** `0x` and at least `digits` hexadecimal digits of a number from 0 to 2^32 - 1. */
  hex(value: number, digits: number): void {
    if (this.length + SHORT_ROOM > this.bytes.length) this.#room(SHORT_ROOM);
    const { bytes } = this;
    bytes[this.length] = 48;
    bytes[this.length + 1] = 120;
    if (digits === 4 && value < 0x10000) {
      this.length = putHexFour(this.view, this.length + 2, value);
      return;
    }
    let count = digits;
    while (count < 8 && value >>> (count * 4) !== 0) count++;
    let at = this.length + 2;
    for (let shift = (count - 1) * 4; shift >= 0; shift -= 4) bytes[at++] = HEX[(value >>> shift) & 15];
    this.length = at;
  }

  /** Raw bytes as hexadecimal digits, `separator` (a character's code; 0 is none) between them. */
  hexBytes(data: Uint8Array, separator: number): void {
    const { length } = data;
    if (length === 0) return;
    const room = length * 3 + 4;
    if (this.length + room > this.bytes.length) this.#room(room);
    const view = this.view;
    let at = this.length;
    if (separator === 0) {
      for (let i = 0; i < length; i++, at += 2) view.setUint16(at, HEX_BYTES[data[i]], true);
    } else {
      // The byte beyond each separator is written again by what follows.
      for (let i = 0; i < length; i++, at += 3) {
        view.setUint32(at, HEX_BYTES[data[i]] | (separator << 16), true);
      }
      at--;
    }
    this.length = at;
  }

  piece({ words, length }: Piece): void {
    this.words(words, 0, length);
  }

  /** `length` bytes that are in `words` from word `start` on, as `wordsOf` has them. */
  words(words: Float64Array, start: number, length: number): void {
    if (this.length + length + SLACK_BYTES > this.bytes.length) this.#room(length + SLACK_BYTES);
    this.length = putWords(this.view, this.length, words, start, length);
  }

  text(text: string): void {
    const { length } = text;
    if (length <= SHORT_MAX) {
      if (this.length + length > this.bytes.length) this.#room(length);
      const { bytes } = this;
      const start = this.length;
      let i = 0;
      for (; i < length; i++) {
        const code = text.charCodeAt(i);
        if (code > 127) break;
        bytes[start + i] = code;
      }
      if (i === length) {
        this.length = start + length;
        return;
      }
    }
    if (this.length + length * 3 > this.bytes.length) this.#room(length * 3);
    this.length += this.bytes.write(text, this.length, "utf8");
  }

  blanks(count: number): void {
    if (this.length + count > this.bytes.length) this.#room(count);
    for (let i = 0; i < count; i++) this.bytes[this.length++] = 32;
  }

  /** Blanks until `width` characters are there since `start`, where all are ASCII. */
  fill(start: number, width: number): void {
    while (this.length - start < width) this.byte(32);
  }

  /** Blanks before what has been written since `start`, so that it is at least `width` characters. */
  indent(start: number, width: number): void {
    const missing = width - (this.length - start);
    if (missing <= 0) return;
    if (this.length + missing > this.bytes.length) this.#room(missing);
    const { bytes } = this;
    // A few characters: the runtime's own copying and filling take longer to call.
    for (let at = this.length - 1; at >= start; at--) bytes[at + missing] = bytes[at];
    for (let at = start; at < start + missing; at++) bytes[at] = 32;
    this.length += missing;
  }

  /** What has been written since `start`, as text. */
  textFrom(start: number): string {
    return this.bytes.toString("utf8", start, this.length);
  }

  /** The bytes written so far, valid until the next call; what comes then begins anew. */
  take(): Uint8Array {
    const taken = this.bytes.subarray(0, this.length);
    this.length = 0;
    return taken;
  }

  #room(need: number): void {
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.length + need));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
    this.view = viewOf(larger);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** The lines of `rows` one by one, as text. */
export function* linesOf(writer: LineWriter, rows: Iterable<number>): Generator<string> {
  const out = new LineBytes();
  for (const row of rows) {
    writer(row, out);
    const line = out.textFrom(0);
    out.length = 0;
    yield line;
  }
}
