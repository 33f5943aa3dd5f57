// Limits: what is too long is refused before it is taken in.

import type { AnyCodec, Finding, Test, TestContext } from "./law.ts";
import { cut, encodeFrames, whole } from "./law.ts";
import { defineLaw } from "./define.ts";
import { bytewise } from "../chunkings.ts";
import type { FeedError } from "../feed.ts";
import { difference } from "../judge.ts";
import { sameFrames } from "../same.ts";

type Trial =
  /** A frame of this length is to come through. */
  | { readonly fits: number }
  /** One of this length is to be refused. */
  | { readonly tooLong: number }
  /** A header that announces this length is to be refused at once, and without memory for it. */
  | { readonly announced: number }
  /** After one of this length, the next frame is to come out. */
  | { readonly recoversFrom: number };

const BYTEWISE_BYTES = 4096;
const PIECE_BYTES = 1024;
/** Memory that is not to be explained by anything but the announced frame. */
const MEMORY_BYTES = 4 << 20;
const ANNOUNCED = [0xffff, 0xff_ffff, 0x3fff_ffff, 0x7fff_ffff, 0xffff_fff0];

export const limits = defineLaw<Trial>({
  name: "limits",
  demands:
    "a payload of the maximum length passes, one byte more is `too long` before its bytes are taken in, then what the codec declares",
  takesForGranted: ["independence"],
  bug: "`>=` for `>`; the length checked when the whole frame has arrived, or memory for 4 GB taken because four bytes of a stranger say so",
  notAsked: (codec) => {
    if (codec.maxLength === undefined) return "the codec knows no limit (maxLength)";
    if (codec.frameOfLength === undefined && codec.tooLong === undefined)
      return "frames at the limit cannot be made (frameOfLength)";
    return null;
  },
  cases: (codec) => {
    const max = codec.maxLength ?? 0;
    const trials: Trial[] = [];
    if (codec.frameOfLength !== undefined) {
      if (max > 0) trials.push({ fits: max - 1 });
      trials.push({ fits: max });
    }
    trials.push({ tooLong: max + 1 });
    for (const length of [max + 1, ...ANNOUNCED]) if (length > max) trials.push({ announced: length });
    if (codec.afterError === "resumes") trials.push({ recoversFrom: max + 1 });
    return trials;
  },
  *test(trial: Trial, context: TestContext): Test {
    if (context.onlyCuts !== null) return null;
    if ("fits" in trial) return yield* fits(trial.fits, context);
    if ("tooLong" in trial) return yield* isRefused(trial.tooLong, context);
    if ("announced" in trial) return yield* isRefusedAtOnce(trial.announced, context);
    return yield* recovers(trial.recoversFrom, context);
  },
  /** A payload that does not fit in may be far below the limit: the smallest shows why. */
  *simpler(trial: Trial): Generator<Trial> {
    if (!("fits" in trial)) return;
    const { fits: length } = trial;
    for (let less = length; less > 0; less = Math.floor(less / 2)) yield { fits: length - less };
  },
  feedMs: 2000,
});

function* fits(length: number, context: TestContext): Test {
  const { codec } = context;
  const frames = [codec.frameOfLength?.(length)];
  const { bytes, ends } = encodeFrames(codec, frames);
  context.about = { frames, ends };
  for (const cuts of [[], pieces(bytes.length)]) {
    const feed = cut(bytes, cuts, true);
    const [outcome] = yield { feeds: [feed] };
    const problem = difference(codec, frames, outcome, cuts.length + 1);
    if (problem !== null)
      return {
        problem: `a payload of ${length} bytes, at most ${codec.maxLength} being allowed: ${problem}`,
        feed,
        outcome,
        frames,
        ends,
      };
  }
  return null;
}

