// XDR (RFC 4506) as messages of RPC use it: bytes of a length, filled up to four, and long numbers.

import { latin1, uint } from "./protocol.ts";
import { exactValue } from "./reading.ts";
import type { Reading } from "./reading.ts";

const UNIT = 4;
const MAX_EXACT = BigInt(Number.MAX_SAFE_INTEGER);

/** What is in an opaque or string, below its line: its length, its contents, what fills it up. */
function addParts(reading: Reading, size: number, contents: string): void {
  reading.uint("rpc.opaque_length", "length", UNIT);
  const { d, at } = reading;
  if (size > 0) d.add(reading.out, null, `contents: ${contents}`, at, size);
  reading.skip(size);
  const fill = -size & (UNIT - 1);
  if (fill === 0 || !reading.has(fill)) return;
  const bytes = d.bytes.subarray(reading.at, reading.at + fill);
  d.add(reading.out, "rpc.fill_bytes", "fill bytes: opaque data", reading.at, fill, bytes);
  reading.skip(fill);
}

/** The size of the opaque that comes next, null where it is not all there. */
function opaqueSize(reading: Reading): number | null {
  const size = reading.peek(UNIT);
  if (size === null) return null;
  return reading.has(UNIT + size) ? size : null;
}

/** A string of `name`; null where it is not all there. */
export function xdrString(reading: Reading, field: string, name: string): string | null {
  const size = opaqueSize(reading);
  if (size === null) return null;
  const text = latin1(reading.d.bytes, reading.at + UNIT, reading.at + UNIT + size);
  const shown = text === "" ? "<EMPTY>" : text;
  reading.group(field, `${name}: ${shown}`, () => addParts(reading, size, text), text);
  return text;
}

/** Bytes of `name`, of which the line says `label`; their number, or null where they are not all there. */
export function xdrOpaque(reading: Reading, field: string, name: string): number | null {
  const size = opaqueSize(reading);
  if (size === null) return null;
  const from = reading.at + UNIT;
  const bytes = reading.d.bytes.subarray(from, from + size);
  reading.group(field, `${name}: <DATA>`, () => addParts(reading, size, "<DATA>"), bytes);
  return size;
}

/** A number of eight bytes; answers its digits. */
export function xdrHyper(reading: Reading, field: string, name: string): string | null {
  if (!reading.has(8)) return null;
  const { d, at } = reading;
  const value = bigAt(d.bytes, at);
  const digits = value.toString();
  d.add(reading.out, field, `${name}: ${digits}`, at, 8, exactValue(value));
  reading.skip(8);
  return digits;
}

/** The same in hexadecimal: numbers that are ids. */
export function xdrHexHyper(reading: Reading, field: string, name: string): void {
  if (!reading.has(8)) return;
  const { d, at } = reading;
  const value = bigAt(d.bytes, at);
  const digits = `0x${value.toString(16).padStart(16, "0")}`;
  d.add(
    reading.out,
    field,
    `${name}: ${digits} (${value})`,
    at,
    8,
    value <= MAX_EXACT ? Number(value) : digits,
  );
  reading.skip(8);
}

function bigAt(bytes: Uint8Array, at: number): bigint {
  return (BigInt(uint(bytes, at, 4)) << 32n) | BigInt(uint(bytes, at + 4, 4));
}
