// Bytes that lines of output are put together in: numbers and short ASCII texts go in digit by digit, so that a line of columns
// is printed without making a string of any of them.

import type { ColumnMemory } from "../../trace/columns.ts";
import {
  DECIMAL_BYTES,
  HEX_BYTES,
  putDecimal,
  putFour,
  putHexFour,
  putWords,
  SLACK_BYTES,
  WORD_BYTES,
  wordOf,
  wordsOf,
} from "./digits.ts";

const ROOM_MIN = 1 << 17;
/** Texts up to this length are copied here; for longer ones, and for what is not ASCII, the call into the runtime pays. */
const SHORT_MAX = 48;
const HEX = Buffer.from("0123456789abcdef");
const WORD_MAX = 0xffff_ffff;
const BILLION = 1_000_000_000;
const NEWLINE = 10;
const BLANK = 32;
const BLANKS = wordOf(" ".repeat(WORD_BYTES));
const ZERO = 48;
const X = 120;
/** The last of ASCII that is a sign: `~`. */
const LAST_SIGN = 126;
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

export interface LineWriter {
  /** Writes the line of packet `row`, without its end. */
  (row: number, out: LineBytes): void;
  /**
   * Writes the lines of rows `from` to before `to`, each with its end, at least one of them; answers the row it got to. Only for lines in the
   * memory of the packet table.
   */
  readonly many?: (from: number, to: number, out: LineBytes) => number;
}

export class LineBytes {
  /** What is written is in `bytes[0, length)`. */
  bytes: Buffer;
  length = 0;
  /** The same bytes, for words. */
  view: DataView;
  readonly #memory: ColumnMemory | null;

  /** In `memory`, if given. */
  constructor(memory: ColumnMemory | null = null) {
    this.#memory = memory;
    this.bytes = this.#make(ROOM_MIN);
    this.view = viewOf(this.bytes);
  }

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
    this.byte(ZERO);
    this.byte(X);
    this.hexDigits(value, digits);
  }

  /** The digits alone. */
  hexDigits(value: number, digits: number): void {
    if (this.length + SHORT_ROOM > this.bytes.length) this.#room(SHORT_ROOM);
    const { bytes } = this;
    if (digits === 4 && value < 0x10000) {
      this.length = putHexFour(this.view, this.length, value);
      return;
    }
    let count = digits;
    while (count < 8 && value >>> (count * 4) !== 0) count++;
    let at = this.length;
    for (let shift = (count - 1) * 4; shift >= 0; shift -= 4) bytes[at++] = HEX[(value >>> shift) & 15];
    this.length = at;
  }

  /**
   * Raw bytes as hexadecimal digits, `separator` (a character's code; 0 is none) between them: those of `data` from `start` to before
   * `end`, all by default.
   */
  hexBytes(data: Uint8Array, separator: number, start: number = 0, end: number = data.length): void {
    const length = end - start;
    if (length <= 0) return;
    const room = length * 3 + 4;
    if (this.length + room > this.bytes.length) this.#room(room);
    const view = this.view;
    let at = this.length;
    if (separator === 0) {
      let i = start;
      for (; i + 1 < end; i += 2, at += 4) {
        view.setUint32(at, HEX_BYTES[data[i]] | (HEX_BYTES[data[i + 1]] << 16), true);
      }
      if (i < end) view.setUint16(at, HEX_BYTES[data[i]], true);
      at = this.length + length * 2;
    } else {
      // The byte beyond each separator is written again by what follows.
      for (let i = start; i < end; i++, at += 3) {
        view.setUint32(at, HEX_BYTES[data[i]] | (separator << 16), true);
      }
      at--;
    }
    this.length = at;
  }

  /** Writes the `length` bytes again that are at `from`. */
  again(from: number, length: number): void {
    this.reserve(length);
    this.bytes.copyWithin(this.length, from, from + length);
    this.length += length;
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

  /**
   * `text`, which is `lines` lines with their ends, where those and signs that are known to be some is all it is; false, having written
   * nothing, where it may be more. One long text is written much faster than its parts.
   */
  plainLines(text: string, lines: number): boolean {
    this.reserve(text.length * 3);
    const { bytes, length: start } = this;
    const { view } = this;
    const end = start + bytes.write(text, start, "utf8");
    let ends = 0;
    for (let at = start; at < end; at++) {
      while (at + 4 <= end && areSigns(view.getUint32(at, true))) at += 4;
      if (at === end) break;
      const code = bytes[at];
      if (code >= BLANK && code <= LAST_SIGN) continue;
      if (code === NEWLINE) {
        ends++;
        continue;
      }
      const more = moreOfSign(bytes, at);
      if (more === 0) return false;
      at += more;
    }
    if (ends !== lines) return false;
    this.length = end;
    return true;
  }

  blanks(count: number): void {
    this.reserve(count + SLACK_BYTES);
    const end = this.length + count;
    for (let at = this.length; at < end; at += WORD_BYTES) this.view.setFloat64(at, BLANKS, true);
    this.length = end;
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

  #make(bytes: number): Buffer {
    if (this.#memory === null) return Buffer.allocUnsafe(bytes);
    const { buffer, byteOffset, length } = this.#memory.make(Uint8Array, bytes);
    return Buffer.from(buffer, byteOffset, length);
  }

  #room(need: number): void {
    const larger = this.#make(Math.max(this.bytes.length * 2, this.length + need));
    this.bytes.copy(larger, 0, 0, this.length);
    this.#memory?.drop(this.bytes);
    this.bytes = larger;
    this.view = viewOf(larger);
  }
}

/** Whether all four bytes of `word` are signs of ASCII, where that is told at once: false may be true all the same. */
function areSigns(word: number): boolean {
  // A byte below a blank borrows, one above the last sign carries into the highest bit.
  return ((word | (word - 0x2020_2020) | (word + 0x0101_0101)) & 0x8080_8080) === 0;
}

/** How many bytes follow that at `at` of a sign beyond ASCII which our own words have: `·`, `…` or `→`; 0 for any other. */
function moreOfSign(bytes: Uint8Array, at: number): number {
  if (bytes[at] === 0xc2) return bytes[at + 1] === 0xb7 ? 1 : 0;
  if (bytes[at] !== 0xe2) return 0;
  const word = (bytes[at + 1] << 8) | bytes[at + 2];
  return word === 0x80a6 || word === 0x8692 ? 2 : 0;
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
