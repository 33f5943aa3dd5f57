// How two values of a display filter stand to each other.

import type { Value } from "./expression.ts";

/**
 * Below 0 when `a` is less than `b`, 0 when they are equal, above 0 when it is more; NaN for values of different kinds. With a network
 * only the bits of its prefix count. Of bytes the fewer are less, and only of equally many the first that differs decides, as in Wireshark.
 */
export function orderOf(a: Value, b: Value): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "object" && typeof b === "object") {
    if (a instanceof Uint8Array)
      return b instanceof Uint8Array ? orderBytes(a, b) : orderBits(a, b.bytes, b.bits);
    return b instanceof Uint8Array ? orderBits(a.bytes, b, a.bits) : NaN;
  }
  if (typeof a === "string" && typeof b === "string") return a < b ? -1 : a > b ? 1 : 0;
  const isNumeric =
    typeof a !== "string" && typeof a !== "object" && typeof b !== "string" && typeof b !== "object";
  if (!isNumeric) return NaN;
  return a < b ? -1 : a > b ? 1 : 0;
}

function orderBytes(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return a.length - b.length;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return 0;
}

function orderBits(a: Uint8Array, b: Uint8Array, bits: number): number {
  if (a.length !== b.length) return NaN;
  for (let i = 0, left = bits; left > 0; i++, left -= 8) {
    const mask = left >= 8 ? 255 : (0xff << (8 - left)) & 255;
    const difference = (a[i] & mask) - (b[i] & mask);
    if (difference !== 0) return difference;
  }
  return 0;
}
