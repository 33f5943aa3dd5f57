// Columns that code compiled beforehand works on too: all in one memory, which can only grow. It is of the kind that threads can share, since
// that keeps its place when it grows, and with it every column in it.

import { ColumnMemory } from "../../trace/columns.ts";
import type { Column, ColumnKind } from "../../trace/columns.ts";
import type { CompiledPackets } from "./packets.ts";

const PAGE_BYTES = 64 * 1024;
const PAGES_MIN = 64;
/** Nearly 4 GiB, which is what addresses of 32 bits reach: sums of a few of them do not reach around it. */
const PAGES_MAX = 65_536 - 64;
/** What the compiled code has of its own lies before. */
const FIRST = 16 * 1024;
/** Columns begin at a cache line. */
const LINE_BYTES = 64;

export class CompiledMemory extends ColumnMemory {
  readonly memory: WebAssembly.Memory;
  /** How many columns were ever made: another number is another place for some of them. */
  made = 0;
  /** A column did not fit, and lies elsewhere. */
  isFull = false;
  /** What is compiled of the index that keeps its columns here. */
  packets: CompiledPackets | null = null;
  #end = FIRST;
  /** What was dropped, by its bytes. */
  readonly #dropped = new Map<number, number[]>();

  /** Of `pagesMax` pages of 64 KiB at most. */
  constructor(pagesMax: number = PAGES_MAX) {
    super();
    this.memory = new WebAssembly.Memory({
      initial: Math.min(PAGES_MIN, pagesMax),
      maximum: pagesMax,
      shared: true,
    });
  }

  override make<T extends Column>(Kind: ColumnKind<T>, length: number): T {
    this.made++;
    const bytes = room(length * Kind.BYTES_PER_ELEMENT);
    const again = this.#dropped.get(bytes)?.pop();
    if (again !== undefined) {
      new Uint8Array(this.memory.buffer, again, bytes).fill(0);
      return new Kind(this.memory.buffer, again, length);
    }
    if (!this.#reaches(this.#end + bytes)) {
      this.isFull = true;
      return super.make(Kind, length);
    }
    const start = this.#end;
    this.#end += bytes;
    return new Kind(this.memory.buffer, start, length);
  }

  override drop(column: Column): void {
    if (!this.holds(column)) return;
    const bytes = room(column.byteLength);
    const places = this.#dropped.get(bytes);
    if (places === undefined) this.#dropped.set(bytes, [column.byteOffset]);
    else places.push(column.byteOffset);
  }

  /** Whether `column` lies in this memory. */
  holds(column: Column): boolean {
    return column.buffer instanceof SharedArrayBuffer;
  }

  /** Makes the memory reach to `end`, where it can; answers whether it does. */
  #reaches(end: number): boolean {
    const missing = Math.ceil((end - this.memory.buffer.byteLength) / PAGE_BYTES);
    if (missing <= 0) return true;
    try {
      this.memory.grow(missing);
      return true;
    } catch {
      return false;
    }
  }
}

function room(bytes: number): number {
  return Math.ceil(bytes / LINE_BYTES) * LINE_BYTES;
}
