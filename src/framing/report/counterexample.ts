// A finding as plain data, with the same stream cut in a way that passes beside it.

import { bytewise } from "../chunkings.ts";
import type { Outcome } from "../feed.ts";
import { difference } from "../judge.ts";
import type { AnyCodec, Finding } from "../laws/law.ts";
import { cut } from "../laws/law.ts";
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
    ...played(feed.cuts, trier.later && feed.tick, outcome),
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
async function contrastTo<T>(trier: Trier<T>, finding: Finding): Promise<Played | null> {
  const { feed, frames, ends } = finding;
  const { bytes } = feed;
  if (frames === null || finding.notOfCuts === true || bytes.length > CONTRAST_BYTES) return null;
  // A stream that stops in the middle gives no frames to compare with.
  if (bytes.length !== (ends.at(-1) ?? 0)) return null;
  const atBorders = ends.slice(0, -1);
  for (const cuts of [[], atBorders, bytewise(bytes.length)]) {
    const other = cut(bytes, cuts, feed.tick || cuts.length > 0);
    const same = sameCuts(feed.cuts, cuts) && (feed.tick === other.tick || !trier.later);
    if (same && !feed.overwrite) continue;
    const outcome = await trier.feed(other, finding.outcome.hang === null ? "all" : "little");
    if (isGood(trier.codec, frames, outcome, cuts.length + 1))
      return played(cuts, trier.later && other.tick, outcome);
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
