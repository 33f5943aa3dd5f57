// Values in a display filter: what a word means depends on the type of the field it is compared with.

import { parseIpv4, parseIpv6 } from "../../wire/address.ts";
import type { FieldType } from "../fields.ts";

export type Literal =
  | { readonly kind: "number"; readonly number: number }
  /** Nanoseconds. */
  | { readonly kind: "time"; readonly ns: bigint }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  /** An address or a network: the first `bits` bits count. */
  | { readonly kind: "address"; readonly bytes: Uint8Array; readonly bits: number };

/** The literal, or null when `text` is no value of `type`. */
export function readLiteral(type: FieldType, text: string, isQuoted: boolean): Literal | null {
  switch (type) {
    case "boolean":
      return readBoolean(text);
    case "ipv4":
    case "ipv6":
      return readAddress(text, type === "ipv4" ? 32 : 128);
    case "ether": {
      const bytes = hexBytes(text);
      return bytes !== null && bytes.length === 6 ? { kind: "text", text: macText(bytes) } : null;
    }
    case "string":
    case "date":
      return { kind: "text", text };
    case "bytes":
    case "protocol":
    case "none": {
      if (isQuoted) return { kind: "bytes", bytes: Buffer.from(text, "utf8") };
      const bytes = hexBytes(text);
      return bytes === null ? null : { kind: "bytes", bytes };
    }
    case "time":
      return readSeconds(text);
    default:
      return readNumber(text);
  }
}

function readNumber(text: string): Literal | null {
  if (/^0[0-7]+$/.test(text)) return { kind: "number", number: Number.parseInt(text, 8) };
  if (!/^(0[xX][0-9a-fA-F]{1,13}|-?\d{1,15})$/.test(text)) return null;
  return { kind: "number", number: Number(text) };
}

function readBoolean(text: string): Literal | null {
  const word = text.toLowerCase();
  if (word === "true") return { kind: "number", number: 1 };
  if (word === "false") return { kind: "number", number: 0 };
  const literal = readNumber(text);
  // Any number but 0 is true.
  return literal?.kind === "number" ? { kind: "number", number: literal.number === 0 ? 0 : 1 } : null;
}

function readSeconds(text: string): Literal | null {
  const match = /^(-?)(\d{1,15})(?:\.(\d{1,9}))?$/.exec(text);
  if (match === null) return null;
  const ns = BigInt(match[2]) * 1_000_000_000n + BigInt((match[3] ?? "").padEnd(9, "0"));
  return { kind: "time", ns: match[1] === "-" ? -ns : ns };
}

function readAddress(text: string, width: 32 | 128): Literal | null {
  const [address, prefix, ...more] = text.split("/");
  if (more.length > 0) return null;
  if (prefix !== undefined && !/^\d{1,3}$/.test(prefix)) return null;
  const bits = prefix === undefined ? width : Number(prefix);
  if (bits > width) return null;
  const bytes = addressBytes(address);
  return bytes === null || bytes.length * 8 !== width ? null : { kind: "address", bytes, bits };
}

/** The 4 or 16 bytes of an address, or null. */
export function addressBytes(text: string): Uint8Array | null {
  if (text.includes(":")) return parseIpv6(text);
  const word = parseIpv4(text);
  return word === null
    ? null
    : Uint8Array.of(word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255);
}

/** Bytes as `01:02`, `01-02`, `01.02` or `0102`; a single byte too. */
function hexBytes(text: string): Uint8Array | null {
  const isApart = /^[0-9a-fA-F]{1,2}([:.-][0-9a-fA-F]{1,2})*$/.test(text);
  if (isApart) return Uint8Array.from(text.split(/[:.-]/), (part) => Number.parseInt(part, 16));
  const digits = text.replace(/^0[xX]/, "");
  if (digits.length === 0 || digits.length % 2 !== 0 || !/^[0-9a-fA-F]+$/.test(digits)) return null;
  return Uint8Array.from(Buffer.from(digits, "hex"));
}

function macText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");
}
