// Feeds a record decoder: from a file in large reads, or from a stream in chunks cut anywhere.

import type { ColumnMemory } from "../trace/columns.ts";
import type { RecordDecoder } from "./classic.ts";
import type { FilePages } from "./store.ts";

/** Takes a stream's chunks in order. */
export interface ChunkSink {
  /** Chunks may be kept until their records are whole: the caller must not change them afterwards. */
  push(chunk: Uint8Array): void;
  /** The stream has ended. */
  finish(): void;
  /** Nothing more is wanted. */
  readonly stopped: boolean;
}

/** Gives a decoder a stream's bytes, copying only what a chunk leaves undecoded. */
export class StreamFeeder implements ChunkSink {
  readonly #decoder: RecordDecoder;
  /** Undecoded bytes; room grows by doubling, so that small chunks cost linear time. */
  #carry = new Uint8Array(0);
  #carried = 0;
  /** Offset in the input of the first undecoded byte. */
  #position: number;

  constructor(decoder: RecordDecoder, position: number) {
    this.#decoder = decoder;
    this.#position = position;
  }

  get stopped(): boolean {
    return this.#decoder.stopped;
  }

  push(chunk: Uint8Array): void {
    let from = 0;
    // A carried record is completed first, alone, so that the rest of the chunk need not be copied.
    while (this.#carried > 0 && from < chunk.length && !this.stopped) {
      const take = Math.min(Math.max(this.#decoder.need - this.#carried, 0), chunk.length - from);
      this.#append(chunk, from, from + take);
      from += take;
      if (this.#carried < this.#decoder.need) return;
      const got = this.#decoder.decode(this.#carry, 0, this.#carried, this.#position);
      this.#position += got;
      this.#carry.copyWithin(0, got, this.#carried);
      this.#carried -= got;
    }
    if (this.stopped || from === chunk.length) return;
    const base = this.#position - from;
    const got = this.#decoder.decode(chunk, from, chunk.length, base);
    this.#position = base + got;
    if (!this.stopped) this.#append(chunk, got, chunk.length);
  }

  finish(): void {
    this.#decoder.finish(this.#carried, this.#position);
  }

  #append(chunk: Uint8Array, start: number, end: number): void {
    const length = this.#carried + end - start;
    if (length > this.#carry.length) {
      const larger = new Uint8Array(Math.max(length, this.#carry.length * 2, 4096));
      larger.set(this.#carry.subarray(0, this.#carried));
      this.#carry = larger;
    }
    this.#carry.set(chunk.subarray(start, end), this.#carried);
    this.#carried = length;
  }
}

/** The longest read, and the longest where decoding what was read takes long: nobody is answered meanwhile. */
const READ_BYTES = 4 * 1024 * 1024;
const SLOW_READ_BYTES = READ_BYTES / 4;
const SLOW_MS = 6;
/** The first read, each twice as large as the one before: nothing is compiled yet, and who waits for the first packets waits for all of it. */
const FIRST_READ_BYTES = 64 * 1024;
/** Room before a read for what the one before it left of a packet; where that is more, both are put together elsewhere. */
const LEFT_BYTES = 64 * 1024;

/** Gives a decoder a file's bytes from `position` on, a read at a time, while another thread reads what follows. */
export class FileFeeder {
  readonly #decoder: RecordDecoder;
  readonly #store: FilePages;
  /** What was read: decoded up to `#from`, there up to `#end`. Decoded bytes stay until the next step, for whoever asks for packets just read. */
  #buffer: Uint8Array;
  #from = 0;
  #end = 0;
  /** Offset in the file of the buffer's first byte. */
  #base: number;
  /** Where the next read goes, from `LEFT_BYTES` on. */
  #spare: Uint8Array;
  /** Whether `#buffer` is larger than what is read into. */
  #isLarger = false;
  readonly #memory: ColumnMemory;
  #reading: Promise<number> | null = null;
  #readBytes = FIRST_READ_BYTES;
  #readBytesMax = READ_BYTES;
  #done = false;

  /** Lends what it reads to `store`, of the same file. */
  constructor(decoder: RecordDecoder, position: number, store: FilePages, memory: ColumnMemory) {
    this.#buffer = memory.make(Uint8Array, LEFT_BYTES + READ_BYTES);
    this.#spare = memory.make(Uint8Array, LEFT_BYTES + READ_BYTES);
    this.#memory = memory;
    this.#decoder = decoder;
    this.#store = store;
    this.#base = position;
  }

  /** Bytes read so far, from the beginning of the file. */
  get bytesRead(): number {
    return this.#base + this.#end;
  }

  /** Decodes up to 4 MiB more; answers whether the file, or what can be read of it, is at its end. */
  async step(): Promise<boolean> {
    if (this.#done) return true;
    const got = await (this.#reading ?? this.#read());
    if (this.#done) return true;
    if (got === 0) {
      this.#decoder.finish(this.#end - this.#from, this.#base + this.#from);
      this.#finish();
      return true;
    }
    this.#take(got);
    this.#reading = this.#read();
    const began = performance.now();
    this.#from = this.#decoder.decode(this.#buffer, this.#from, this.#end, this.#base);
    this.#readBytesMax = performance.now() - began > SLOW_MS ? SLOW_READ_BYTES : READ_BYTES;
    if (this.#decoder.stopped) this.#finish();
    return this.#done;
  }

  /** Nothing more is wanted: a step under way decodes nothing. */
  close(): void {
    this.#done = true;
  }

  #read(): Promise<number> {
    const length = this.#readBytes;
    this.#readBytes = Math.min(length * 2, this.#readBytesMax);
    const reading = this.#store.readAhead(this.#spare, LEFT_BYTES, length, this.bytesRead);
    // The step that waits for it is told; there may be none.
    reading.catch(() => {});
    return reading;
  }

  /** The `got` bytes read, behind those left undecoded. */
  #take(got: number): void {
    const position = this.bytesRead;
    const left = this.#buffer.subarray(this.#from, this.#end);
    const old = this.#buffer;
    const wasLarger = this.#isLarger;
    let next = this.#spare;
    let readAt = LEFT_BYTES;
    this.#isLarger = left.length > LEFT_BYTES;
    if (this.#isLarger) {
      next = this.#memory.make(Uint8Array, left.length + Math.max(got, READ_BYTES));
      readAt = left.length;
      next.set(this.#spare.subarray(LEFT_BYTES, LEFT_BYTES + got), readAt);
    } else {
      this.#spare = wasLarger ? this.#memory.make(Uint8Array, LEFT_BYTES + READ_BYTES) : old;
    }
    next.set(left, readAt - left.length);
    if (wasLarger || this.#isLarger) this.#memory.drop(old);
    this.#buffer = next;
    this.#from = readAt - left.length;
    this.#end = readAt + got;
    this.#base = position - readAt;
    this.#store.lend(next.subarray(this.#from, this.#end), this.#base + this.#from);
  }

  /** The table lives on; the buffers need not. */
  #finish(): void {
    this.#done = true;
    this.#base += this.#end;
    this.#from = this.#end = 0;
    const buffers = [this.#buffer, this.#spare];
    // A read under way still writes to one of them.
    const reading = this.#reading ?? Promise.resolve(0);
    void reading.catch(() => 0).then(() => buffers.forEach((buffer) => this.#memory.drop(buffer)));
    this.#buffer = this.#spare = new Uint8Array(0);
    this.#store.lend(this.#buffer, 0);
  }
}
