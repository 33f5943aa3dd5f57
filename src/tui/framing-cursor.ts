// The Framing screen's cursor: which law is looked at, and how far its counterexample has been fed to the decoder.
//
// Step 0 is before the first chunk, step n is after chunk n; where the stream ends, one more step is its end. A hang is the last step there is.

import { chunkEnd, chunkStart } from "../framing/chunkings.ts";
import type { ActualFrame, Counterexample, LawReport, Played, Report } from "../framing/report/report.ts";
import { bytesOf } from "../framing/report/report.ts";
import type { FramingSession } from "./session.ts";

/** A law of one codec: the rows of the list, codec after codec. */
export interface LawRow {
  readonly report: Report;
  readonly law: LawReport;
}

const rowsMade = new WeakMap<FramingSession, readonly LawRow[]>();

/** Every law of every codec. */
export function lawRows(session: FramingSession): readonly LawRow[] {
  let rows = rowsMade.get(session);
  if (rows === undefined) {
    rows = session.reports.flatMap((report) => report.laws.map((law) => ({ report, law })));
    rowsMade.set(session, rows);
  }
  return rows;
}

/** The first broken law, or the first of all. */
export function firstLaw(session: FramingSession): number {
  return Math.max(
    0,
    lawRows(session).findIndex(({ law }) => law.verdict === "broken"),
  );
}

/** The broken law `by` broken laws away, around the end; `from` itself where no other is broken. */
export function brokenFrom(session: FramingSession, from: number, by: 1 | -1): number {
  const rows = lawRows(session);
  for (let i = 1; i <= rows.length; i++) {
    const at = (from + by * i + rows.length * i) % rows.length;
    if (rows[at].law.verdict === "broken") return at;
  }
  return from;
}

/** What can be stepped through: a counterexample that is one stream, or null. */
export function playable(row: LawRow | undefined): Counterexample | null {
  const counterexample = row?.law.counterexample ?? null;
  if (counterexample === null) return null;
  const { bytes, cuts, actual, end } = counterexample;
  return bytes === "" && cuts.length === 0 && actual.length === 0 && !end ? null : counterexample;
}

/** The last step of law `selected`: 0 where there is nothing to step through. */
export function lastStep(session: FramingSession, selected: number): number {
  const counterexample = playable(lawRows(session)[selected]);
  return counterexample === null ? 0 : lastStepOf(counterexample);
}

export function lastStepOf(counterexample: Counterexample): number {
  const { cuts, end, hang } = counterexample;
  const all = cuts.length + 1 + Number(end);
  return hang === null ? all : Math.min(all, hang.chunk + 1);
}

/** How far a chunking has been played. */
export interface Progress {
  /** Chunks pushed; one more than there are once the end of the stream was told too. */
  readonly steps: number;
  /** Bytes pushed. */
  readonly offset: number;
  /** The bytes of the chunk pushed last; empty for the end of the stream, and before the first chunk. */
  readonly from: number;
  readonly to: number;
  readonly ended: boolean;
}

/** Where `step` stands in a stream of `length` bytes. */
export function progressAt(played: Played, length: number, step: number): Progress {
  const { cuts } = played;
  if (step <= 0) return { steps: 0, offset: 0, from: 0, to: 0, ended: false };
  if (step > cuts.length + 1)
    return { steps: cuts.length + 2, offset: length, from: length, to: length, ended: true };
  const from = chunkStart(cuts, step - 1);
  const to = chunkEnd(cuts, step - 1, length);
  return { steps: step, offset: to, from, to, ended: false };
}

/** How far another chunking of the same stream has come when the bytes up to `offset` have arrived: a chunk counts when all of it has. */
export function progressBeside(played: Played, length: number, beside: Progress): Progress {
  if (beside.ended) return progressAt(played, length, played.cuts.length + 2);
  if (beside.steps > 0 && beside.offset === length) return progressAt(played, length, played.cuts.length + 1);
  return progressAt(played, length, beside.offset === 0 ? 0 : countUpTo(played.cuts, beside.offset));
}

/** Frames that are out after `steps`. */
export function framesOut(actual: readonly ActualFrame[], steps: number): number {
  let low = 0;
  let high = actual.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (actual[middle].chunk < steps) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many of the ascending `cuts` are at most `offset`. */
export function countUpTo(cuts: readonly number[], offset: number): number {
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cuts[middle] <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

const bytesMade = new WeakMap<Counterexample, Uint8Array>();

/** The bytes of a counterexample's stream, made once. */
export function streamOf(counterexample: Counterexample): Uint8Array {
  let bytes = bytesMade.get(counterexample);
  if (bytes === undefined) bytesMade.set(counterexample, (bytes = bytesOf(counterexample)));
  return bytes;
}

/**
 * Whether frames are to be compared one by one. Not where a passing cut gives them in other pieces than were sent: such codecs join what
 * comes out.
 */
export function comparesFrames({ expected, contrast }: Counterexample): boolean {
  if (expected === null) return false;
  if (contrast === null) return true;
  const { actual } = contrast;
  return actual.length === expected.length && actual.every(({ text }, i) => text === expected[i].text);
}

/** Index of the first frame among those out that is not the one sent, -1 when there is none so far. */
export function firstWrong(counterexample: Counterexample, out: number): number {
  const { expected, actual } = counterexample;
  if (expected === null || !comparesFrames(counterexample)) return -1;
  for (let i = 0; i < out; i++) if (i >= expected.length || actual[i].text !== expected[i].text) return i;
  return -1;
}
