// When two frames are the same: by value, and bytes by their bytes, whatever class holds them.

import { isDeepStrictEqual } from "node:util";
import type { Codec } from "./codec.ts";

/** Deep equality; a Buffer and a Uint8Array with the same bytes are equal, and so are records whatever their prototypes. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (a instanceof Uint8Array || b instanceof Uint8Array)
    return a instanceof Uint8Array && b instanceof Uint8Array && sameBytes(a, b);
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, i) => sameValue(item, b[i]));
  }
  if (!isPlain(a) || !isPlain(b)) return isDeepStrictEqual(a, b);
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  return keys.every((key) => Object.hasOwn(right, key) && sameValue(left[key], right[key]));
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** An object whose own keys are all there is to it. */
function isPlain(value: object): boolean {
  return Object.prototype.toString.call(value) === "[object Object]";
}

type Comparing<F> = Pick<Codec<F>, "equals" | "join">;

export function sameFrame<F>(codec: Comparing<F>, a: F, b: F): boolean {
  return codec.equals === undefined ? sameValue(a, b) : codec.equals(a, b);
}

/** Whether two lists of frames say the same; joined first, for codecs whose frames may come in any pieces. */
export function sameFrames<F>(codec: Comparing<F>, a: readonly F[], b: readonly F[]): boolean {
  if (codec.join !== undefined) return sameValue(codec.join(a), codec.join(b));
  return a.length === b.length && a.every((frame, i) => sameFrame(codec, frame, b[i]));
}
