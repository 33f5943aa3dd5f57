// Verifies files one beside the other, as many as there are cores, and of one file many runs; or reads the reports that were made of them before.

import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { LawReport, Report } from "../framing/report/report.ts";
import type { VerifyJob } from "../framing/verify/messages.ts";
import { verifyFile } from "../framing/verify/verify-file.ts";
import type { FileResult } from "../framing/verify/verify-file.ts";
import { InputError } from "../scenario/input-error.ts";

/** A report and where its codec comes from. */
export interface Verified {
  readonly module: string;
  readonly exportName: string;
  readonly report: Report;
}

/** A law of one codec of one file, as soon as it is tried; several times when its runs are shared out. */
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
  const all = { laws: null, runs: null, path: null, shard: null, through: null, bail: false };
  return { module, seed, timeMs: TIME_MS_DEFAULT, ...all };
}

/** More runs than these are shared out, to always as many processes whatever the machine, so that the reports are everywhere the same. */
const RUNS_ALONE = 1000;
const SHARES = 8;

/** What comes of `jobs`, in their order; jobs that are all JSON files are the reports of shards, which are merged. Rejects with `InputError` for what cannot be tried. */
export async function verifyAll(
  jobs: readonly VerifyJob[],
  onLaw: (tried: LawTried) => void = () => {},
): Promise<Verified[]> {
  if (jobs.every(({ module }) => module.endsWith(".json")))
    return mergedFiles(jobs.map(({ module }) => module));
  const results: FileResult[][] = jobs.map(() => []);
  const shares = jobs.flatMap((job, file) => sharesOf(job).map((share, index) => ({ file, index, share })));
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < shares.length) {
      const { file, index, share } = shares[next++];
      results[file][index] = await verifyFile(share, (codec, law) => onLaw({ file, codec, law }));
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), shares.length) }, work));
  const verified: Verified[] = [];
  for (const [file, parts] of results.entries())
    verified.push(...(await verifiedFrom(jobs[file].module, parts)));
  return verified;
}

/** The job, or the parts it is done in. */
function sharesOf(job: VerifyJob): readonly VerifyJob[] {
  if (job.shard !== null || job.path !== null || (job.runs ?? 0) <= RUNS_ALONE) return [job];
  const timeMs = (job.timeMs * Math.min(availableParallelism(), SHARES)) / SHARES;
  return Array.from({ length: SHARES }, (_, index) => ({ ...job, timeMs, shard: { index, count: SHARES } }));
}

/** What the parts of one file's job say together. */
async function verifiedFrom(module: string, parts: readonly FileResult[]): Promise<Verified[]> {
  const reports = parts.map((part) => {
    if ("problem" in part) throw new InputError(`${module}: ${part.problem}`);
    return part.codecs;
  });
  if (reports.length === 1) return reports[0].map((codec) => ({ module, ...codec }));
  const { mergeReports } = await import("../framing/report/merge.ts");
  return reports[0].map(({ exportName }, codec) => {
    const [report] = mergeReports(reports.map((part) => part[codec].report));
    return { module, exportName, report };
  });
}

/** The JSON reports of several shards as one. */
async function mergedFiles(paths: readonly string[]): Promise<Verified[]> {
  const { mergeReports } = await import("../framing/report/merge.ts");
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
