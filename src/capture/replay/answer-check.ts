// Compares what a live program answers with what the capture has, byte by byte as it comes.

/** Bytes shown of a difference. */
const SHOWN_BYTES = 16;
/** Differences told apart; what follows is only counted. */
const DIFFERENCES_MAX = 10;

/** A run of bytes that differ, or datagrams that do. */
export interface Difference {
  /** `byte 12`, `datagram 3, byte 0`: where, from 0. */
  readonly where: string;
  /** At most 16 bytes from there on; empty where one side has none. */
  readonly expected: Uint8Array;
  readonly got: Uint8Array;
}

export interface Comparison {
  /** `bytes` for a stream, `datagrams` otherwise. */
  readonly unit: "bytes" | "datagrams";
  readonly expected: number;
  readonly got: number;
  /** The first of them. */
  readonly differences: readonly Difference[];
  /** How many bytes (datagrams) differ among those that came. */
  readonly differing: number;
  /** What else was not as captured: an end too early, a wait in vain. */
  readonly notes: readonly string[];
}

/** Whether the live answers were the captured ones. */
export function isSame({ expected, got, differing, notes }: Comparison): boolean {
  return expected === got && differing === 0 && notes.length === 0;
}

/** A stream's bytes, compared as they come. */
export class StreamCheck {
  readonly #expected: Uint8Array;
  readonly #missing: readonly boolean[] | null;
  readonly #differences: Difference[] = [];
  readonly #notes: string[] = [];
  #got = 0;
  #differing = 0;
  /** Where the bytes shown of the last difference end: what differs before that is seen there. */
  #shownTo = 0;

  /** Bytes marked in `missing` are not known, and whatever comes for them will do. */
  constructor(expected: Uint8Array, missing: readonly boolean[] | null = null) {
    this.#expected = expected;
    this.#missing = missing;
  }

  get received(): number {
    return this.#got;
  }

  take(chunk: Uint8Array): void {
    const expected = this.#expected;
    const missing = this.#missing;
    for (const [i, byte] of chunk.entries()) {
      const at = this.#got + i;
      if (at < expected.length && (byte === expected[at] || missing?.[at] === true)) continue;
      if (at < expected.length) this.#differing++;
      if (at >= this.#shownTo && this.#differences.length < DIFFERENCES_MAX) {
        this.#shownTo = at + SHOWN_BYTES;
        this.#differences.push({
          where: `byte ${at}`,
          expected: expected.slice(at, at + SHOWN_BYTES),
          got: chunk.slice(i, i + SHOWN_BYTES),
        });
      }
    }
    this.#got += chunk.length;
  }

  note(text: string): void {
    this.#notes.push(text);
  }

  finish(): Comparison {
    return {
      unit: "bytes",
      expected: this.#expected.length,
      got: this.#got,
      differences: this.#differences,
      differing: this.#differing,
      notes: this.#notes,
    };
  }
}

/** Datagrams, compared in the order they come. */
export class DatagramCheck {
  readonly #expected: readonly Uint8Array[];
  readonly #differences: Difference[] = [];
  readonly #notes: string[] = [];
  #got = 0;
  #differing = 0;

  constructor(expected: readonly Uint8Array[]) {
    this.#expected = expected;
  }

  get received(): number {
    return this.#got;
  }

  take(datagram: Uint8Array): void {
    const index = this.#got++;
    if (index >= this.#expected.length) {
      this.#add(index, 0, new Uint8Array(0), datagram);
      return;
    }
    const expected = this.#expected[index];
    let at = 0;
    while (at < expected.length && at < datagram.length && expected[at] === datagram[at]) at++;
    if (at === expected.length && at === datagram.length) return;
    this.#differing++;
    this.#add(index, at, expected, datagram);
  }

  note(text: string): void {
    this.#notes.push(text);
  }

  finish(): Comparison {
    return {
      unit: "datagrams",
      expected: this.#expected.length,
      got: this.#got,
      differences: this.#differences,
      differing: this.#differing,
      notes: this.#notes,
    };
  }

  #add(index: number, at: number, expected: Uint8Array, got: Uint8Array): void {
    if (this.#differences.length >= DIFFERENCES_MAX) return;
    this.#differences.push({
      where: `datagram ${index}, byte ${at}`,
      expected: expected.slice(at, at + SHOWN_BYTES),
      got: got.slice(at, at + SHOWN_BYTES),
    });
  }
}
