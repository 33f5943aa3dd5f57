// What is known after trying: a report a codec, a verdict a law, a counterexample where one is broken. Plain data, the same for the same seed.

import type { FeedError, Hang } from "../feed.ts";

/** A frame the stream was made of. Offsets count bytes of the stream. */
export interface ExpectedFrame {
  readonly text: string;
  /** As JavaScript, where it can be written down. */
  readonly code: string | null;
  readonly start: number;
  readonly end: number;
}

export interface ActualFrame {
  readonly text: string;
  /** The chunk that produced it; the number of chunks stands for the end of the stream. */
  readonly chunk: number;
}

/** What a decoder made of a stream cut one way. */
export interface Played {
  readonly cuts: readonly number[];
  readonly tick: boolean;
  readonly actual: readonly ActualFrame[];
  readonly errors: readonly FeedError[];
  readonly hang: Hang | null;
}

export interface Counterexample extends Played {
  /** What is wrong, a sentence without a full stop. */
  readonly problem: string;
  /** Hexadecimal. */
  readonly bytes: string;
  /** Null for a stream that was not made of frames. */
  readonly expected: readonly ExpectedFrame[] | null;
  /** Whether the buffer of each chunk was overwritten after its push. */
  readonly overwrite: boolean;
  /** Whether the stream ended after the last chunk. */
  readonly end: boolean;
  /** The same stream cut in a way that passes, where there is one. */
  readonly contrast: Played | null;
  /** With the seed and the law it leads here again: run, then the way the shrinking went. */
  readonly path: string;
}

export type Verdict = "kept" | "broken" | "not asked";

export interface LawReport {
  readonly law: string;
  readonly demands: string;
  readonly bug: string;
  readonly verdict: Verdict;
  /** Why it was not asked; null otherwise. */
  readonly why: string | null;
  /** Trials made. */
  readonly runs: number;
  readonly counterexample: Counterexample | null;
}

export interface Report {
  readonly codec: string;
  readonly seed: number;
  /** `sim` when the stream went through the simulated TCP. */
  readonly through: "sim" | null;
  readonly laws: readonly LawReport[];
}

/** Whether no law is broken. */
export function passes(report: Report): boolean {
  return report.laws.every(({ verdict }) => verdict !== "broken");
}

/** The bytes of a counterexample's stream. */
export function bytesOf(counterexample: Pick<Counterexample, "bytes">): Uint8Array {
  return Uint8Array.from(Buffer.from(counterexample.bytes, "hex"));
}
