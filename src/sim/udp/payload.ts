// Copies of payloads, many to an allocation: a typed array of its own costs several times what its bytes do.

const SLAB_BYTES = 64 * 1024;
const SHARED_MAX = 4 * 1024;

let slab = new Uint8Array(SLAB_BYTES);
let used = 0;

/** The bytes of `bytes`, which the caller may change from now on. For reading only: the copy shares its buffer with others. */
export function copyPayload(bytes: Uint8Array): Uint8Array {
  const { length } = bytes;
  if (length > SHARED_MAX) return new Uint8Array(bytes);
  if (used + length > SLAB_BYTES) {
    slab = new Uint8Array(SLAB_BYTES);
    used = 0;
  }
  const copy = slab.subarray(used, used + length);
  copy.set(bytes);
  used += length;
  return copy;
}
