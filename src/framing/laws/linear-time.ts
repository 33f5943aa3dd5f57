// Linear time: twice the bytes take twice the time, not four times.
//
// It compares a stream with one four times as long: linear decoders do some four times the work for it, quadratic ones sixteen. First it counts
// the bytes that are copied and searched. What that does not show, a clock may: the one law that looks at one. The clock is that of the process's own CPU time, and the law only speaks up when the factor stays high in the best of several
// measurements and for every doubling of the stream.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as fc from "fast-check";
import type { AnyCodec, Finding, Test, TestContext, Wanted } from "./law.ts";
import { encodeFrames, whole } from "./law.ts";
import { defineLaw } from "./define.ts";
import type { Feed, Outcome } from "../feed.ts";
import { difference } from "../judge.ts";
import { TouchedBytes } from "./touched-bytes.ts";

type Shape =
  | "one long frame in small chunks"
  | "many short frames in one chunk"
  | "many short frames in small chunks";

/** Lengths of the shorter stream; the second is asked unless the first leaves no doubt. */
const SHORT_BYTES = [4 << 10, 16 << 10];
const CHUNK_BYTES = 1;
/** For a single chunk, which takes little time unless something is wrong. */
const SHORT_BYTES_IN_ONE = [32 << 10, 64 << 10];
/** For decoders that answer later: a chunk costs turns of the event loop, beside which only larger ones show. */
const LATER_SHORT_BYTES = [256 << 10];
/** Few enough that the queue of a web stream, which moves all its entries for each one taken, does not count. */
const LATER_FRAMES_BYTES = [4 << 10];
const LATER_CHUNKS = 512;
const FACTOR = 4;
const LINEAR = 5;
const QUADRATIC = 10;
const QUADRATIC_LATER = 8;
/** What is this plain over many thousand calls, twice, needs no second opinion; one call with all the bytes does, for its garbage is collected in lumps. */
const PLAIN = 11;
const PLAIN_MS = 40;
/** What takes this long needs no second measurement: nothing disturbs it enough. */
const LONG_MS = 150;
/** Less than this is not worth a word, and not measured well. */
const WORTH_MS = 15;
/** The growth of bytes copied and searched that is not linear any more ... */
const TOUCHED = 8;
/** ... when each byte is touched so often. */
const TOUCHED_EACH = 64;
/** Between two, for a linear decoder, and four. */
const DOUBLING = 2.8;
const MEASUREMENTS = 3;
const MEASUREMENTS_PLAIN = 2;
/** What frames are called short: much shorter ones would measure the making of objects, and how V8 keeps thousands of small buffers. */
const FRAME_BYTES = 60;
const FRAME_BYTES_MAX = 200;
const SAMPLES = 60;
const SAMPLE_SEED = 1;

export const linearTime = defineLaw<Shape>({
  name: "linear-time",
  demands:
    "the time to read a stream grows with its length, however small its chunks and however many its frames",
  bug: "all that is there joined again for each chunk, or searched again from its start: a megabyte in small packets stops the process for minutes",
  notAsked: (codec) => (codec.rereads === true ? "it reads unread bytes again by design (rereads)" : null),
  cases: () => [
    "one long frame in small chunks",
    "many short frames in one chunk",
    "many short frames in small chunks",
  ],
  *test(shape: Shape, context: TestContext): Test {
    if (context.onlyCuts !== null || context.effort === "search") return null;
    const lengths = lengthsFor(shape, context.later);
    for (const length of lengths) {
      const chunkBytes = context.later ? length / LATER_CHUNKS : CHUNK_BYTES;
      const short = stream(context, shape, length, chunkBytes);
      const long = stream(context, shape, length * FACTOR, chunkBytes);
      if (short === null || long === null) return null;
      const [first] = yield { feeds: [short.feed] };
      if (difference(context.codec, short.frames, first, short.feed.cuts.length + 1) !== null) return null;
      const more = yield* timesTouched(short.feed, long.feed);
      if (more !== null) return finding(shape, `make it copy and search ${more} times as many`);
      let shortMs = Number.POSITIVE_INFINITY;
      let longMs = Number.POSITIVE_INFINITY;
      for (let i = 1; i <= MEASUREMENTS; i++) {
        for (let j = 0; j < 2; j++) {
          const started = cpuMs();
          yield { feeds: [short.feed] };
          shortMs = Math.min(shortMs, cpuMs() - started);
        }
        const started = cpuMs();
        yield { feeds: [long.feed] };
        longMs = Math.min(longMs, cpuMs() - started);
        if (longMs < WORTH_MS) break;
        if (longMs < shortMs * LINEAR) return null;
        if (longMs > LONG_MS && length === lengths.at(-1)) break;
        const isPlain = i === MEASUREMENTS_PLAIN && longMs > shortMs * PLAIN && longMs > PLAIN_MS;
        if (isPlain && shape.endsWith("in small chunks")) return finding(shape, TAKE_LONGER);
      }
      if (length !== lengths.at(-1) || longMs < WORTH_MS) continue;
      if (longMs < shortMs * (context.later ? QUADRATIC_LATER : QUADRATIC)) return null;
      return (yield* growsWithEveryDoubling(shape, length, chunkBytes, context))
        ? finding(shape, TAKE_LONGER)
        : null;
    }
    return null;
  },
  feedMs: 4000,
});

