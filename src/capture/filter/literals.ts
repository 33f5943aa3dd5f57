// Values in a display filter: what a word means depends on the type of what it is compared with.

import { parseIpv4, parseIpv6, parseMac } from "../../wire/address.ts";
import { parseDate } from "./dates.ts";
import { kindOf } from "./expression.ts";
import { loneByte, LONE_BYTE } from "./tokens.ts";
import type { Value, ValueType } from "./expression.ts";

/** Addresses whose first `bits` bits are those of `bytes`. */
export interface Network {
  readonly bytes: Uint8Array;
  readonly bits: number;
}

/** Least and most of each integer type; `number`, which calculations give, has the range of both 32-bit types. */
const RANGES: Partial<Record<ValueType, readonly [number, number]>> = {
  uint8: [0, 0xff],
  uint8x: [0, 0xff],
  uint16: [0, 0xffff],
  uint16x: [0, 0xffff],
  uint24: [0, 0xffffff],
  uint24x: [0, 0xffffff],
  uint32: [0, 0xffffffff],
  uint32x: [0, 0xffffffff],
  int32: [-0x80000000, 0x7fffffff],
  uint64: [0, Number.MAX_SAFE_INTEGER],
  uint64x: [0, Number.MAX_SAFE_INTEGER],
};

/** What stands for a value in the text of a filter. */
export interface Written {
  readonly kind: "word" | "string" | "character";
  readonly text: string;
  readonly isNegative: boolean;
}

/** The value, or null when what is written is no value of `type`. */
export function readLiteral(type: ValueType, written: Written): Value | null {
  const { kind, text, isNegative } = written;
  const signed = isNegative ? `-${text}` : text;
  switch (kindOf(type)) {
    case "number":
      return type === "double" ? readDouble(kind, signed) : readNumber(type, written);
    case "boolean":
      return isNegative ? null : readBoolean(written);
    case "time":
      return kind === "word" ? readSeconds(signed) : null;
    case "date":
      return isNegative ? null : parseDate(text);
    case "text":
      return signed;
    case "ipv4":
      return kind === "word" && !isNegative ? readNetwork(text, 4) : null;
    case "ipv6":
      return kind === "word" && !isNegative ? readNetwork(text, 16) : null;
    case "bytes":
      if (isNegative) return null;
      if (type === "ether") return kind === "word" ? hexBytes(text, 6) : null;
      return kind === "word"
        ? (hexBytes(text) ?? (/^[A-Za-z_]\w*$/.test(text) ? textBytes(text) : null))
        : textBytes(text);
    case "presence":
      return null;
  }
}

function readNumber(type: ValueType, written: Written): number | null {
  const size =
    written.kind === "character"
      ? (loneByte(written.text) ?? written.text.charCodeAt(0))
      : wholeNumber(written);
  if (size === null) return null;
  const value = written.isNegative ? -size : size;
  const [least, most] = RANGES[type] ?? [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
  return value >= least && value <= most ? value : null;
}

/** Decimal, octal with a 0 in front, hexadecimal with 0x or binary with 0b. */
function wholeNumber({ kind, text }: Written): number | null {
  if (kind !== "word") return null;
  if (/^0[0-7]{1,17}$/.test(text)) return Number.parseInt(text, 8);
  return /^(0[xX][0-9a-fA-F]{1,13}|0[bB][01]{1,52}|0|[1-9]\d{0,14})$/.test(text) ? Number(text) : null;
}

function readDouble(kind: Written["kind"], text: string): number | null {
  return kind === "word" && /^-?(\d{1,15}(\.\d{0,15})?|\.\d{1,15})(e[+-]?\d{1,3})?$/i.test(text)
    ? Number(text)
    : null;
}

function readBoolean(written: Written): number | null {
  if (written.kind === "word" && /^(True|TRUE|true)$/.test(written.text)) return 1;
  if (written.kind === "word" && /^(False|FALSE|false)$/.test(written.text)) return 0;
  const number = wholeNumber(written);
  // Any number but 0 is true.
  return number === null ? null : number === 0 ? 0 : 1;
}

function readSeconds(text: string): bigint | null {
  const match = /^(-?)(\d{1,15})(?:\.(\d{1,9}))?$/.exec(text);
  if (match === null) return null;
  const ns = BigInt(match[2]) * 1_000_000_000n + BigInt((match[3] ?? "").padEnd(9, "0"));
  return match[1] === "-" ? -ns : ns;
}

function readNetwork(text: string, width: 4 | 16): Uint8Array | Network | null {
  const match = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text);
  if (match === null) return null;
  const bytes = addressBytes(match[1]);
  if (bytes === null || bytes.length !== width) return null;
  if (match[2] === undefined) return bytes;
  const bits = Number(match[2]);
  return bits > width * 8 ? null : { bytes, bits };
}

/** The bytes of an IPv4, IPv6 or MAC address, or null. */
export function addressBytes(text: string): Uint8Array | null {
  if (text.includes(":")) return parseMac(text) ?? parseIpv6(text);
  const word = parseIpv4(text);
  return word === null
    ? null
    : Uint8Array.of(word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255);
}

/** Text as UTF-8, with the bytes that were written as escapes. */
export function textBytes(text: string): Uint8Array {
  const bytes = Buffer.from(text.replaceAll(LONE_BYTE, "?"), "utf8");
  let at = 0;
  for (const char of text) {
    const byte = loneByte(char);
    if (byte !== null) bytes[at] = byte;
    at += byte === null ? Buffer.byteLength(char) : 1;
  }
  return bytes;
}

/** Bytes as `01:02`, `01-02`, `01.02`, `0102`, `0102.0304` or `0x1f`; a single byte too. */
function hexBytes(text: string, length: number | null = null): Uint8Array | null {
  const digits = /^0[xX][0-9a-fA-F]{1,2}$/.test(text)
    ? text.slice(2).padStart(2, "0")
    : /^[0-9a-fA-F]{1,2}([:.-][0-9a-fA-F]{1,2})*$/.test(text)
      ? text.replaceAll(/[0-9a-fA-F]+/g, (byte) => byte.padStart(2, "0")).replaceAll(/[:.-]/g, "")
      : /^([0-9a-fA-F]{2}){1,2}([.-]([0-9a-fA-F]{2}){1,2})*$/.test(text)
        ? text.replaceAll(/[.-]/g, "")
        : text;
  if (!/^([0-9a-fA-F]{2})+$/.test(digits)) return null;
  const bytes = Uint8Array.from(Buffer.from(digits, "hex"));
  return length === null || bytes.length === length ? bytes : null;
}
