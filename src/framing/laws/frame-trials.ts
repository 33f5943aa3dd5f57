// The trials most laws share: a few frames of the codec's own, and streams that are no frames.

import * as fc from "fast-check";
import { encodeFrames } from "./law.ts";
import type { AnyCodec } from "./law.ts";

const FRAMES_MAX = 5;
const GARBAGE_BYTES_MAX = 24;

/** One to five frames. */
export function someFrames(codec: AnyCodec): fc.Arbitrary<unknown[]> {
  return fc.array(codec.frames, { minLength: 1, maxLength: FRAMES_MAX });
}

/** Bytes at random, and streams of frames with bytes changed, taken out or put in: a decoder looks deeper into the latter. */
export function garbage(codec: AnyCodec): fc.Arbitrary<Uint8Array> {
  const random = fc.uint8Array({ maxLength: GARBAGE_BYTES_MAX });
  const edit = fc.record({
    at: fc.nat(0xffff),
    kind: fc.constantFrom("change" as const, "remove" as const, "insert" as const, "cut off" as const),
    byte: fc.oneof(fc.nat(255), fc.constantFrom(0, 0xff, 0x80, 0x7f, 0x0a, 0x0d)),
  });
  const damaged = fc
    .tuple(
      fc.array(codec.frames, { minLength: 1, maxLength: 3 }),
      fc.array(edit, { minLength: 1, maxLength: 3 }),
    )
    .map(([frames, edits]) => {
      let bytes: number[] = [];
      for (const frame of frames) {
        const part = encodeFrames(codec, [frame]).bytes;
        // Long frames are long because of their payload; what is damaged here are headers.
        for (let i = 0; i < part.length && i < 512; i++) bytes.push(part[i]);
      }
      for (const { at, kind, byte } of edits) {
        const index = bytes.length === 0 ? 0 : at % bytes.length;
        if (kind === "change") bytes[index] = byte;
        else if (kind === "remove") bytes.splice(index, 1);
        else if (kind === "insert") bytes.splice(index, 0, byte);
        else bytes = bytes.slice(0, index);
      }
      return Uint8Array.from(bytes);
    });
  return fc.oneof({ arbitrary: random, weight: 1 }, { arbitrary: damaged, weight: 2 });
}
