// Feeds a record decoder: from a file in large reads, or from a stream in chunks cut anywhere.

import { readSync } from "node:fs";

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

const READ_BYTES = 1024 * 1024;
/** The first read, each twice as large as the one before: nothing is compiled yet, and who waits for the first packets waits for all of it. */
const FIRST_READ_BYTES = 64 * 1024;

// Measured with bench/read.ts (1,000,000 packets, 630 MB, two busy cores): 2.3 million packets/s of a classic file into
// the table, some 3 million per second of CPU; pcapng 0.8 million/s, 2 million per second of CPU.

/** Gives a decoder an open file's bytes from `position` on, a read at a time. */
export class FileFeeder {
  readonly #fd: number;
  readonly #decoder: RecordDecoder;
  readonly #store: FilePages;
  #buffer = new Uint8Array(READ_BYTES);
  #filled = 0;
  #readBytes = FIRST_READ_BYTES;
  /** Bytes of the buffer that are decoded: they stay until the next step, for whoever asks for packets just read. */
  #used = 0;
  /** Offset in the file of the buffer's first byte. */
  #base: number;
  #done = false;

  /** Lends what it reads to `store`, of the same file. */
  constructor(fd: number, decoder: RecordDecoder, position: number, store: FilePages) {
    this.#fd = fd;
    this.#decoder = decoder;
    this.#store = store;
    this.#base = position;
  }

  /** Bytes read so far, from the beginning of the file. */
  get bytesRead(): number {
    return this.#base + this.#filled;
  }

  /** Reads and decodes up to 1 MiB more; answers whether the file, or what can be read of it, is at its end. */
  step(): boolean {
    if (this.#done) return true;
    this.#dropUsed();
    if (this.#filled === this.#buffer.length) this.#makeRoom();
    const got = readSync(
      this.#fd,
      this.#buffer,
      this.#filled,
      Math.min(this.#readBytes, this.#buffer.length - this.#filled),
      this.#base + this.#filled,
    );
    this.#readBytes *= 2;
    if (got === 0) {
      this.#decoder.finish(this.#filled, this.#base);
      this.#done = true;
    } else {
      this.#filled += got;
      this.#used = this.#decoder.decode(this.#buffer, 0, this.#filled, this.#base);
      this.#store.lend(this.#buffer, this.#base, this.#filled);
      if (this.#decoder.stopped) this.#done = true;
    }
    if (this.#done) this.#giveUpBuffer();
    return this.#done;
  }

  #dropUsed(): void {
    this.#store.lend(this.#buffer, 0, 0);
    this.#buffer.copyWithin(0, this.#used, this.#filled);
    this.#base += this.#used;
    this.#filled -= this.#used;
    this.#used = 0;
  }

  /** The table lives on; the read buffer need not. */
  #giveUpBuffer(): void {
    this.#dropUsed();
    this.#buffer = new Uint8Array(0);
    this.#store.lend(this.#buffer, 0, 0);
  }

  /** For a record larger than the buffer; the decoder has checked how large records may be. */
  #makeRoom(): void {
    const larger = new Uint8Array(Math.max(this.#buffer.length * 2, this.#decoder.need));
    larger.set(this.#buffer);
    this.#buffer = larger;
  }
}
