// Options of pcapng blocks: a list of code, length, value, padded to 4 bytes, up to opt_endofopt or the block's end.

const utf8 = new TextDecoder();

/** Reads numbers and texts of one byte order from a block. */
export class BlockReader {
  readonly #bytes: Uint8Array;
  readonly #big: boolean;

  constructor(bytes: Uint8Array, bigEndian: boolean) {
    this.#bytes = bytes;
    this.#big = bigEndian;
  }

  u8(at: number): number {
    return this.#bytes[at];
  }

  u16(at: number): number {
    const bytes = this.#bytes;
    return this.#big ? (bytes[at] << 8) | bytes[at + 1] : bytes[at] | (bytes[at + 1] << 8);
  }

  u32(at: number): number {
    const bytes = this.#bytes;
    return this.#big
      ? ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0
      : (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
  }

  /** Unsigned 64 bits, rounded to a double beyond 2^53. */
  u64(at: number): number {
    return this.#big
      ? this.u32(at) * 4_294_967_296 + this.u32(at + 4)
      : this.u32(at) + this.u32(at + 4) * 4_294_967_296;
  }

  /** Signed 64 bits, rounded to a double beyond 2^53. */
  i64(at: number): number {
    const high = (this.#big ? this.u32(at) : this.u32(at + 4)) | 0;
    return high * 4_294_967_296 + (this.#big ? this.u32(at + 4) : this.u32(at));
  }

  /** UTF-8 up to `length` bytes or the first NUL; bad bytes become U+FFFD. */
  text(at: number, length: number): string {
    const bytes = this.#bytes.subarray(at, at + length);
    const nul = bytes.indexOf(0);
    return utf8.decode(nul === -1 ? bytes : bytes.subarray(0, nul));
  }

  /** A copy of `length` bytes. */
  copy(at: number, length: number): Uint8Array {
    // Not slice: of a Buffer that is a view.
    return new Uint8Array(this.#bytes.subarray(at, at + length));
  }

  /**
   * Calls `each` with code, offset and length of every option in [start, end). Answers the offset of the first option
   * that does not fit, or -1 when all do.
   */
  options(start: number, end: number, each: (code: number, at: number, length: number) => void): number {
    let at = start;
    while (end - at >= 4) {
      const code = this.u16(at);
      const length = this.u16(at + 2);
      if (code === 0) return -1;
      if (length > end - at - 4) return at;
      each(code, at + 4, length);
      at += 4 + length + padding(length);
    }
    return -1;
  }
}

/** Bytes that fill `length` up to a multiple of 4. */
export function padding(length: number): number {
  return -length & 3;
}
