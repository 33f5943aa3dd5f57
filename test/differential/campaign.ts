// Many random programs against the kernel: batches that wait together, disagreements made sure of, shrunk and written down.

import * as fc from "fast-check";
import { firstDisagreement } from "./compare.ts";
import type { Disagreement } from "./compare.ts";
import { execute } from "./execute.ts";
import { programs } from "./generate.ts";
import type { Shape } from "./generate.ts";
import { stepText } from "./program.ts";
import type { Program } from "./program.ts";
import { scenarioFile } from "./scenario-file.ts";
import { KernelStages, PROGRAMS_A_NET, simStage } from "./stages.ts";
import type { Times } from "./stages.ts";

export interface CampaignOptions {
  readonly runs: number;
  readonly seed: number;
  /** Programs of one kind only. */
  readonly only?: Kind;
  /** Disagreements to shrink before it ends; 1 by default. */
  readonly failuresMax?: number;
  readonly progress?: (done: number, found: number) => void;
}

export interface Finding {
  readonly program: Program;
  readonly disagreement: Disagreement;
  /** What to give fast-check to see it again. */
  readonly seed: number;
  readonly path: string;
  readonly kind: Kind;
}

export interface CampaignResult {
  readonly runs: number;
  readonly steps: number;
  readonly findings: readonly Finding[];
  /** Disagreements that did not come again: the machine was late, or a port was somebody else's. */
  readonly fleeting: number;
}

export const KIND_NAMES = ["quick", "unix", "waiting", "bulk"] as const;
export type Kind = (typeof KIND_NAMES)[number];

/** Of ten programs, how many of each kind; a kind is a property of its own with a seed of its own. */
const KINDS: readonly { readonly kind: Kind; readonly tenths: number; readonly shape: Shape }[] = [
  { kind: "quick", tenths: 5, shape: { waits: false, bulk: false } },
  { kind: "unix", tenths: 1, shape: { unix: true, waits: false, bulk: false } },
  { kind: "waiting", tenths: 3, shape: { waits: true, bulk: false } },
  { kind: "bulk", tenths: 1, shape: { waits: false, bulk: true } },
];

/** Programs at once: their waits pass together. Small enough that a step of one is not late for another's timers. */
const BATCH = { quick: 1, unix: 1, waiting: 60, bulk: 1 } as const;
/** A disagreement counts when it comes this many times in a row. */
const SURE = 4;
const SHRINK_RUNS_MAX = 400;

/** One program on both; null when they agree. */
export async function judge(program: Program, kernel: KernelStages): Promise<Disagreement | null> {
  await kernel.reserve(1);
  const times: Times = [];
  const theirs = await execute(program, kernel.next(program, times));
  const ours = await execute(program, simStage(program, times, 1));
  return firstDisagreement(program, theirs, ours);
}

/** As `judge`, and once more for as long as they disagree: only what comes again and again is a disagreement. */
async function judgeSurely(program: Program, kernel: KernelStages): Promise<Disagreement | null> {
  let disagreement: Disagreement | null = null;
  for (let i = 0; i < SURE; i++) {
    disagreement = await judge(program, kernel);
    if (disagreement === null) return null;
  }
  return disagreement;
}

/** Runs `runs` programs. Answers the reason as a text where this machine has no kernel backend. */
export async function campaign(options: CampaignOptions): Promise<CampaignResult | string> {
  const kernel = await KernelStages.create();
  if (typeof kernel === "string") return kernel;
  const tally = { runs: 0, steps: 0, fleeting: 0, findings: [] as Finding[] };
  const most = options.failuresMax ?? 1;
  try {
    const part = Math.min(options.runs, PROGRAMS_A_NET);
    for (let first = 0; first < options.runs && tally.findings.length < most; first += part) {
      for (const { kind, tenths, shape } of KINDS) {
        if (options.only !== undefined && options.only !== kind) continue;
        const share = options.only === undefined ? tenths / 10 : 1;
        const count = Math.ceil(Math.min(part, options.runs - first) * share);
        const seed = (options.seed + first * 7919 + tenths) | 0;
        const all = fc.sample(programs(shape), { seed, numRuns: count });
        for (let at = 0; at < all.length && tally.findings.length < most; at += BATCH[kind]) {
          const batch = all.slice(at, at + BATCH[kind]);
          await kernel.reserve(batch.length);
          const verdicts = await Promise.all(batch.map((program) => judge(program, kernel)));
          for (const [i, verdict] of verdicts.entries()) {
            if (verdict === null || tally.findings.length >= most) continue;
            const finding = await shrink(shape, kind, seed, String(at + i), kernel);
            if (finding === null) tally.fleeting++;
            else tally.findings.push(finding);
          }
          tally.runs += batch.length;
          tally.steps += batch.reduce((sum, { steps }) => sum + steps.length, 0);
          options.progress?.(tally.runs, tally.findings.length);
        }
      }
    }
  } finally {
    await kernel.dispose();
  }
  return tally;
}

/** The smallest program like the one at `path` that disagrees again and again, or null. */
async function shrink(
  shape: Shape,
  kind: Kind,
  seed: number,
  path: string,
  kernel: KernelStages,
): Promise<Finding | null> {
  let found: Disagreement | null = null;
  let runs = 0;
  const property = fc.asyncProperty(programs(shape), async (program) => {
    if (++runs > SHRINK_RUNS_MAX) return;
    const disagreement = await judgeSurely(program, kernel);
    if (disagreement === null) return;
    found = disagreement;
    throw new Error(disagreement.text);
  });
  const details = await fc.check(property, { seed, path, numRuns: 1 });
  if (!details.failed || found === null || details.counterexample === null) return null;
  const [program] = details.counterexample;
  return { program, disagreement: found, seed, path: details.counterexamplePath ?? path, kind };
}

/** What to read of a finding: the program, what differs, and a scenario file to run it again. */
export function describeFinding({ program, disagreement, seed, path, kind }: Finding): string {
  return [
    `disagreement: ${disagreement.text}`,
    `program (${program.family}, binds to ${program.bindsAny ? "every address" : "its own address"}; ${kind}, seed ${seed}, path ${path}):`,
    ...program.steps.map((step, i) => `  ${i}: ${stepText(step)}`),
    "as a scenario, for `wirelab compare file.ts`:",
    scenarioFile(program, disagreement.text),
  ].join("\n");
}
