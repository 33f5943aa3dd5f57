// Where the packets' bytes are: pages of a file read when asked for, or a log of what a stream brought.

import { closeSync, fstatSync, mkdtempSync, openSync, read, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Random access to bytes by offset. A range that is not there (any more) comes back shorter. */
export interface ByteStore {
  read(offset: number, length: number): Uint8Array;
  /** The same, for as long as nothing more is read of the input. */
  glance(offset: number, length: number): Uint8Array;
  close(): void;
}

/** Bytes of a file that are at hand, the first of them at offset `from`. */
export interface Lent {
  readonly bytes: Uint8Array;
  readonly from: number;
}

const PAGE_BYTES = 64 * 1024;
const PAGES_KEPT = 128;
/** A page out of turn is read whole once so much of it was asked for: parts of a message may be all over a file. */
const SCATTERED_BYTES_MAX = PAGE_BYTES / 8;
/** Short ranges are put into a larger piece of memory, many to one. */
const PIECE_BYTES = 256 * 1024;
const SHORT_BYTES_MAX = 16 * 1024;
const NOTHING = new Uint8Array(0);

/** A file's bytes, 8 MiB of them kept in memory. Slices stay valid after their page has left the cache. */
export class FilePages implements ByteStore {
  readonly #fd: number;
  /** Page number to page, least recently used first. */
  readonly #pages = new Map<number, Uint8Array>();
  #closed = false;
  /** Reads in other threads that have not come back: the file's number must not become another file's meanwhile. */
  #readsAhead = 0;
  #lastIndex = -1;
  #lastPage: Uint8Array = NOTHING;
  /** The page read whole last, and bytes asked for of the one that was not. */
  #lastLoaded = -1;
  #scatteredIndex = -1;
  #scatteredBytes = 0;
  /** What whoever reads through the file has of it: bytes of the file from `#lentFrom` to `#lentTo`. */
  #lent: Uint8Array = NOTHING;
  #lentFrom = 0;
  #lentTo = 0;
  #piece: Uint8Array = NOTHING;
  #pieceUsed = 0;

  /** Takes ownership of `fd`. */
  constructor(fd: number) {
    this.#fd = fd;
  }

  read(offset: number, length: number): Uint8Array {
    if (length === 0) return NOTHING;
    if (offset >= this.#lentFrom && offset + length <= this.#lentTo)
      return this.#copied(offset - this.#lentFrom, length);
    const first = Math.floor(offset / PAGE_BYTES);
    const within = offset - first * PAGE_BYTES;
    if (first === this.#lastIndex && within + length <= PAGE_BYTES)
      return this.#lastPage.subarray(within, within + length);
    if (within + length > PAGE_BYTES) return this.#readAcross(offset, length);
    const kept = this.#kept(first);
    if (kept !== null) return kept.subarray(within, within + length);
    if (this.#closed) return NOTHING;
    if (!this.#isWorthLoading(first, length)) return this.#readExactly(offset, length);
    return this.#load(first).subarray(within, within + length);
  }

  glance(offset: number, length: number): Uint8Array {
    const from = offset - this.#lentFrom;
    if (from < 0 || offset + length > this.#lentTo) return this.read(offset, length);
    return this.#lent.subarray(from, from + length);
  }

  /** What was lent last. */
  get lent(): Lent {
    return { bytes: this.#lent, from: this.#lentFrom };
  }

  /** Until the next call `bytes` are the file's from `offset` on: what was read a moment ago need not be read again. */
  lend(bytes: Uint8Array, offset: number): void {
    this.#lent = bytes;
    this.#lentFrom = offset;
    this.#lentTo = offset + bytes.length;
  }

  /**
   * Reads up to `length` bytes from `offset` on in another thread, puts them into `bytes` from index `start` on and answers how many there
   * were: 0 at the end of the file, and once it is closed.
   */
  readAhead(bytes: Uint8Array, start: number, length: number, offset: number): Promise<number> {
    if (this.#closed) return Promise.resolve(0);
    this.#readsAhead++;
    return new Promise((resolve, reject) => {
      read(this.#fd, bytes, start, length, offset, (error, got) => {
        this.#readsAhead--;
        if (this.#closed) this.#release();
        if (error === null) resolve(got);
        else reject(error);
      });
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.lend(NOTHING, 0);
    this.#pages.clear();
    this.#lastIndex = -1;
    this.#lastPage = NOTHING;
    this.#release();
  }

  #release(): void {
    if (this.#readsAhead === 0) closeSync(this.#fd);
  }

  /** A copy of what was lent, from `start` on: its owner reads on. */
  #copied(start: number, length: number): Uint8Array {
    const lent = this.#lent.subarray(start, start + length);
    const bytes = this.#room(length);
    bytes.set(lent);
    return bytes;
  }

  /** Memory for `length` bytes, which nobody else has. */
  #room(length: number): Uint8Array {
    // A view of its own kind: what is compared or printed later is plain bytes.
    if (length > SHORT_BYTES_MAX) return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
    if (this.#pieceUsed + length > this.#piece.length) {
      this.#piece = new Uint8Array(Buffer.allocUnsafeSlow(PIECE_BYTES).buffer);
      this.#pieceUsed = 0;
    }
    const at = this.#pieceUsed;
    this.#pieceUsed += length;
    return this.#piece.subarray(at, at + length);
  }

  /** A range of several pages, a part at a time. */
  #readAcross(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    let have = 0;
    while (have < length) {
      const at = offset + have;
      const piece = this.read(at, Math.min(length - have, PAGE_BYTES - (at % PAGE_BYTES)));
      if (piece.length === 0) break;
      bytes.set(piece, have);
      have += piece.length;
    }
    return have === length ? bytes : bytes.subarray(0, have);
  }

  #kept(index: number): Uint8Array | null {
    const page = this.#pages.get(index);
    if (page === undefined) return null;
    this.#pages.delete(index);
    this.#keep(index, page);
    return page;
  }

  #keep(index: number, page: Uint8Array): void {
    this.#pages.set(index, page);
    this.#lastIndex = index;
    this.#lastPage = page;
  }

  /** Whether the next page in turn is asked for, or one of which much was asked for already. */
  #isWorthLoading(index: number, length: number): boolean {
    if (index === this.#lastLoaded + 1 || index === this.#lastLoaded) return true;
    if (index !== this.#scatteredIndex) {
      this.#scatteredIndex = index;
      this.#scatteredBytes = 0;
    }
    this.#scatteredBytes += length;
    return this.#scatteredBytes > SCATTERED_BYTES_MAX;
  }

  #load(index: number): Uint8Array {
    const page = this.#readExactly(index * PAGE_BYTES, PAGE_BYTES);
    this.#lastLoaded = index;
    // A short page is the end of a file that may yet grow: not kept.
    if (page.length < PAGE_BYTES) return page;
    if (this.#pages.size >= PAGES_KEPT) {
      const oldest = this.#pages.keys().next();
      if (oldest.done !== true) this.#pages.delete(oldest.value);
    }
    this.#keep(index, page);
    return page;
  }

  #readExactly(offset: number, length: number): Uint8Array {
    const bytes = this.#room(length);
    let have = 0;
    while (have < length) {
      const got = readSync(this.#fd, bytes, have, length - have, offset + have);
      if (got === 0) break;
      have += got;
    }
    return have === length ? bytes : bytes.subarray(0, have);
  }
}

const LOG_PART_BYTES = 1024 * 1024;

/**
 * Bytes appended one run after another. The first `memoryBytes` stay in memory, what follows goes to a temporary file
 * (removed from its folder as soon as it is open), so that a stream longer than memory can be held.
 */
export class ByteLog implements ByteStore {
  readonly #parts: Uint8Array[] = [];
  readonly #memoryParts: number;
  #length = 0;
  /** The part being filled; it is the last of `#parts` while those are in memory. */
  #part: Uint8Array = NOTHING;
  #spill: FilePages | null = null;
  #spillFd = -1;

  constructor(memoryBytes: number) {
    this.#memoryParts = Math.max(1, Math.floor(memoryBytes / LOG_PART_BYTES));
  }

  get length(): number {
    return this.#length;
  }

  /** Appends `bytes[start, start + length)` and answers its offset. */
  append(bytes: Uint8Array, start: number, length: number): number {
    const offset = this.#length;
    let from = start;
    let left = length;
    while (left > 0) {
      const within = this.#length % LOG_PART_BYTES;
      if (within === 0) this.#nextPart();
      const take = Math.min(left, LOG_PART_BYTES - within);
      this.#part.set(bytes.subarray(from, from + take), within);
      this.#length += take;
      from += take;
      left -= take;
    }
    return offset;
  }

  read(offset: number, length: number): Uint8Array {
    if (length === 0) return NOTHING;
    const first = Math.floor(offset / LOG_PART_BYTES);
    const within = offset - first * LOG_PART_BYTES;
    if (within + length <= LOG_PART_BYTES) return this.#slice(first, within, length);
    const bytes = new Uint8Array(length);
    let have = 0;
    for (let index = first; have < length; index++) {
      const from = index === first ? within : 0;
      const slice = this.#slice(index, from, Math.min(length - have, LOG_PART_BYTES - from));
      if (slice.length === 0) break;
      bytes.set(slice, have);
      have += slice.length;
    }
    return have === length ? bytes : bytes.subarray(0, have);
  }

  glance(offset: number, length: number): Uint8Array {
    return this.read(offset, length);
  }

  close(): void {
    this.#spill?.close();
    this.#parts.length = 0;
    this.#part = NOTHING;
  }

  /** Begins part number `length / LOG_PART_BYTES`, writing the full one before it out where memory is used up. */
  #nextPart(): void {
    const index = this.#length / LOG_PART_BYTES;
    if (index < this.#memoryParts) {
      this.#part = new Uint8Array(LOG_PART_BYTES);
      this.#parts.push(this.#part);
      return;
    }
    if (this.#spill === null) {
      this.#openSpill();
      this.#part = new Uint8Array(LOG_PART_BYTES);
    } else {
      writeFully(this.#spillFd, this.#part, (index - 1 - this.#memoryParts) * LOG_PART_BYTES);
    }
  }

  #openSpill(): void {
    const folder = mkdtempSync(join(tmpdir(), "wirelab-"));
    try {
      this.#spillFd = openSync(join(folder, "packets"), "wx+", 0o600);
    } finally {
      // The open descriptor keeps the bytes where the system allows it; elsewhere the system's own cleaning must do.
      rmSync(folder, { recursive: true, force: true });
    }
    this.#spill = new FilePages(this.#spillFd);
  }

  #slice(index: number, from: number, length: number): Uint8Array {
    if (index < this.#parts.length) return this.#parts[index].subarray(from, from + length);
    const current = Math.floor((this.#length - 1) / LOG_PART_BYTES);
    // The part being filled is used again for the next: its bytes must be copied out.
    if (index === current) return this.#part.slice(from, from + length);
    if (this.#spill === null || index > current) return NOTHING;
    return this.#spill.read((index - this.#memoryParts) * LOG_PART_BYTES + from, length);
  }
}

function writeFully(fd: number, bytes: Uint8Array, position: number): void {
  let done = 0;
  while (done < bytes.length) done += writeSync(fd, bytes, done, bytes.length - done, position + done);
}

/** Bytes in the file now, or null where it is not an ordinary file. */
export function ordinaryFileBytes(fd: number): number | null {
  const stat = fstatSync(fd);
  return stat.isFile() ? stat.size : null;
}
