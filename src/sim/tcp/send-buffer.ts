// Bytes a program has sent and the peer has not acknowledged: written once into chunks, handed out as slices of them.
//
// A trace keeps every chunk there was. Programs that send much often send the same again and again, so where one records, a chunk like
// the one before shares its memory as long as they are alike: memory new to the process costs it more than a microsecond a packet.

import { slabBytes } from "../slab.ts";

interface Chunk {
  bytes: Uint8Array;
  /** Those of `bytes`, kept because asking it for them is a call out of the JIT's code. */
  buffer: ArrayBufferLike;
  offset: number;
  /** Position of its first byte in the stream. */
  readonly start: number;
  used: number;
  /** `bytes` are those of the chunk before, full and like what this one holds so far. */
  shared: boolean;
}

const CHUNK_MIN = 256;
const CHUNK_MAX = 65_536;
/** Spent chunks are cut off the front of the list only now and then, so that cutting costs nothing a chunk. */
const COMPACT_AT = 64;
/** Of the many buffers that are empty. */
const NO_CHUNKS: Chunk[] = [];

export class SendBuffer {
  /** Bytes held. */
  length = 0;
  #chunks = NO_CHUNKS;
  #first = 0;
  /** Position in the stream of the first byte held. */
  #start = 0;
  #cursor = 0;
  #chunkSize = CHUNK_MIN;

  /** Copies `count` bytes of `bytes` from `from` on. `kept`: a trace keeps what is made of them, and nobody else does. */
  append(bytes: Uint8Array, from: number, count: number, kept: boolean = false): void {
    let at = from;
    const end = from + count;
    while (at < end) {
      const tail = this.#tail(end - at, kept);
      const taken = Math.min(end - at, tail.bytes.length - tail.used);
      if (tail.shared && !isAlike(tail, bytes, at, taken)) unshare(tail);
      if (!tail.shared)
        tail.bytes.set(taken === bytes.length ? bytes : bytes.subarray(at, at + taken), tail.used);
      tail.used += taken;
      at += taken;
    }
    this.length += count;
  }

  /** The `count` bytes from `offset` on, counted from the first byte held: a view wherever one chunk has them all. */
  slice(offset: number, count: number): Uint8Array {
    const at = this.#start + offset;
    const chunk = this.#find(at);
    const within = at - chunk.start;
    if (within + count <= chunk.used) {
      return new Uint8Array(chunk.buffer, chunk.offset + within, count);
    }
    const whole = slabBytes(count);
    let filled = 0;
    while (filled < count) {
      const part = this.#find(at + filled);
      const from = at + filled - part.start;
      const taken = Math.min(count - filled, part.used - from);
      whole.set(part.bytes.subarray(from, from + taken), filled);
      filled += taken;
    }
    return whole;
  }

  /** Forgets the first `count` bytes. */
  discard(count: number): void {
    this.#start += count;
    this.length -= count;
    const chunks = this.#chunks;
    if (this.length === 0) {
      // Most connections are idle most of the time: they keep nothing.
      this.#chunks = NO_CHUNKS;
      this.#first = 0;
      this.#cursor = 0;
      this.#chunkSize = CHUNK_MIN;
      return;
    }
    while (
      this.#first < chunks.length &&
      chunks[this.#first].start + chunks[this.#first].used <= this.#start
    ) {
      // The last chunk stays while there is room in it.
      if (this.#first === chunks.length - 1) break;
      this.#first++;
    }
    if (this.#first >= COMPACT_AT) {
      chunks.splice(0, this.#first);
      this.#cursor = Math.max(0, this.#cursor - this.#first);
      this.#first = 0;
    }
  }

  #tail(wanted: number, kept: boolean): Chunk {
    if (this.#chunks === NO_CHUNKS) this.#chunks = [];
    const chunks = this.#chunks;
    const last = chunks.length - 1;
    if (last >= this.#first && chunks[last].used < chunks[last].bytes.length) return chunks[last];
    const size = Math.min(CHUNK_MAX, Math.max(this.#chunkSize, wanted));
    this.#chunkSize = Math.min(CHUNK_MAX, size * 2);
    const start = last < 0 ? this.#start : chunks[last].start + chunks[last].used;
    const shared = kept && last >= 0 && size === CHUNK_MAX && chunks[last].bytes.length === CHUNK_MAX;
    const bytes = shared ? chunks[last].bytes : slabBytes(size);
    const chunk: Chunk = { bytes, buffer: bytes.buffer, offset: bytes.byteOffset, start, used: 0, shared };
    chunks.push(chunk);
    return chunk;
  }

  /** Sending goes forward: the chunk wanted is nearly always the last one used, or the next. */
  #find(at: number): Chunk {
    const chunks = this.#chunks;
    let index = Math.max(this.#cursor, this.#first);
    if (chunks[index].start > at) index = this.#first;
    while (at >= chunks[index].start + chunks[index].used) index++;
    this.#cursor = index;
    return chunks[index];
  }
}

/** Whether the `count` bytes of `bytes` from `at` on are those a shared chunk has where they belong. */
function isAlike({ bytes: there, used }: Chunk, bytes: Uint8Array, at: number, count: number): boolean {
  if (bytes[at] !== there[used] || bytes[at + count - 1] !== there[used + count - 1]) return false;
  return Buffer.prototype.compare.call(bytes, there, used, used + count, at, at + count) === 0;
}

/** Gives the chunk memory of its own. What was handed out of it stays where it is, for it is the same. */
function unshare(chunk: Chunk): void {
  const bytes = slabBytes(chunk.bytes.length);
  bytes.set(chunk.used === bytes.length ? chunk.bytes : chunk.bytes.subarray(0, chunk.used));
  chunk.bytes = bytes;
  chunk.buffer = bytes.buffer;
  chunk.offset = bytes.byteOffset;
  chunk.shared = false;
}
