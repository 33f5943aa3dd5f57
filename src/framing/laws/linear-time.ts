// Linear time: twice the bytes take twice the time, not four times.
//
// The one law that looks at a clock. It compares a stream with one four times as long: linear decoders take some four times as long for it,
// quadratic ones sixteen. It only speaks up when the factor stays above seven in the best of several measurements.

import * as fc from "fast-check";
import type { AnyCodec, Finding, Test, TestContext } from "./law.ts";
import { encodeFrames, whole } from "./law.ts";
import { defineLaw } from "./define.ts";
import { bytewise } from "../chunkings.ts";
import type { Feed } from "../feed.ts";
import { difference } from "../judge.ts";

type Shape =
  | "one long frame, a byte at a time"
  | "many short frames in one chunk"
  | "many short frames, a byte at a time";

/** Lengths of the shorter stream; the second is asked where the first leaves it open. */
const SHORT_BYTES = [8 << 10, 16 << 10];
const FACTOR = 4;
const LINEAR = 5;
const QUADRATIC = 7;
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
    "one long frame, a byte at a time",
    "many short frames in one chunk",
    "many short frames, a byte at a time",
  ],
  *test(shape: Shape, context: TestContext): Test {
    if (context.onlyCuts !== null || context.effort === "search") return null;
    for (const length of SHORT_BYTES) {
      const [short, long] = [
        stream(context.codec, shape, length),
        stream(context.codec, shape, length * FACTOR),
      ];
      if (short === null || long === null) return null;
      const [first] = yield { feeds: [short.feed] };
      if (difference(context.codec, short.frames, first, short.feed.cuts.length + 1) !== null) return null;
      let shortMs = Number.POSITIVE_INFINITY;
      let longMs = Number.POSITIVE_INFINITY;
      for (let i = 0; i < MEASUREMENTS; i++) {
        for (let j = 0; j < 2; j++) {
          const started = performance.now();
          yield { feeds: [short.feed] };
          shortMs = Math.min(shortMs, performance.now() - started);
        }
        const started = performance.now();
        yield { feeds: [long.feed] };
        longMs = Math.min(longMs, performance.now() - started);
        if (longMs < WORTH_MS || longMs < shortMs * LINEAR) return null;
      }
      if (longMs > shortMs * QUADRATIC) return finding(shape, long.feed.bytes.length);
    }
    return null;
  },
  feedMs: 4000,
});

function finding(shape: Shape, bytes: number): Finding {
  const feed = { ...whole(new Uint8Array()), end: false };
  const outcome = { frames: [], chunks: [], errors: [], hang: null };
  const problem = `${shape}: ${FACTOR} times as many bytes (some ${Math.round(bytes / 1024)} KiB) take more than ${QUADRATIC} times as long`;
  return { problem, feed, outcome, frames: null, ends: [] };
}

interface Stream {
  readonly feed: Feed;
  readonly frames: readonly unknown[];
}

function stream(codec: AnyCodec, shape: Shape, length: number): Stream | null {
  const frames = shape.startsWith("one") ? longFrame(codec, length) : shortFrames(codec, length);
  if (frames === null) return null;
  let bytes: Uint8Array;
  try {
    ({ bytes } = encodeFrames(codec, frames));
  } catch {
    return null;
  }
  const cuts = shape.endsWith("at a time") ? bytewise(bytes.length) : [];
  return { feed: { ...whole(bytes), cuts }, frames };
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
