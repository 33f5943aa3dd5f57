// Bytes that lines of output are put together in: numbers and short ASCII texts go in digit by digit, so that a line of columns
// is printed without making a string of any of them.

const ROOM_MIN = 1 << 16;
/** Texts up to this length are copied here; for longer ones, and for what is not ASCII, the call into the runtime pays. */
const SHORT_MAX = 48;
const HEX = Buffer.from("0123456789abcdef");
/** The two digits of each byte. */
const HIGH = Uint8Array.from({ length: 256 }, (_, byte) => HEX[byte >> 4]);
const LOW = Uint8Array.from({ length: 256 }, (_, byte) => HEX[byte & 15]);
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
    if (value < 10) {
      this.byte(48 + value);
      return;
    }
    if (this.length + 17 > this.bytes.length) this.#room(17);
    const { bytes } = this;
    let rest = value;
    const digits = digitsOf(value);
    let at = (this.length += digits);
    // Beyond 31 bits `| 0` would cut.
    while (rest > 0x7fff_ffff) {
      const next = Math.floor(rest / 10);
      bytes[--at] = 48 + (rest - next * 10);
      rest = next;
    }
    let small = rest | 0;
    while (at > this.length - digits) {
      const next = (small / 10) | 0;
      bytes[--at] = 48 + (small - next * 10);
      small = next;
    }
  }

  /** The last `digits` decimal digits of a number below 2^31, zeros before it. */
  padded(value: number, digits: number): void {
    if (this.length + digits > this.bytes.length) this.#room(digits);
    const { bytes } = this;
    let rest = value | 0;
    for (let at = (this.length += digits) - 1, i = 0; i < digits; i++, at--) {
      const next = (rest / 10) | 0;
      bytes[at] = 48 + (rest - next * 10);
      rest = next;
    }
  }

  /** `0x` and at least `digits` hexadecimal digits of a number from 0 to 2^32 - 1. */
  hex(value: number, digits: number): void {
    let count = digits;
    while (count < 8 && value >= 2 ** (count * 4)) count++;
    if (this.length + 2 + count > this.bytes.length) this.#room(2 + count);
    this.bytes[this.length++] = 48;
    this.bytes[this.length++] = 120;
    for (let shift = (count - 1) * 4; shift >= 0; shift -= 4) {
      this.bytes[this.length++] = HEX[(value >>> shift) & 15];
    }
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

function digitsOf(value: number): number {
  let digits = 1;
  for (let bound = 10; value >= bound && digits < 16; bound *= 10) digits++;
  return digits;
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
