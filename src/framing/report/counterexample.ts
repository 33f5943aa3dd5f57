// A finding as plain data, with the same stream cut in a way that passes beside it.

import { bytewise } from "../chunkings.ts";
import type { Outcome } from "../feed.ts";
import { difference } from "../judge.ts";
import type { AnyCodec, Finding } from "../laws/law.ts";
import { cut, whole } from "../laws/law.ts";
import type { Trier } from "../laws/trier.ts";
import type { Counterexample, ExpectedFrame, Played } from "./report.ts";
import { codeOf, showValue } from "./show.ts";

/** Frames shown; more are many. */
const FRAMES_MAX = 200;
/** Longer streams are not tried again for contrast. */
const CONTRAST_BYTES = 4096;

export async function counterexampleOf<T>(
  trier: Trier<T>,
  finding: Finding,
  path: string,
): Promise<Counterexample> {
  const { feed, frames, ends, outcome, problem } = finding;
  return {
    problem,
    bytes: Buffer.from(feed.bytes).toString("hex"),
    expected: frames === null ? null : expectedFrames(frames, ends),
    overwrite: feed.overwrite,
    end: feed.end,
    ...played(feed.cuts, feed.tick, outcome),
    contrast: await contrastTo(trier, finding),
    path,
  };
}

export function expectedFrames(frames: readonly unknown[], ends: readonly number[]): ExpectedFrame[] {
  return frames.slice(0, FRAMES_MAX).map((frame, i) => ({
    text: showValue(frame),
    code: codeOf(frame),
    start: i === 0 ? 0 : ends[i - 1],
    end: ends[i],
  }));
}

export function played(cuts: readonly number[], tick: boolean, outcome: Outcome<unknown>): Played {
  return {
    cuts,
    tick,
    actual: outcome.frames
      .slice(0, FRAMES_MAX)
      .map((frame, i) => ({ text: showValue(frame), chunk: outcome.chunks[i] })),
    errors: outcome.errors.slice(0, 10),
    hang: outcome.hang,
  };
}

/** The first of a few simple chunkings that gives the frames. */
async function contrastTo<T>(trier: Trier<T>, { feed, frames, ends }: Finding): Promise<Played | null> {
  const { bytes } = feed;
  if (frames === null || bytes.length > CONTRAST_BYTES || !feed.end || bytes.length !== (ends.at(-1) ?? 0))
    return null;
  const atBorders = ends.slice(0, -1);
  for (const other of [whole(bytes), cut(bytes, atBorders, true), cut(bytes, bytewise(bytes.length), true)]) {
    if (!feed.overwrite && feed.tick === other.tick && sameCuts(feed.cuts, other.cuts)) continue;
    const outcome = await trier.feed(other);
    if (isGood(trier.codec, frames, outcome, other.cuts.length + 1))
      return played(other.cuts, other.tick, outcome);
  }
  return null;
}

function isGood(
  codec: AnyCodec,
  frames: readonly unknown[],
  outcome: Outcome<unknown>,
  chunks: number,
): boolean {
  return (
    outcome.hang === null &&
    outcome.errors.length === 0 &&
    difference(codec, frames, outcome, chunks) === null
  );
}

function sameCuts(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((cut, i) => cut === b[i]);
}