/** How many times as many bytes the longer stream makes the decoder copy and search, rounded; null when that is no more than it should be. */
function* timesTouched(
  short: Feed,
  long: Feed,
): Generator<Wanted, number | null, readonly Outcome<unknown>[]> {
  const before = yield* touchedBytes(short);
  const after = yield* touchedBytes(long);
  const isMore = after > before * TOUCHED && after > long.bytes.length * TOUCHED_EACH;
  return isMore ? Math.round(after / Math.max(1, before)) : null;
}

function* touchedBytes(feed: Feed): Generator<Wanted, number, readonly Outcome<unknown>[]> {
  const counter = new TouchedBytes();
  try {
    yield { feeds: [feed] };
  } finally {
    counter.stop();
  }
  return counter.bytes;
}

/**
 * A second opinion for what looks quadratic: the stream and twice and four times as much of it, the heap tidied up before each, for
 * collecting garbage takes its time in lumps. Linear decoders take twice as long for each doubling, quadratic ones four times.
 */
function* growsWithEveryDoubling(
  shape: Shape,
  length: number,
  chunkBytes: number,
  context: TestContext,
): Generator<Wanted, boolean, readonly Outcome<unknown>[]> {
  let before = Number.POSITIVE_INFINITY;
  for (const factor of [1, 2, FACTOR]) {
    const longer = stream(context, shape, length * factor, chunkBytes);
    if (longer === null) return false;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < MEASUREMENTS; i++) {
      collectGarbage();
      const started = cpuMs();
      yield { feeds: [longer.feed] };
      least = Math.min(least, cpuMs() - started);
      if (factor > 1 && least < before * DOUBLING) return false;
      if (least > LONG_MS) break;
    }
    before = least;
  }
  return true;
}

let collect: (() => void) | null = null;

function collectGarbage(): void {
  if (collect === null) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc") as () => void;
  }
  collect();
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function lengthsFor(shape: Shape, later: boolean): readonly number[] {
  if (!later) return shape.endsWith("in one chunk") ? SHORT_BYTES_IN_ONE : SHORT_BYTES;
  return shape.startsWith("one") ? LATER_SHORT_BYTES : LATER_FRAMES_BYTES;
}

const TAKE_LONGER = `take some ${FACTOR * FACTOR} times as long`;

function finding(shape: Shape, how: string): Finding {
  const feed = { ...whole(new Uint8Array()), end: false };
  const outcome = { frames: [], chunks: [], errors: [], hang: null };
  const problem = `${shape}: ${FACTOR} times as many bytes ${how}`;
  return { problem, feed, outcome, frames: null, ends: [] };
}

interface Stream {
  readonly feed: Feed;
  readonly frames: readonly unknown[];
}

function stream(context: TestContext, shape: Shape, length: number, chunkBytes: number): Stream | null {
  const { codec } = context;
  const frames = shape.startsWith("one") ? longFrame(codec, length) : shortFrames(codec, length);
  if (frames === null) return null;
  let bytes: Uint8Array;
  try {
    ({ bytes } = encodeFrames(codec, frames));
  } catch {
    return null;
  }
  const cuts = shape.endsWith("small chunks") ? evenly(bytes.length, chunkBytes) : [];
  // Chunks that all come at once would measure the queues they wait in.
  return { feed: { ...whole(bytes), cuts, tick: context.later }, frames };
}

function evenly(length: number, chunkBytes: number): number[] {
  return Array.from({ length: Math.ceil(length / chunkBytes) - 1 }, (_, i) => (i + 1) * chunkBytes);
}

/** One frame with a payload of `length` bytes, by the codec's own making or, where its frames are bytes or texts, by filling one. */
function longFrame(codec: AnyCodec, length: number): unknown[] | null {
  if (codec.maxLength !== undefined && codec.maxLength < length) return null;
  if (codec.frameOfLength !== undefined) return [codec.frameOfLength(length)];
  const [sample] = samples(codec);
  if (typeof sample === "string") return ["a".repeat(length)];
  if (Buffer.isBuffer(sample)) return [Buffer.alloc(length, 0x61)];
  return sample instanceof Uint8Array ? [new Uint8Array(length).fill(0x61)] : null;
}

/** A frame of some 60 bytes, or the longest there is among some that is not long, as often as it takes. */
function shortFrames(codec: AnyCodec, length: number): unknown[] | null {
  const candidates = [...(longFrame(codec, FRAME_BYTES) ?? []), ...samples(codec)];
  let chosen: unknown = null;
  let bytes = 0;
  for (const [i, frame] of candidates.entries()) {
    const size = sizeOf(codec, frame);
    if (size <= bytes || size > FRAME_BYTES_MAX) continue;
    chosen = frame;
    bytes = size;
    // Made to measure, where the codec lets it be.
    if (i === 0 && candidates.length > samples(codec).length) break;
  }
  return bytes === 0 || bytes > length
    ? null
    : Array.from({ length: Math.ceil(length / bytes) }, () => chosen);
}

/** 0 for a frame that the codec does not take. */
function sizeOf(codec: AnyCodec, frame: unknown): number {
  try {
    return encodeFrames(codec, [frame]).bytes.length;
  } catch {
    return 0;
  }
}

const sampled = new WeakMap<object, unknown[]>();

function samples(codec: AnyCodec): unknown[] {
  let frames = sampled.get(codec);
  if (frames === undefined) {
    frames = fc.sample(codec.frames, { seed: SAMPLE_SEED, numRuns: SAMPLES });
    sampled.set(codec, frames);
  }
  return frames;
}
