// Linear time: twice the bytes take twice the time, not four times.
//
// The one law that looks at a clock. It compares a stream with one four times as long: linear decoders take some four times as long for it,
// quadratic ones sixteen. The clock is that of the process's own CPU time, and the law only speaks up when the factor stays high in the best of several
// measurements and, unless it is plain, for longer streams too.

import * as fc from "fast-check";
import type { AnyCodec, Finding, Test, TestContext } from "./law.ts";
import { encodeFrames, whole } from "./law.ts";
import { defineLaw } from "./define.ts";
import type { Feed } from "../feed.ts";
import { difference } from "../judge.ts";

type Shape =
  | "one long frame in small chunks"
  | "many short frames in one chunk"
  | "many short frames in small chunks";

/** Lengths of the shorter stream; the second is asked unless the first leaves no doubt. */
const SHORT_BYTES = [8 << 10, 16 << 10];
const CHUNK_BYTES = 1;
/** For decoders that answer later: a chunk costs turns of the event loop, beside which only larger ones show. */
const LATER_SHORT_BYTES = [64 << 10];
const LATER_FRAMES_BYTES = [16 << 10];
const LATER_CHUNKS = 1024;
const FACTOR = 4;
const LINEAR = 5;
const QUADRATIC = 8;
/** Beyond doubt, when it takes this long as well. */
const PLAIN = 10;
const PLAIN_MS = 100;
/** Less than this is not worth a word, and not measured well. */
const WORTH_MS = 15;
const MEASUREMENTS = 3;
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
    let doubts = 0;
    for (const length of lengthsFor(shape, context.later)) {
      const chunkBytes = context.later ? length / LATER_CHUNKS : CHUNK_BYTES;
      const [short, long] = [
        stream(context.codec, shape, length, chunkBytes),
        stream(context.codec, shape, length * FACTOR, chunkBytes),
      ];
      if (short === null || long === null) return null;
      const [first] = yield { feeds: [short.feed] };
      if (difference(context.codec, short.frames, first, short.feed.cuts.length + 1) !== null) return null;
      let shortMs = Number.POSITIVE_INFINITY;
      let longMs = Number.POSITIVE_INFINITY;
      for (let i = 0; i < MEASUREMENTS; i++) {
        for (let j = 0; j < 2; j++) {
          const started = cpuMs();
          yield { feeds: [short.feed] };
          shortMs = Math.min(shortMs, cpuMs() - started);
        }
        const started = cpuMs();
        yield { feeds: [long.feed] };
        longMs = Math.min(longMs, cpuMs() - started);
        if (longMs < WORTH_MS || longMs < shortMs * LINEAR) return null;
      }
      if (longMs < shortMs * QUADRATIC) return null;
      if (longMs > shortMs * PLAIN && longMs > PLAIN_MS) return finding(shape);
      doubts++;
    }
    return doubts === 0 ? null : finding(shape);
  },
  feedMs: 4000,
});

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function lengthsFor(shape: Shape, later: boolean): readonly number[] {
  if (!later) return SHORT_BYTES;
  return shape.startsWith("one") ? LATER_SHORT_BYTES : LATER_FRAMES_BYTES;
}

function finding(shape: Shape): Finding {
  const feed = { ...whole(new Uint8Array()), end: false };
  const outcome = { frames: [], chunks: [], errors: [], hang: null };
  const problem = `${shape}: ${FACTOR} times as many bytes take more than ${QUADRATIC} times as long`;
  return { problem, feed, outcome, frames: null, ends: [] };
}

interface Stream {
  readonly feed: Feed;
  readonly frames: readonly unknown[];
}

function stream(codec: AnyCodec, shape: Shape, length: number, chunkBytes: number): Stream | null {
  const frames = shape.startsWith("one") ? longFrame(codec, length) : shortFrames(codec, length);
  if (frames === null) return null;
  let bytes: Uint8Array;
  try {
    ({ bytes } = encodeFrames(codec, frames));
  } catch {
    return null;
  }
  const cuts = shape.endsWith("small chunks") ? evenly(bytes.length, chunkBytes) : [];
  return { feed: { ...whole(bytes), cuts }, frames };
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

/** The shortest frame there is among some, as often as it takes. */
function shortFrames(codec: AnyCodec, length: number): unknown[] | null {
  let shortest: unknown = null;
  let bytes = Number.POSITIVE_INFINITY;
  for (const frame of samples(codec)) {
    const size = encodeFrames(codec, [frame]).bytes.length;
    if (size > 0 && size < bytes) {
      shortest = frame;
      bytes = size;
    }
  }
  return bytes > length ? null : Array.from({ length: Math.ceil(length / bytes) }, () => shortest);
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
