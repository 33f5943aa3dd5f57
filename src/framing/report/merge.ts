// Reports of the shards of one check put together.

import { STREAM_LAWS } from "../laws/all.ts";
import { notAsked, silence } from "../laws/silence.ts";
import type { LawReport, Report } from "./report.ts";

/**
 * One report a codec out of those that several shards made with the same seed: runs add up, a law broken in any shard is broken, with the
 * counterexample whose run comes first, and silences the laws that take it for granted. In the order of the first reports of each codec.
 */
export function mergeReports(reports: readonly Report[]): Report[] {
  const merged = new Map<string, Report>();
  for (const report of reports) {
    const key = JSON.stringify([report.codec, report.seed, report.through]);
    const other = merged.get(key);
    merged.set(key, other === undefined ? report : { ...other, laws: mergeLaws(other.laws, report.laws) });
  }
  return [...merged.values()].map((report) => ({ ...report, laws: silenced(report.laws) }));
}

function silenced(reports: readonly LawReport[]): LawReport[] {
  const heard: LawReport[] = [];
  for (const report of reports) {
    const law = STREAM_LAWS.find(({ name }) => name === report.law);
    const why = law === undefined || report.verdict === "not asked" ? null : silence(law, heard);
    heard.push(law === undefined || why === null ? report : notAsked(law, why));
  }
  return heard;
}

function mergeLaws(a: readonly LawReport[], b: readonly LawReport[]): LawReport[] {
  const laws = a.map((law) => {
    const other = b.find((candidate) => candidate.law === law.law);
    return other === undefined ? law : mergeLaw(law, other);
  });
  return [...laws, ...b.filter((law) => a.every((other) => other.law !== law.law))];
}

function mergeLaw(a: LawReport, b: LawReport): LawReport {
  const runs = a.runs + b.runs;
  if (a.verdict === "broken" && b.verdict === "broken") return { ...(runOf(a) <= runOf(b) ? a : b), runs };
  if (a.verdict === "broken" || (a.verdict === "kept" && b.verdict !== "broken")) return { ...a, runs };
  return { ...b, runs };
}

function runOf({ counterexample }: LawReport): number {
  return Number((counterexample?.path ?? "").split(":", 1)[0]);
}
