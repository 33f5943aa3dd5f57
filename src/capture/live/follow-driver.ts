// Follows a file that is still being written: reads on as it grows, and waits for the rest of a packet that is not whole yet.

import { fstatSync, readSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import type { CaptureBuilder } from "../builder.ts";
import type { CaptureProgress } from "../capture.ts";
import { wordsOf } from "../drivers.ts";
import type { Driver } from "../drivers.ts";
import type { ChunkSink } from "../feeder.ts";

const READ_BYTES = 1024 * 1024;
/** How often a file that has not grown is looked at. */
const POLL_MS = 25;
/** How long a file in whose place is another may be silent: who writes to it may go on for a while. */
const REPLACED_MS = 1000;

export class FollowDriver implements Driver {
  readonly #fd: number;
  readonly #path: string;
  readonly #sink: ChunkSink;
  readonly #builder: CaptureBuilder;
  readonly #buffer = new Uint8Array(READ_BYTES);
  /** Offset in the file of the next byte to read. */
  #position: number;
  #done = false;
  /** Since when another file has been in its place and nothing has come; null where none is. */
  #replacedAt: number | null = null;

  /** The sink takes the bytes of the file open as `fd` from `position` on, and must not keep what it is given. */
  constructor(fd: number, path: string, sink: ChunkSink, builder: CaptureBuilder, position: number) {
    this.#fd = fd;
    this.#path = path;
    this.#sink = sink;
    this.#builder = builder;
    this.#position = position;
  }

  get progress(): CaptureProgress {
    return { bytesRead: this.#position, bytesTotal: null, done: this.#done };
  }

  async run(budgetMs: number): Promise<boolean> {
    const until = performance.now() + budgetMs;
    while (!this.#done) {
      const grew = this.#read();
      const left = until - performance.now();
      if (left <= 0) break;
      if (!grew && !this.#done) await sleep(Math.min(POLL_MS, left));
    }
    return this.#done;
  }

  close(): void {
    this.#done = true;
  }

  /** Takes up to 1 MiB; answers whether there was anything. */
  #read(): boolean {
    try {
      const got = readSync(this.#fd, this.#buffer, 0, READ_BYTES, this.#position);
      if (got > 0) {
        this.#sink.push(this.#buffer.subarray(0, got));
        this.#position += got;
        this.#replacedAt = null;
        if (this.#sink.stopped) this.#done = true;
        return true;
      }
      const own = fstatSync(this.#fd);
      if (own.size < this.#position) {
        this.#end(`the file became shorter than the ${this.#position} bytes read: no longer followed`);
        return false;
      }
      // A file that was moved or removed may yet grow, but not where another is written instead.
      const there = statSync(this.#path, { throwIfNoEntry: false });
      const isReplaced = there !== undefined && (there.ino !== own.ino || there.dev !== own.dev);
      this.#replacedAt = isReplaced ? (this.#replacedAt ?? performance.now()) : null;
      if (this.#replacedAt !== null && performance.now() - this.#replacedAt > REPLACED_MS)
        this.#end("another file is in its place, and nothing more came: no longer followed");
    } catch (error) {
      this.#end(`the file cannot be read further: ${wordsOf(error)}`);
    }
    return false;
  }

  #end(message: string): void {
    this.#builder.problem(message, this.#position);
    this.#done = true;
  }
}

/** Waits until the file has `bytes` bytes, for as long as it takes; answers how many it has. */
export async function waitForBytes(fd: number, bytes: number): Promise<number> {
  for (;;) {
    const { size } = fstatSync(fd);
    if (size >= bytes) return size;
    await sleep(POLL_MS);
  }
}
