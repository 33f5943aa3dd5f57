// Verifies files one beside the other, as many as there are cores; or reads the reports that were made of them before.

import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { mergeReports } from "../framing/report/merge.ts";
import type { LawReport, Report } from "../framing/report/report.ts";
import type { VerifyJob } from "../framing/verify/messages.ts";
import { verifyFile } from "../framing/verify/verify-file.ts";
import { InputError } from "../scenario/input-error.ts";

/** A report and where its codec comes from. */
export interface Verified {
  readonly module: string;
  readonly exportName: string;
  readonly report: Report;
}

/** A law of one codec of one file, as soon as it is tried. */
export interface LawTried {
  /** Counts the files. */
  readonly file: number;
  readonly codec: string;
  readonly law: LawReport;
}

/** How long the laws of one file may take in ms, unless told. */
export const TIME_MS_DEFAULT = 10_000;

/** All laws of all streams that `module` exports codecs for. */
export function plainJob(module: string, seed: number = 1): VerifyJob {
  const all = { laws: null, runs: null, path: null, shard: null, through: null };
  return { module, seed, timeMs: TIME_MS_DEFAULT, ...all };
}

/** What comes of `jobs`, in their order; jobs that are all JSON files are the reports of shards, which are merged. Rejects with `InputError` for what cannot be tried. */
export async function verifyAll(
  jobs: readonly VerifyJob[],
  onLaw: (tried: LawTried) => void = () => {},
): Promise<Verified[]> {
  if (jobs.every(({ module }) => module.endsWith(".json")))
    return mergedFiles(jobs.map(({ module }) => module));
  const results: Verified[][] = [];
  const problems: string[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let file = next++; file < jobs.length; file = next++) {
      const { module } = jobs[file];
      const result = await verifyFile(jobs[file], (codec, law) => onLaw({ file, codec, law }));
      if ("problem" in result) problems[file] = `${module}: ${result.problem}`;
      else results[file] = result.codecs.map(({ exportName, report }) => ({ module, exportName, report }));
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), jobs.length) }, work));
  const problem = problems.find((text) => text !== undefined);
  if (problem !== undefined) throw new InputError(problem);
  return results.flat();
}

/** The JSON reports of several shards as one. */
function mergedFiles(paths: readonly string[]): Verified[] {
  const verified = paths.flatMap(reportsIn);
  const origins = new Map(verified.map((entry) => [entry.report.codec, entry]));
  return mergeReports(verified.map(({ report }) => report)).map((report) => ({
    module: origins.get(report.codec)?.module ?? "",
    exportName: origins.get(report.codec)?.exportName ?? "default",
    report,
  }));
}

function reportsIn(path: string): Verified[] {
  if (!existsSync(path)) throw new InputError(`${path}: no such file`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    parsed = null;
  }
  const reports =
    typeof parsed === "object" && parsed !== null && "reports" in parsed ? parsed.reports : null;
  if (!Array.isArray(reports) || !reports.every(isVerified))
    throw new InputError(`${path}: not a report: want what \`verify --json\` prints`);
  return reports;
}

function isVerified(value: unknown): value is Verified {
  if (typeof value !== "object" || value === null || !("report" in value)) return false;
  const { report } = value;
  return (
    typeof report === "object" &&
    report !== null &&
    "codec" in report &&
    "laws" in report &&
    Array.isArray(report.laws)
  );
}
