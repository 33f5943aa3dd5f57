// Values as JSON, Elasticsearch and PDML have them: bytes with colons between them, unlike in `-T fields`.

import type { FieldValue } from "../dissect/dissect.ts";
import { formatValue } from "../fields.ts";
import type { FieldType } from "../fields.ts";
import type { LineBytes } from "./line-bytes.ts";

const COLON = 58;
const ZERO = 48;
/** Types whose numbers print as they are. */
const DECIMAL: ReadonlySet<FieldType> = new Set(["uint8", "uint16", "uint24", "uint32"]);
/** Bytes of which there are none, as lines and `-T fields` have them. */
const NO_BYTES = "<MISSING>";
/** Digits of fewer bytes are written as fast as they are copied. */
const COPIED_MIN = 64;

/** Writes the values of one packet after another. */
export class ValueWriter {
  readonly #writeText: (out: LineBytes, text: string) => void;
  readonly #plain = new HexDigits(0);
  readonly #parted = new HexDigits(COLON);

  /** `writeText` knows what in a text is to be escaped. */
  constructor(writeText: (out: LineBytes, text: string) => void) {
    this.#writeText = writeText;
  }

  /** To be called before each packet: what was in the memory of bytes written so far may be other bytes now. */
  begin(): void {
    this.#plain.forget();
    this.#parted.forget();
  }

  write(out: LineBytes, value: FieldValue | null, type: FieldType): void {
    if (type === "flag") return;
    if (typeof value === "boolean") out.byte(value ? ZERO + 1 : ZERO);
    else if (typeof value === "number" && DECIMAL.has(type) && value >= 0) out.decimal(value);
    else if (value instanceof Uint8Array) this.#parted.write(out, value, 0, value.length);
    else this.#writeText(out, textOf(value, type));
  }

  /** Writes some of `bytes` as digits alone. */
  bytes(out: LineBytes, bytes: Uint8Array, start: number, length: number): void {
    this.#plain.write(out, bytes, start, length);
  }
}

function textOf(value: FieldValue | null, type: FieldType): string {
  if (type === "bytes" && value === NO_BYTES) return "";
  return typeof value === "string" ? value : formatValue(type, value, "");
}

/** Bytes as hexadecimal digits. A packet has many bytes as those of several fields, layer upon layer: the digits of long ones are copied. */
class HexDigits {
  readonly #separator: number;
  /** What each byte takes. */
  readonly #width: number;
  /** The memory of the long ones written last, which they were, and where their digits are. */
  #memory: ArrayBufferLike | null = null;
  #start = 0;
  #end = 0;
  #out: LineBytes | null = null;
  #at = 0;

  constructor(separator: number) {
    this.#separator = separator;
    this.#width = separator === 0 ? 2 : 3;
  }

  forget(): void {
    this.#memory = null;
  }

  write(out: LineBytes, bytes: Uint8Array, start: number, length: number): void {
    if (length >= COPIED_MIN && this.#copy(out, bytes.buffer, bytes.byteOffset + start, length)) return;
    out.hexBytes(bytes, this.#separator, start, start + length);
  }

  /** False, with these bytes' digits to be written at the end of `out`, where they are not among those written last. */
  #copy(out: LineBytes, memory: ArrayBufferLike, start: number, length: number): boolean {
    const end = start + length;
    if (this.#memory === memory && this.#out === out && start >= this.#start && end <= this.#end) {
      const from = this.#at + (start - this.#start) * this.#width;
      // No separator is behind the last.
      out.again(from, length * this.#width - (this.#width - 2));
      return true;
    }
    this.#memory = memory;
    this.#start = start;
    this.#end = end;
    this.#out = out;
    this.#at = out.length;
    return false;
  }
}
