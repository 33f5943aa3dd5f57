// What moves an open capture on: reads of a file within a time budget, or the chunks of a stream as they come.

import type { CaptureBuilder } from "./builder.ts";
import type { CaptureProgress } from "./capture.ts";
import type { ChunkSink, FileFeeder } from "./feeder.ts";
import { CompressionDamage } from "./compressed-source.ts";

export interface Driver {
  readonly progress: CaptureProgress;
  /** Goes on for about `budgetMs`; answers whether all is read. */
  run(budgetMs: number): Promise<boolean>;
  close(): void;
}

/** What a file seems to hold may be wrong: room for more than this is made when it is needed. */
const ROWS_RESERVED_MAX = 8_000_000;

/** Steps through a file. */
export class FileDriver implements Driver {
  readonly #feeder: FileFeeder;
  readonly #builder: CaptureBuilder;
  readonly #bytesTotal: number;
  #done = false;
  /** Bytes read at which to estimate how many packets the file has, again: less says little of the others. */
  #estimateAt = 512 * 1024;

  constructor(feeder: FileFeeder, builder: CaptureBuilder, bytesTotal: number) {
    this.#feeder = feeder;
    this.#builder = builder;
    this.#bytesTotal = bytesTotal;
  }

  get progress(): CaptureProgress {
    return { bytesRead: this.#feeder.bytesRead, bytesTotal: this.#bytesTotal, done: this.#done };
  }

  async run(budgetMs: number): Promise<boolean> {
    const until = performance.now() + budgetMs;
    try {
      while (!this.#done) {
        this.#done = await this.#feeder.step();
        if (this.#feeder.bytesRead >= this.#estimateAt) this.#reserve();
        if (performance.now() >= until) break;
      }
    } catch (error) {
      this.#done = true;
      this.#builder.problem(`the file cannot be read further: ${wordsOf(error)}`, this.#feeder.bytesRead);
    }
    return this.#done;
  }

  /**
   * Makes room for as many packets as the file seems to have, by what was read so far: growing a table of millions of rows takes longer
   * than a frame may.
   */
  #reserve(): void {
    const { bytesRead } = this.#feeder;
    this.#estimateAt = bytesRead * 4;
    const expected = (this.#builder.count * this.#bytesTotal) / bytesRead;
    const rows = Math.ceil(Math.min(expected * 1.1, ROWS_RESERVED_MAX));
    this.#builder.trace.packets.reserve(rows, Math.ceil(Math.min(expected * 1.5, ROWS_RESERVED_MAX)));
  }

  close(): void {
    this.#done = true;
    this.#feeder.close();
  }
}

/** What a stream brings, and what it has taken from its own source (compressed bytes, for a compressed file). */
export interface StreamInput {
  readonly chunks: AsyncIterator<Uint8Array>;
  readonly bytesTotal: number | null;
  bytesRead(): number;
  close(): void;
}

/** Takes chunks from a stream, one asked for at a time: the source waits meanwhile. */
export class StreamDriver implements Driver {
  readonly #input: StreamInput;
  readonly #sink: ChunkSink;
  readonly #builder: CaptureBuilder;
  readonly #bytesMax: number;
  #decoded = 0;
  #pending: Promise<IteratorResult<Uint8Array>> | null = null;
  #done = false;

  constructor(input: StreamInput, sink: ChunkSink, builder: CaptureBuilder, bytesMax: number) {
    this.#input = input;
    this.#sink = sink;
    this.#builder = builder;
    this.#bytesMax = bytesMax;
  }

  get progress(): CaptureProgress {
    return { bytesRead: this.#input.bytesRead(), bytesTotal: this.#input.bytesTotal, done: this.#done };
  }

  async run(budgetMs: number): Promise<boolean> {
    const until = performance.now() + budgetMs;
    while (!this.#done) {
      const left = until - performance.now();
      if (left <= 0) break;
      let next: IteratorResult<Uint8Array> | null;
      try {
        next = await this.#next(left);
      } catch (error) {
        this.#fail(error);
        break;
      }
      if (next === null) break;
      this.#take(next);
    }
    return this.#done;
  }

  close(): void {
    this.#done = true;
    this.#input.close();
  }

  #take(next: IteratorResult<Uint8Array>): void {
    if (this.#done) return;
    if (next.done === true) {
      this.#sink.finish();
      this.#end();
      return;
    }
    this.#decoded += next.value.length;
    this.#sink.push(next.value);
    if (this.#sink.stopped) {
      this.#end();
    } else if (this.#decoded > this.#bytesMax) {
      this.#builder.problem(`reading stops after ${this.#bytesMax} bytes`, this.#decoded);
      this.#end();
    }
  }

  #fail(error: unknown): void {
    // A damaged end explains why the last record is cut: said first.
    const words = error instanceof CompressionDamage ? error.message : `reading failed: ${wordsOf(error)}`;
    this.#builder.problem(words, this.#decoded);
    this.#sink.finish();
    this.#end();
  }

  #end(): void {
    this.#done = true;
    this.#input.close();
  }

  /** The next chunk, or null when it takes longer than `waitMs`: it is then what the next call gets. */
  async #next(waitMs: number): Promise<IteratorResult<Uint8Array> | null> {
    this.#pending ??= this.#input.chunks.next();
    const pending = this.#pending;
    if (waitMs === Infinity) {
      const next = await pending;
      this.#pending = null;
      return next;
    }
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(resolve, waitMs, null);
    });
    try {
      const next = await Promise.race([pending, late]);
      if (next !== null) this.#pending = null;
      return next;
    } catch (error) {
      this.#pending = null;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The message of whatever was thrown. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
