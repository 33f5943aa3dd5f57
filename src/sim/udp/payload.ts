// Copies of payloads: programs own what they receive.

import { slabBytes } from "../slab.ts";

/** A copy of `bytes` that nothing else looks at, though its buffer it may share with other copies, as Node's Buffers do. */
export function copyPayload(bytes: Uint8Array): Uint8Array {
  const copy = slabBytes(bytes.length);
  copy.set(bytes);
  return copy;
}
