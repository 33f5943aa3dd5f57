// JSON (RFC 8259): each member and value as a line, with its path and its place in the bytes.

import { utf8 } from "./protocol.ts";
import type { DetailNode, Dissection } from "./tree.ts";

export const JSON_TITLE = "JavaScript Object Notation";

/** A text longer than this is not looked at. */
const JSON_BYTES_MAX = 1024 * 1024;
/** Values within values shown; what is deeper is one line. */
const DEPTH_MAX = 32;

/** Blanks and line breaks, which is all that JSON allows of them. */
const BLANK_MAX = 0x20;

const BYTE = {
  quote: 0x22,
  comma: 0x2c,
  colon: 0x3a,
  openArray: 0x5b,
  backslash: 0x5c,
  closeArray: 0x5d,
  openObject: 0x7b,
  closeObject: 0x7d,
} as const;

/** Whether [start, end) is an object or an array and nothing else. */
export function isJson(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start > JSON_BYTES_MAX) return false;
  let at = start;
  while (at < end && bytes[at] <= BLANK_MAX) at++;
  if (bytes[at] !== BYTE.openObject && bytes[at] !== BYTE.openArray) return false;
  try {
    JSON.parse(utf8(bytes, at, end));
    return true;
  } catch {
    return false;
  }
}

/** Adds the lines of the object or array in [start, end), which `isJson`. */
export function addJson(d: Dissection, out: DetailNode[], start: number, end: number): void {
  if (d.isForColumns || !d.wants("json")) return;
  new JsonLines(d, start, end).value(out, null, "", 0);
}

/** Fields of values that have no text of their own, and what their lines say. */
const WORDS = new Map<string, readonly [field: string, label: string]>([
  ["true", ["json.value.true", "True value"]],
  ["false", ["json.value.false", "False value"]],
  ["null", ["json.value.null", "Null value"]],
]);

/** Goes through a text that is known to be JSON. */
class JsonLines {
  readonly #d: Dissection;
  readonly #end: number;
  #at: number;

  constructor(d: Dissection, start: number, end: number) {
    this.#d = d;
    this.#at = start;
    this.#end = end;
  }

  /** The value that comes next, the member `key`'s or, where that is null, one of an array's; `path` leads to it. */
  value(out: DetailNode[], key: string | null, path: string, depth: number): void {
    this.#blanks();
    const start = this.#at;
    const byte = this.#d.bytes[start];
    if (byte === BYTE.openObject || byte === BYTE.openArray) {
      const [field, label, close] =
        byte === BYTE.openObject
          ? (["json.object", "Object", BYTE.closeObject] as const)
          : (["json.array", "Array", BYTE.closeArray] as const);
      const node = this.#d.add(out, field, label, start, 0);
      this.#items(node.children, close, path, depth);
      node.length = this.#at - start;
      return;
    }
    const raw = this.#scalar();
    const isText = byte === BYTE.quote;
    const text = isText ? unquoted(raw) : raw;
    const length = this.#at - start;
    const [name, whole] = [key ?? "[]", key === null ? `${path}/[]` : path];
    const pathText = `${whole}:${text}`;
    this.#d.add(out, "json.path_with_value", `[Path with value: ${pathText}]`, start, length, pathText);
    const memberText = `${name}:${text}`;
    this.#d.add(
      out,
      "json.member_with_value",
      `[Member with value: ${memberText}]`,
      start,
      length,
      memberText,
    );
    const word = WORDS.get(raw);
    if (isText) this.#d.add(out, "json.value.string", `String value: ${text}`, start, length, text);
    else if (word !== undefined) this.#d.add(out, word[0], word[1], start, length);
    else this.#d.add(out, "json.value.number", `Number value: ${text}`, start, length, text);
  }

  /** What is between the brackets of an object or array, and those. */
  #items(out: DetailNode[], close: number, path: string, depth: number): void {
    const from = this.#at;
    this.#at++;
    if (depth >= DEPTH_MAX) {
      this.#skip();
      this.#d.add(out, null, utf8(this.#d.bytes, from, this.#at), from, this.#at - from);
      return;
    }
    for (;;) {
      this.#blanks();
      if (this.#at >= this.#end) return;
      const byte = this.#d.bytes[this.#at];
      if (byte === close || byte === BYTE.comma) this.#at++;
      if (byte === close) return;
      if (byte === BYTE.comma) continue;
      if (close === BYTE.closeObject) this.#member(out, path, depth);
      else this.#element(out, path, depth);
    }
  }

  #element(out: DetailNode[], path: string, depth: number): void {
    const byte = this.#d.bytes[this.#at];
    const isPlain = byte !== BYTE.openObject && byte !== BYTE.openArray;
    this.value(out, null, isPlain ? path : `${path}/[]`, depth + 1);
  }

  #member(out: DetailNode[], path: string, depth: number): void {
    const start = this.#at;
    const key = unquoted(this.#scalar());
    const keyLength = this.#at - start;
    this.#blanks();
    this.#at++;
    const whole = `${path}/${key}`;
    const node = this.#d.add(out, "json.member", `Member: ${key}`, start, 0, key);
    this.value(node.children, key, whole, depth + 1);
    const length = this.#at - start;
    this.#d.add(node.children, "json.key", `Key: ${key}`, start, keyLength, key);
    this.#d.add(node.children, "json.path", `[Path: ${whole}]`, start, length, whole);
    node.length = length;
  }

  /** A string with its quotes, a number or a word. */
  #scalar(): string {
    const { bytes } = this.#d;
    const start = this.#at;
    if (bytes[start] === BYTE.quote) {
      for (this.#at++; this.#at < this.#end && bytes[this.#at] !== BYTE.quote; this.#at++)
        if (bytes[this.#at] === BYTE.backslash) this.#at++;
      this.#at = Math.min(this.#end, this.#at + 1);
    } else while (this.#at < this.#end && isPlain(bytes[this.#at])) this.#at++;
    // Whatever it is, it is passed.
    if (this.#at === start) this.#at++;
    return utf8(bytes, start, this.#at);
  }

  /** Passes over the rest of an object or array. */
  #skip(): void {
    for (let open = 1; open > 0 && this.#at < this.#end;) {
      const byte = this.#d.bytes[this.#at];
      if (byte === BYTE.quote) {
        this.#scalar();
        continue;
      }
      if (byte === BYTE.openObject || byte === BYTE.openArray) open++;
      else if (byte === BYTE.closeObject || byte === BYTE.closeArray) open--;
      this.#at++;
    }
  }

  #blanks(): void {
    while (this.#at < this.#end && this.#d.bytes[this.#at] <= BLANK_MAX) this.#at++;
  }
}

/** Whether a byte may be of a number or a word. */
function isPlain(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x41 && byte <= 0x5a) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x2e
  );
}

/** A string's text without quotes and escapes. */
function unquoted(raw: string): string {
  try {
    return String(JSON.parse(raw));
  } catch {
    return raw;
  }
}
