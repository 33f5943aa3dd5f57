// Puts the lines and strings of RESP together to values, without recursion.

import type { ByteQueue } from "../byte-queue.ts";
import { malformed, tooLong } from "./queue-decoder.ts";
import { DEPTH_MAX } from "./resp-value.ts";
import type { RespBody, RespEntry, RespValue } from "./resp-value.ts";

const SIGNS = { 2: "+-:$*", 3: "+-:$*_#,(!=%~>|;." } as const;
const INTEGER = /^[+-]?\d{1,19}$/;
const BIG = /^[+-]?\d+$/;
const DOUBLE = /^[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?$/;
const LENGTH = /^(?:0|[1-9]\d*)$/;
const INT64 = 2n ** 63n;
/** Digits of a big number: converting them takes more than linear time. */
const BIG_DIGITS_MAX = 4096;

type Aggregate = "array" | "set" | "push" | "map" | "attributes";
const AGGREGATES: Readonly<Record<string, Aggregate>> = {
  "*": "array",
  "~": "set",
  ">": "push",
  "%": "map",
  "|": "attributes",
};

/** A value that is not complete. */
interface Open {
  readonly type: Aggregate | "streamed string";
  /** Values still to come; Infinity when a `.` ends it. */
  left: number;
  readonly items: RespValue[];
  /** Attributes of the next item. */
  attributes: readonly RespEntry[] | null;
  readonly parts: Uint8Array[];
  bytes: number;
}

export class RespBuilder {
  readonly #version: 2 | 3;
  readonly #maximum: number;
  readonly #itemsMax: number;
  readonly #open: Open[] = [];
  #attributes: readonly RespEntry[] | null = null;
  #items = 0;

  constructor(version: 2 | 3, maximum: number, itemsMax: number) {
    this.#version = version;
    this.#maximum = maximum;
    this.#itemsMax = itemsMax;
  }

  get inside(): boolean {
    return this.#open.length > 0 || this.#attributes !== null;
  }

  /** The first byte of a line says what it is: bytes that are no RESP are known by it. */
  checkSign(queue: ByteQueue): void {
    const sign = String.fromCharCode(queue.at(0));
    if (!SIGNS[this.#version].includes(sign))
      throw malformed(queue, 0, `no value begins with byte ${queue.at(0)}`);
    const top = this.#open.at(-1);
    if ((sign === ";") !== (top?.type === "streamed string"))
      throw malformed(queue, 0, "a streamed string is made of `;` and nothing else");
    if (sign === "." && (top?.left !== Infinity || top.attributes !== null))
      throw malformed(queue, 0, "there is nothing for `.` to end");
  }

  /** A line without its CR LF: the value it completes, undefined, or the length of the string that follows it. */
  line(queue: ByteQueue, sign: string, text: string): RespValue | number | undefined {
    const aggregate = AGGREGATES[sign];
    if (aggregate !== undefined) return this.#begin(queue, sign, aggregate, text);
    switch (sign) {
      case "$":
      case "!":
      case "=":
        return this.#bulkLength(queue, sign, text);
      case ";":
        return this.#partLength(queue, text);
      case ".":
        if (text !== "") throw malformed(queue, 0, "`.` stands alone");
        return this.#close(queue);
      default:
        return this.#add(queue, simple(queue, sign, text));
    }
  }

  /** The bytes of a string. */
  bulk(queue: ByteQueue, sign: string, bytes: Uint8Array, maximum: number): RespValue | undefined {
    if (sign === "$") return this.#add(queue, { type: "bulk string", bytes });
    if (sign === "!") return this.#add(queue, { type: "bulk error", bytes });
    if (sign === "=") {
      if (bytes[3] !== 0x3a)
        throw malformed(queue, 0, "a verbatim string begins with a format of three bytes and a colon");
      const format = String.fromCharCode(bytes[0], bytes[1], bytes[2]);
      return this.#add(queue, { type: "verbatim string", format, bytes: bytes.slice(4) });
    }
    const top = this.#open[this.#open.length - 1];
    top.bytes += bytes.length;
    if (top.bytes > maximum) throw tooLong(queue, 0, "a string", maximum);
    top.parts.push(bytes);
    return undefined;
  }

  #length(queue: ByteQueue, text: string): number {
    if (!LENGTH.test(text)) throw malformed(queue, 0, "a length is decimal digits");
    return Number(text);
  }

  #bulkLength(queue: ByteQueue, sign: string, text: string): RespValue | number | undefined {
    if (sign === "$" && text === "-1") return this.#add(queue, { type: "null bulk string" });
    if (sign === "$" && text === "?" && this.#version === 3) {
      this.#push(queue, "streamed string", Infinity);
      return undefined;
    }
    const length = this.#length(queue, text);
    if (length > this.#maximum) throw tooLong(queue, 0, "a string", this.#maximum);
    if (sign === "=" && length < 4)
      throw malformed(queue, 0, "a verbatim string has at least its format and a colon");
    return length;
  }

  #partLength(queue: ByteQueue, text: string): RespValue | number | undefined {
    const length = this.#length(queue, text);
    const top = this.#open[this.#open.length - 1];
    if (top.bytes + length > this.#maximum) throw tooLong(queue, 0, "a string", this.#maximum);
    if (length > 0) return length;
    this.#open.pop();
    return this.#add(queue, { type: "bulk string", bytes: new Uint8Array(Buffer.concat(top.parts)) });
  }

  #begin(queue: ByteQueue, sign: string, type: Aggregate, text: string): RespValue | undefined {
    if (sign === "*" && text === "-1") return this.#add(queue, { type: "null array" });
    if (text === "?" && this.#version === 3 && type !== "push" && type !== "attributes") {
      this.#push(queue, type, Infinity);
      return undefined;
    }
    const count = this.#length(queue, text) * (type === "map" || type === "attributes" ? 2 : 1);
    const pending = this.#open.at(-1)?.attributes ?? (this.#open.length === 0 ? this.#attributes : null);
    if (type === "attributes" && pending !== null) throw malformed(queue, 0, "attributes follow attributes");
    this.#items += count;
    if (this.#items > this.#itemsMax) throw this.#tooMany(queue);
    this.#push(queue, type, count);
    return count === 0 ? this.#close(queue) : undefined;
  }

  #push(queue: ByteQueue, type: Open["type"], left: number): void {
    if (this.#open.length >= DEPTH_MAX)
      throw malformed(queue, 0, `a value nests more than ${DEPTH_MAX} deep`);
    this.#open.push({ type, left, items: [], attributes: null, parts: [], bytes: 0 });
  }

  #tooMany(queue: ByteQueue): Error {
    return tooLong(queue, 0, `a value of more than ${this.#itemsMax} values`, this.#maximum);
  }

  /** Adds a complete value where it belongs; gives it back when it is not inside another. */
  #add(queue: ByteQueue, body: RespBody): RespValue | undefined {
    const value = this.#withAttributes(body);
    const top = this.#open.at(-1);
    if (top === undefined) {
      this.#items = 0;
      return value;
    }
    if (top.left === Infinity && ++this.#items > this.#itemsMax) throw this.#tooMany(queue);
    top.items.push(value);
    top.left--;
    return top.left === 0 ? this.#close(queue) : undefined;
  }

  #withAttributes(body: RespBody): RespValue {
    const top = this.#open.at(-1);
    const attributes = top === undefined ? this.#attributes : top.attributes;
    if (top === undefined) this.#attributes = null;
    else top.attributes = null;
    return attributes === null ? body : { ...body, attributes };
  }

  /** The innermost value is complete, which may complete the one around it. */
  #close(queue: ByteQueue): RespValue | undefined {
    const { type, items } = this.#open.pop() as Open;
    if (type === "array" || type === "set" || type === "push") return this.#add(queue, { type, items });
    if (items.length % 2 === 1) throw malformed(queue, 0, "a map ends behind a key");
    const entries: RespEntry[] = [];
    for (let i = 0; i < items.length; i += 2) entries.push([items[i], items[i + 1]]);
    if (type === "map") return this.#add(queue, { type, entries });
    const top = this.#open.at(-1);
    if (top === undefined) this.#attributes = entries;
    else top.attributes = entries;
    return undefined;
  }
}

function simple(queue: ByteQueue, sign: string, text: string): RespBody {
  if (sign === "+") return { type: "simple string", text };
  if (sign === "-") return { type: "simple error", text };
  if (sign === ":" && INTEGER.test(text)) {
    const value = BigInt(text.replace("+", ""));
    if (value < INT64 && value >= -INT64) return { type: "integer", value };
  }
  if (sign === "(" && text.length <= BIG_DIGITS_MAX && BIG.test(text))
    return { type: "big number", value: BigInt(text.replace("+", "")) };
  if (sign === "_" && text === "") return { type: "null" };
  if (sign === "#" && (text === "t" || text === "f")) return { type: "boolean", value: text === "t" };
  if (sign === ",") {
    if (text === "inf" || text === "-inf")
      return { type: "double", value: text === "inf" ? Infinity : -Infinity };
    if (text === "nan") return { type: "double", value: NaN };
    if (DOUBLE.test(text)) return { type: "double", value: Number(text) };
  }
  throw malformed(queue, 0, `${JSON.stringify(sign + text.slice(0, 20))} is no value`);
}
