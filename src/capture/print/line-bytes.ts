// Bytes that lines of output are put together in: numbers and short ASCII texts go in digit by digit, so that a line of columns
// is printed without making a string of any of them.

const ROOM_MIN = 1 << 16;
/** Texts up to this length are copied here; for longer ones, and for what is not ASCII, the call into the runtime pays. */
const SHORT_MAX = 48;
const HEX = Buffer.from("0123456789abcdef");
/** The two digits of each byte. */
const HIGH = Uint8Array.from({ length: 256 }, (_, byte) => HEX[byte >> 4]);
const LOW = Uint8Array.from({ length: 256 }, (_, byte) => HEX[byte & 15]);
/** The two digits of each number below a hundred. */
const TENS = Uint8Array.from({ length: 100 }, (_, value) => 48 + Math.floor(value / 10));
const ONES = Uint8Array.from({ length: 100 }, (_, value) => 48 + (value % 10));
const INT_MAX = 0x7fff_ffff;
const BILLION = 1_000_000_000;
const NEWLINE = 10;

/** Writes the line of packet `row`, without its end. */
export type LineWriter = (row: number, out: LineBytes) => void;

export class LineBytes {
  /** What is written is in `bytes[0, length)`. */
  bytes: Buffer = Buffer.allocUnsafe(ROOM_MIN);
  length = 0;

  byte(code: number): void {
    if (this.length === this.bytes.length) this.#room(1);
    this.bytes[this.length++] = code;
  }

  newline(): void {
    this.byte(NEWLINE);
  }

  /** A whole number from 0 to 2^53. */
  decimal(value: number): void {
    if (value > INT_MAX) {
      const high = Math.floor(value / BILLION);
      this.decimal(high);
      this.padded(value - high * BILLION, 9);
      return;
    }
    const digits = digitsOf(value);
    if (this.length + digits > this.bytes.length) this.#room(digits);
    this.length += digits;
    this.#digits(value | 0, this.length - digits, this.length);
  }

  /** The last `digits` decimal digits of a number below 2^31, zeros before it. */
  padded(value: number, digits: number): void {
    if (this.length + digits > this.bytes.length) this.#room(digits);
    this.length += digits;
    this.#digits(value | 0, this.length - digits, this.length);
  }

  /** Fills `bytes[start, end)` with the last digits of `value`, two at a time. */
  #digits(value: number, start: number, end: number): void {
    const { bytes } = this;
    let rest = value;
    let at = end;
    while (at - start >= 2) {
      const next = (rest / 100) | 0;
      const pair = rest - next * 100;
      bytes[--at] = ONES[pair];
      bytes[--at] = TENS[pair];
      rest = next;
    }
    if (at > start) bytes[at - 1] = ONES[rest % 100];
  }

  /** `0x` and at least `digits` hexadecimal digits of a number from 0 to 2^32 - 1. */
  hex(value: number, digits: number): void {
    let count = digits;
    while (count < 8 && value >>> (count * 4) !== 0) count++;
    if (this.length + 2 + count > this.bytes.length) this.#room(2 + count);
    const { bytes } = this;
    let at = this.length;
    bytes[at++] = 48;
    bytes[at++] = 120;
    for (let shift = (count - 1) * 4; shift >= 0; shift -= 4) bytes[at++] = HEX[(value >>> shift) & 15];
    this.length = at;
  }

  /** Raw bytes as hexadecimal digits, `separator` (a character's code; 0 is none) between them. */
  hexBytes(data: Uint8Array, separator: number): void {
    const room = data.length * 3;
    if (this.length + room > this.bytes.length) this.#room(room);
    const { bytes } = this;
    let at = this.length;
    const { length } = data;
    if (separator === 0) {
      for (let i = 0; i < length; i++, at += 2) {
        const byte = data[i];
        bytes[at] = HIGH[byte];
        bytes[at + 1] = LOW[byte];
      }
    } else if (length > 0) {
      for (let i = 0; i < length; i++, at += 3) {
        const byte = data[i];
        bytes[at] = HIGH[byte];
        bytes[at + 1] = LOW[byte];
        bytes[at + 2] = separator;
      }
      at--;
    }
    this.length = at;
  }

  /** Bytes as they are; few of them, as the calls into the runtime for many cost more than these. */
  ascii(text: Uint8Array): void {
    const { length } = text;
    if (this.length + length > this.bytes.length) this.#room(length);
    const { bytes } = this;
    const start = this.length;
    for (let i = 0; i < length; i++) bytes[start + i] = text[i];
    this.length = start + length;
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
    this.bytes.copyWithin(start + missing, start, this.length);
    this.bytes.fill(32, start, start + missing);
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
  }
}

/** Decimal digits of a number from 0 to 2^31 - 1. */
function digitsOf(value: number): number {
  if (value < 10_000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : 4;
  if (value < 100_000_000) return value < 1_000_000 ? (value < 100_000 ? 5 : 6) : value < 10_000_000 ? 7 : 8;
  return value < BILLION ? 9 : 10;
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
