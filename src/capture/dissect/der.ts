// DER (ITU-T X.690): values of a tag and a length, those within others, and object identifiers.

import { bytesText } from "./tree.ts";
import { uint } from "./protocol.ts";

/** One DER value: its tag, and where its content is. */
export interface DerValue {
  readonly tag: number;
  readonly at: number;
  readonly start: number;
  readonly end: number;
}

export const DER_TAG = { integer: 0x02, oid: 0x06, sequence: 0x30, set: 0x31 } as const;

/** Values looked at within one. */
const VALUES_MAX = 500;

/** The value at `at`, or null where there is none that ends by `end`. */
export function derValueAt(bytes: Uint8Array, at: number, end: number): DerValue | null {
  if (at + 2 > end) return null;
  const first = bytes[at + 1];
  const size = first < 0x80 ? 0 : first & 0x7f;
  if (size > 4 || at + 2 + size > end) return null;
  const length = size === 0 ? first & 0x7f : uint(bytes, at + 2, size);
  const start = at + 2 + size;
  return start + length > end ? null : { tag: bytes[at], at, start, end: start + length };
}

/** The values within another. */
export function derValuesIn(bytes: Uint8Array, outer: DerValue): DerValue[] {
  const found: DerValue[] = [];
  let at = outer.start;
  while (found.length < VALUES_MAX) {
    const value = derValueAt(bytes, at, outer.end);
    if (value === null) break;
    found.push(value);
    at = value.end;
  }
  return found;
}

/** An object identifier's bytes as hexadecimal: enough to tell the few that count apart. */
export function oidHex(bytes: Uint8Array, { start, end }: DerValue): string {
  return bytesText(bytes, start, end - start);
}
