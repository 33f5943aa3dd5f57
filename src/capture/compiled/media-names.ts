// What compiled code is told of media types, which are all known in `dissect/media.ts`.

import { READ_MEDIA, UNTYPED } from "../dissect/media.ts";
import type { CompiledCode } from "./code.ts";

/** What a name means to `assembly/http.ts`. */
const READ_KIND = 1;
const UNTYPED_KIND = 2;

/** Puts the names of types into the code's memory, once: each a byte with its length, one with its kind, and the name. */
export function handMediaNames(code: CompiledCode): void {
  const length = code.number("mediaNamesLength");
  if (length.value !== 0) return;
  const entries = Uint8Array.from([...entriesOf(READ_MEDIA, READ_KIND), ...entriesOf(UNTYPED, UNTYPED_KIND)]);
  const names = code.memory.make(Uint8Array, entries.length);
  // Without them no body is told.
  if (!code.memory.holds(names)) return;
  names.set(entries);
  code.place({ mediaNames: names });
  length.value = entries.length;
}

function entriesOf(names: readonly string[], kind: number): number[] {
  return names.flatMap((name) => [name.length, kind, ...Buffer.from(name)]);
}
