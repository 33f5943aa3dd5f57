// Lines and fields of HTTP/1.1 (RFC 9112 sections 2.2 and 5, RFC 9110 section 5), as strict as a receiver may be: whoever reads them
// otherwise than a proxy in front of it can be made to see requests that the proxy does not (RFC 9112 section 11.2).

import type { ByteQueue } from "../byte-queue.ts";
import { malformed, tooLong } from "./queue-decoder.ts";

/** A field's name, as it came, and its value without the white space around it, a character a byte. */
export type HttpField = readonly [name: string, value: string];

const CR = 0x0d;
const LF = 0x0a;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Visible characters, obs-text, space and tab. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const AROUND = /^[ \t]+|(?<![ \t])[ \t]+$/g;

export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

export function isFieldText(text: string): boolean {
  return VALUE.test(text);
}

/** Takes lines from a queue, looking at each byte once, until they together have more bytes than allowed. */
export class HttpLines {
  readonly #maximum: number;
  readonly #what: string;
  #left: number;
  #seen = 0;

  constructor(maximum: number, what: string) {
    this.#maximum = maximum;
    this.#what = what;
    this.#left = maximum;
  }

  /** From here on as many bytes are allowed as at the start. */
  restart(): void {
    this.#left = this.#maximum;
  }

  /** The next line without its CR LF; null when it is not all there. A bare CR or LF is malformed (section 2.2 allows no less). */
  take(queue: ByteQueue): string | null {
    const { length } = queue;
    for (let i = this.#seen; i < length; i++) {
      const byte = queue.at(i);
      const afterReturn = i > 0 && queue.at(i - 1) === CR;
      if (afterReturn !== (byte === LF))
        throw malformed(queue, i, "a line ends with CR LF, and neither stands alone");
      if (i >= this.#left) throw tooLong(queue, i, this.#what, this.#maximum);
      if (byte !== LF) continue;
      this.#seen = 0;
      this.#left -= i + 1;
      const line = queue.takeLatin1(i - 1);
      queue.skip(2);
      return line;
    }
    this.#seen = length;
    return null;
  }
}

/** Reads `name: value`. No white space in front of the colon (section 5.1), no line folding (section 5.2). */
export function fieldOf(queue: ByteQueue, line: string): HttpField {
  const colon = line.indexOf(":");
  const name = line.slice(0, Math.max(0, colon));
  if (colon < 0 || !TOKEN.test(name))
    throw malformed(queue, 0, `no field: ${JSON.stringify(line.slice(0, 40))}`);
  const value = line.slice(colon + 1).replace(AROUND, "");
  if (!VALUE.test(value)) throw malformed(queue, 0, `a control character in the value of ${name}`);
  return [name, value];
}

/** All values of `name`, in order. */
export function valuesOf(fields: readonly HttpField[], name: string): string[] {
  return fields.filter((field) => field[0].toLowerCase() === name).map((field) => field[1]);
}

/** The members of a comma-separated list in lower case, without the empty ones (RFC 9110 section 5.6.1.2). */
export function listOf(fields: readonly HttpField[], name: string): string[] {
  return valuesOf(fields, name)
    .flatMap((value) => value.split(","))
    .map((member) => member.replace(AROUND, "").toLowerCase())
    .filter((member) => member !== "");
}
