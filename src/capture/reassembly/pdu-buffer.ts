// The bytes of a message whose length is not known yet, from the first one that must be looked at again.

/** What a protocol looks at to say how long a message is, and where it leaves a note for the next time it is asked. */
export interface PduScan {
  readonly bytes: Uint8Array;
  /** Index in `bytes` at which the message begins; negative when what was passed is no longer there. */
  readonly origin: number;
  /** Index behind the last byte there is. */
  readonly end: number;
  /** Bytes of the message that need not be looked at again; nothing is asked before there are more. */
  passed: number;
  /** The reader's own: how far into the message's grammar it is. 0 at first. */
  phase: number;
}

/** Its fields can be set. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What readers are asked of segments with, one for all: nobody keeps it, and there would be one for every message. */
const asked: Mutable<PduScan> = { bytes: new Uint8Array(0), origin: 0, end: 0, passed: 0, phase: 0 };

/** The scan of a message that begins at index `origin`, nothing of which was passed. */
export function scanAt(bytes: Uint8Array, origin: number, end: number): PduScan {
  asked.bytes = bytes;
  asked.origin = origin;
  asked.end = end;
  asked.passed = 0;
  asked.phase = 0;
  return asked;
}

export class PduBuffer {
  passed: number;
  #phase: number;
  #bytes: Uint8Array;
  /** Offset within the message of the buffer's first byte; bytes in use. */
  #from = 0;
  #length: number;
  #asked: PduScan | null = null;

  /** `scan` is what was asked of the segment that begins the message. */
  constructor(scan: PduScan) {
    this.passed = scan.passed;
    this.#phase = scan.phase;
    this.#bytes = Uint8Array.from(scan.bytes.subarray(scan.origin, scan.end));
    this.#length = this.#bytes.length;
    this.drop();
  }

  /** Bytes held. */
  get length(): number {
    return this.#length;
  }

  /** Appends `bytes` from index `start` on. */
  append(bytes: Uint8Array, start: number): void {
    const more = bytes.length - start;
    if (this.#length + more > this.#bytes.length) {
      const larger = new Uint8Array((this.#length + more) * 2);
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(bytes.subarray(start), this.#length);
    this.#length += more;
    this.drop();
  }

  scan(): PduScan {
    this.#asked = {
      bytes: this.#bytes,
      origin: -this.#from,
      end: this.#length,
      passed: this.passed,
      phase: this.#phase,
    };
    return this.#asked;
  }

  /** Takes the notes of the last scan and lets go of what was passed. */
  drop(): void {
    if (this.#asked !== null) {
      this.passed = this.#asked.passed;
      this.#phase = this.#asked.phase;
      this.#asked = null;
    }
    const gone = Math.min(this.#length, this.passed - this.#from);
    if (gone <= 0) return;
    this.#bytes.copyWithin(0, gone, this.#length);
    this.#length -= gone;
    this.#from += gone;
  }
}
