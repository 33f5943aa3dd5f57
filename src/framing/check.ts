// Checks a codec against the laws.

import type { Codec } from "./codec.ts";
import { STREAM_LAWS } from "./laws/all.ts";
import { CodecProblem } from "./laws/law.ts";
import type { AnyCodec, Law, LawOptions } from "./laws/law.ts";
import { completion } from "./laws/completion.ts";
import { LEFT_HANG, RUNS_DEFAULT, SEED_DEFAULT } from "./laws/define.ts";
import { notAsked, silence } from "./laws/silence.ts";
import { checkTryable, missingIn } from "./preflight.ts";
import type { LawReport, Report } from "./report/report.ts";

export interface FramingOptions extends Omit<LawOptions, "deadlineMs" | "path"> {
  /** All by default. */
  readonly laws?: readonly Law[];
  /** `any-chunking/12:0:3`: one trial of one law, as a report gives it, instead of all. */
  readonly path?: string;
  /** How long all laws together may take in ms; 10,000 by default. Each law left gets an equal part of what is left. */
  readonly timeMs?: number;
  /** Whether to stop at the first law that is broken; false by default. */
  readonly bail?: boolean;
  /** Told of each law's report as it is made. */
  readonly onLaw?: (report: LawReport) => void;
}

const TIME_MS_DEFAULT = 10_000;

/** Tries to break each law with `codec`. The same codec, seed and runs give the same report. Rejects with `CodecProblem` for what is no codec or cannot be tried. */
export async function checkFraming<F>(codec: Codec<F>, options: FramingOptions = {}): Promise<Report> {
  const missing = missingIn(codec);
  if (missing !== null) throw new CodecProblem(missing);
  const anyCodec = codec as unknown as AnyCodec;
  checkTryable(anyCodec);
  const { laws, path } = chosen(options);
  const endsMs = performance.now() + (options.timeMs ?? TIME_MS_DEFAULT);
  const reports: LawReport[] = [];
  const say = (report: LawReport): void => {
    reports.push(report);
    options.onLaw?.(report);
  };
  /** A law before the one about hangs that met one. */
  let left: { law: Law; lawOptions: LawOptions } | null = null;
  for (const [index, law] of laws.entries()) {
    const isOver = options.bail === true && reports.some(({ verdict }) => verdict === "broken");
    const why = isOver ? "another law is broken already" : silence(law, reports);
    if (why !== null) {
      say(notAsked(law, why));
      continue;
    }
    const now = performance.now();
    const lawOptions: LawOptions = {
      seed: options.seed ?? SEED_DEFAULT,
      runs: options.runs ?? RUNS_DEFAULT,
      deadlineMs: now + Math.max(0, endsMs - now) / (laws.length - index),
      ...(path === null ? {} : { path }),
      ...(options.shard === undefined ? {} : { shard: options.shard }),
      ...(options.hangMs === undefined ? {} : { hangMs: options.hangMs }),
      ...(options.onFeed === undefined ? {} : { onFeed: options.onFeed }),
    };
    const leaveHangs = laws.indexOf(completion) > index;
    const report = await law.check(codec, {
      ...lawOptions,
      leaveHangs,
      suspectHang: left !== null && law === completion,
    });
    if (report.why === LEFT_HANG) left = { law, lawOptions };
    say(report);
    if (law === completion && left !== null && report.verdict === "kept")
      say(await left.law.check(codec, left.lawOptions));
  }
  return { codec: codec.name, seed: options.seed ?? SEED_DEFAULT, through: null, laws: reports };
}

function chosen(options: FramingOptions): { laws: readonly Law[]; path: string | null } {
  const laws = options.laws ?? STREAM_LAWS;
  if (options.path === undefined) return { laws, path: null };
  const slash = options.path.indexOf("/");
  const name = options.path.slice(0, slash);
  const law = laws.find((candidate) => candidate.name === name);
  if (slash === -1 || law === undefined)
    throw new CodecProblem(`path ${options.path}: want a law and its path, as in any-chunking/12:0:3`);
  return { laws: [law], path: options.path.slice(slash + 1) };
}