function* isRefused(length: number, context: TestContext): Test {
  const { codec } = context;
  const bytes = overlong(codec, length);
  if (bytes === null) return null;
  const feed = { ...cut(bytes, pieces(bytes.length), true), end: false };
  const [outcome] = yield { feeds: [feed] };
  const about = { feed, outcome, frames: null, ends: [] };
  const error = outcome.errors.at(0);
  const said = wrongAnswer(error, length, codec);
  if (said !== null) return { problem: said, ...about };
  if (codec.afterError !== "resumes" && outcome.frames.length > 0)
    return { problem: `a payload of ${length} bytes is too long and gives a frame all the same`, ...about };
  // What a frame of the greatest length takes, and one byte: more need not be read to know.
  const enough =
    codec.frameOfLength === undefined
      ? null
      : encodeFrames(codec, [codec.frameOfLength(codec.maxLength ?? 0)]).bytes.length + 1;
  const read = error === undefined ? 0 : (feed.cuts[error.chunk] ?? bytes.length);
  if (enough !== null && read > enough + PIECE_BYTES * Number(bytes.length > BYTEWISE_BYTES))
    return {
      problem: `a payload of ${length} bytes is only refused after ${read} bytes, when ${enough} tell`,
      ...about,
    };
  return null;
}

function* isRefusedAtOnce(length: number, context: TestContext): Test {
  const { codec } = context;
  let bytes: Uint8Array;
  try {
    if (codec.tooLong === undefined) return null;
    bytes = codec.tooLong(length);
  } catch {
    return null;
  }
  const feed = { ...whole(bytes), end: false };
  const before = memoryBytes();
  const [outcome] = yield { feeds: [feed] };
  const taken = memoryBytes() - before;
  const about = { feed, outcome, frames: null, ends: [] };
  if (length >= MEMORY_BYTES && taken > length / 2)
    return {
      problem: `a header that announces ${length} bytes makes the decoder take memory for them`,
      ...about,
    };
  const said = wrongAnswer(outcome.errors.at(0), length, codec);
  return said === null ? null : { problem: said, ...about };
}

function* recovers(length: number, context: TestContext): Test {
  const { codec } = context;
  const good = codec.frameOfLength?.(Math.min(codec.maxLength ?? 0, 3));
  const bad = fullFrame(codec, length);
  if (good === undefined || bad === null) return null;
  const { bytes } = encodeFrames(codec, [good]);
  const stream = Uint8Array.from([...bytes, ...bad, ...bytes]);
  for (const cuts of [[], pieces(stream.length)]) {
    const feed = cut(stream, cuts, true);
    const [outcome] = yield { feeds: [feed] };
    const about: Omit<Finding, "problem"> = { feed, outcome, frames: null, ends: [] };
    const said = wrongAnswer(outcome.errors.at(0), length, codec);
    if (said !== null) return { problem: said, ...about };
    if (!sameFrames(codec, [good, good], outcome.frames))
      return {
        problem: "after a frame that is too long, the decoder does not go on with the next one",
        ...about,
      };
  }
  return null;
}

function wrongAnswer(error: FeedError | undefined, length: number, codec: AnyCodec): string | null {
  const what = `a payload of ${length} bytes, at most ${codec.maxLength} being allowed,`;
  if (error === undefined) return `${what} is not refused`;
  if (error.kind === "too long") return null;
  return `${what} is not called too long: the decoder throws ${error.message}`;
}

/** The bytes of a frame that is too long: whole, if they can be made, or its header. */
function overlong(codec: AnyCodec, length: number): Uint8Array | null {
  const full = fullFrame(codec, length);
  if (full !== null) return full;
  try {
    return codec.tooLong?.(length) ?? null;
  } catch {
    return null;
  }
}

function fullFrame(codec: AnyCodec, length: number): Uint8Array | null {
  try {
    return codec.frameOfLength === undefined
      ? null
      : encodeFrames(codec, [codec.frameOfLength(length)]).bytes;
  } catch {
    return null;
  }
}

function pieces(length: number): number[] {
  if (length <= BYTEWISE_BYTES) return bytewise(length);
  return Array.from({ length: Math.ceil(length / PIECE_BYTES) - 1 }, (_, i) => (i + 1) * PIECE_BYTES);
}

function memoryBytes(): number {
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return arrayBuffers + heapUsed;
}
