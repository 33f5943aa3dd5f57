// What a law is: a name, the bug it is for, trials to make up, and a test that says which feeds it wants and judges what came of them.

import type * as fc from "fast-check";
import { bytewise, chunkings } from "../chunkings.ts";
import type { Effort } from "../chunkings.ts";
import type { Codec } from "../codec.ts";
import type { Feed, Outcome } from "../feed.ts";
import type { LawReport } from "../report/report.ts";

export type AnyCodec = Codec<unknown>;

/** How long and how hard a law is tried. */
export interface LawOptions {
  /** 0 to 2^32 - 1; 1 by default. The same seed gives the same report. */
  readonly seed?: number;
  /** Trials; 100 by default. */
  readonly runs?: number;
  /** Replays one trial instead: `12:0:3`, the run and the way its shrinking went, as reports give it. */
  readonly path?: string;
  /** When to stop in ms of `performance.now()`; a law stopped by it has made fewer runs, which its report says. */
  readonly deadlineMs?: number;
  /** Makes every `count`-th run only, from `index` (0-based) on. */
  readonly shard?: { readonly index: number; readonly count: number };
  /** How long a call or a promise may take before it counts as a hang, in ms; 250 by default. */
  readonly hangMs?: number;
  /** Whether a hang is left to the law that is about hangs; false by default. */
  readonly leaveHangs?: boolean;
  /** Whether another law has met a hang: it is then found sooner. */
  readonly suspectHang?: boolean;
  /** Told of each feed to a decoder that answers later, before it: for a watchdog outside the thread. */
  readonly onFeed?: (law: string, feed: Feed) => void;
}

/** Feeds that a test asks for: several run interleaved, a chunk of each in turn. */
export interface Wanted {
  readonly feeds: readonly Feed[];
  /** Instead of the codec under test. */
  readonly codec?: Pick<AnyCodec, "decoder" | "errorKind" | "afterError">;
}

/** What breaks a law. */
export interface Finding {
  /** A sentence without a full stop. */
  readonly problem: string;
  readonly feed: Feed;
  readonly outcome: Outcome<unknown>;
  /** The frames the stream was made of, and where each ends; null for a stream that was not made of frames. */
  readonly frames: readonly unknown[] | null;
  readonly ends: readonly number[];
  /** Whether it is about something else than the cuts, so that another way to cut the stream shows nothing; false by default. */
  readonly notOfCuts?: boolean;
}

/** What a test knows besides its trial. */
export interface TestContext {
  readonly codec: AnyCodec;
  readonly effort: Effort;
  /** Whether the decoder answers with promises. */
  readonly later: boolean;
  /** Tries this chunking only: for finding out which of its cuts matter. */
  readonly onlyCuts: readonly number[] | null;
  /** Counts over all trials, for what can only be said at the end. */
  readonly tally: Map<string, number>;
  /** What the trial is about, for reports of feeds that never come back. */
  about: { readonly frames: readonly unknown[] | null; readonly ends: readonly number[] };
}

export type Test = Generator<Wanted, Finding | null, readonly Outcome<unknown>[]>;

export interface LawSpec<T> {
  /** Kebab case, as `--law` takes it. */
  readonly name: string;
  /** What it demands, in a sentence. */
  readonly demands: string;
  /** The bug it is for, as one would meet it. */
  readonly bug: string;
  /** Laws without which this one says nothing new, or nothing true: it is not asked where one of them is broken. */
  readonly takesForGranted?: readonly string[];
  /** Why it is not asked of this codec; null when it is. */
  notAsked?(codec: AnyCodec): string | null;
  /** Trials at random ... */
  trials?(codec: AnyCodec): fc.Arbitrary<T>;
  /** ... or all there are. */
  cases?(codec: AnyCodec): readonly T[];
  test(trial: T, context: TestContext): Test;
  /** Trials next to this one that may be smaller, for a last pass of shrinking; each is only taken if the law breaks on it too. */
  simpler?(trial: T): Iterable<T>;
  /** What all trials together say, once none has broken it. */
  conclude?(context: TestContext, runs: number): string | null;
  /** Whether each call to a decoder that answers later is guarded, which takes time: for laws that expect hangs. */
  readonly guards?: boolean;
  /** How long one feed may take at most, where that is more than usual. */
  readonly feedMs?: number;
}

/** A law as others use it: alone, in a list, from the command line. */
export interface Law {
  readonly name: string;
  readonly demands: string;
  readonly bug: string;
  readonly takesForGranted: readonly string[];
  /** Tries to break it. Rejects with `CodecProblem` for a codec that cannot be tried. */
  check<F>(codec: Codec<F>, options?: LawOptions): Promise<LawReport>;
}

/** A codec that cannot be tried: what is wrong with it and what to do. */
export class CodecProblem extends Error {
  override readonly name = "CodecProblem";
}

/** `encode` threw. */
export class EncodeFailed extends Error {
  override readonly name = "EncodeFailed";
}

export interface Encoded {
  readonly bytes: Uint8Array;
  /** Where each frame ends. */
  readonly ends: readonly number[];
}

/** Frames as one stream. Throws `EncodeFailed` when `encode` throws or gives no bytes. */
export function encodeFrames(codec: Pick<AnyCodec, "encode">, frames: readonly unknown[]): Encoded {
  const parts = frames.map((frame) => encodeOne(codec, frame));
  let length = 0;
  const ends = parts.map((part) => (length += part.length));
  const bytes = new Uint8Array(length);
  for (const [i, part] of parts.entries()) bytes.set(part, ends[i] - part.length);
  return { bytes, ends };
}

function encodeOne(codec: Pick<AnyCodec, "encode">, frame: unknown): Uint8Array {
  let bytes: unknown;
  try {
    bytes = codec.encode(frame);
  } catch (error) {
    throw new EncodeFailed(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  }
  if (!(bytes instanceof Uint8Array)) throw new EncodeFailed("it gives no Uint8Array");
  return bytes;
}

const NO_CUTS: readonly number[] = [];

/** The whole stream in one chunk, and its end. */
export function whole(bytes: Uint8Array): Feed {
  return { bytes, cuts: NO_CUTS, tick: false, overwrite: false, end: true };
}

/** The stream in these chunks, and its end. */
export function cut(bytes: Uint8Array, cuts: readonly number[], tick: boolean = false): Feed {
  return { bytes, cuts, tick, overwrite: false, end: true };
}

/** The chunkings a test should try: by effort, or the only one. */
export function chunkingsFor(
  context: TestContext,
  length: number,
  ends: readonly number[],
): Iterable<readonly number[]> {
  return context.onlyCuts === null ? chunkings(length, ends, context.effort) : [context.onlyCuts];
}

/** The same, a byte at a time first: for laws that try only some of them. In a search the ways with few cuts still come before. */
export function* bytewiseFirst(
  context: TestContext,
  length: number,
  ends: readonly number[],
): Generator<readonly number[]> {
  if (context.onlyCuts === null && context.effort !== "search" && length <= BYTEWISE_BYTES)
    yield bytewise(length);
  yield* chunkingsFor(context, length, ends);
}

const BYTEWISE_BYTES = 512;
