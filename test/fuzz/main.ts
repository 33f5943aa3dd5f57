// `npm run fuzz -- --runs 1000000 --seed 1`: mutated captures, as many as asked for, in a process of their own that may hang.
//
// One in ten is read, printed in every form, filtered, counted and followed; the others go through the dissectors alone.

import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { campaign } from "./campaign.ts";
import type { CampaignResult, Failure } from "./campaign.ts";
import { fileOf, mutatedCapture, mutatedPackets } from "./mutate.ts";
import { readSeeds } from "./seeds.ts";
import { smallest } from "./shrink.ts";

/** A run that says nothing for so long hangs. */
const HANG_MS = 60_000;
const REPORT_EVERY = 100;
const HEAP_MB = 768;

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "50000" },
    seed: { type: "string", default: "1" },
    from: { type: "string", default: "0" },
    // One run in so many does everything; the others dissect a packet or two.
    whole: { type: "string", default: "10" },
    worker: { type: "boolean", default: false },
  },
});
const [runs, seed, from, whole] = [values.runs, values.seed, values.from, values.whole].map(Number);
if (![runs, seed, from, whole - 1].every((n) => Number.isSafeInteger(n) && n >= 0)) {
  console.error("fuzz: --runs, --seed, --from and --whole take whole numbers, the last from 1 on");
  process.exit(2);
}

type Message = { readonly run: number } | { readonly result: CampaignResult };

if (values.worker) await work();
else await watch();

async function work(): Promise<void> {
  const seeds = await readSeeds();
  let shown = -1;
  const result = await campaign(seeds, {
    seed,
    from,
    to: from + runs,
    wholeEvery: whole,
    progress: (run) => {
      if (run % REPORT_EVERY !== 0 && shown !== -1) return;
      shown = run;
      process.send?.({ run } satisfies Message);
    },
  });
  process.send?.({ result } satisfies Message, () => process.disconnect());
}

async function watch(): Promise<void> {
  const startMs = Date.now();
  console.log(`seed ${seed}, ${runs} captures`);
  const { result, run } = await child(from, runs);
  const seconds = ((Date.now() - startMs) / 1000).toFixed(1);
  if (result !== null && result.failure === null) {
    const slowest = result.slowestMs.toFixed(1);
    console.log(
      `${result.runs} captures, ${result.packets} packets, the slowest ${slowest} ms, none fails; ${seconds} s`,
    );
    return;
  }
  const failure = result?.failure ?? (await hangingRun(run));
  await tell(failure);
  process.exitCode = 1;
}

/** Which of the runs from `start` on hangs or ends the process: each in a process of its own. */
async function hangingRun(start: number): Promise<Failure> {
  for (let run = start; run < start + REPORT_EVERY; run++) {
    const { result } = await child(run, 1);
    if (result === null) return { seed, run, problem: `hangs for ${HANG_MS / 1000} s, or ends the process` };
    if (result.failure !== null) return result.failure;
  }
  return { seed, run: start, problem: "hangs or ends the process together with runs before it" };
}

interface Ended {
  /** Null where the process was ended, or ended by itself. */
  readonly result: CampaignResult | null;
  /** The run it was last heard at. */
  readonly run: number;
}

function child(start: number, count: number): Promise<Ended> {
  return new Promise((resolve) => {
    const args = ["--worker", `--seed=${seed}`, `--from=${start}`, `--runs=${count}`, `--whole=${whole}`];
    const execArgv = [...process.execArgv, `--max-old-space-size=${HEAP_MB}`];
    const worker: ChildProcess = fork(new URL(import.meta.url), args, { execArgv });
    let result: CampaignResult | null = null;
    let run = start;
    let shownMs = Date.now();
    let heardMs = Date.now();
    const guard = setInterval(() => {
      if (Date.now() - heardMs > HANG_MS) worker.kill("SIGKILL");
    }, 1000);
    worker.on("message", (message: Message) => {
      heardMs = Date.now();
      if ("result" in message) result = message.result;
      else run = message.run;
      if (count === 1 || heardMs - shownMs < 10_000) return;
      shownMs = heardMs;
      console.log(`${run - start} captures`);
    });
    worker.on("exit", () => {
      clearInterval(guard);
      resolve({ result, run });
    });
  });
}

async function tell({ run, problem }: Failure): Promise<void> {
  console.log(`\nseed ${seed}, run ${run}: ${problem}`);
  const seeds = await readSeeds();
  const isWhole = run % whole === 0;
  const bytes = isWhole ? mutatedCapture(seeds, seed, run) : fileOf(mutatedPackets(seeds, seed, run));
  const isShrinkable = problem.startsWith("throws") || problem.startsWith("slow");
  const least = isShrinkable ? await smallest(bytes, run, problem) : bytes;
  const path = join(tmpdir(), `wirelab-fuzz-${seed}-${run}.pcap`);
  writeFileSync(path, least);
  console.log(
    `${least.length} bytes of it in ${path}; again with: npm run fuzz -- --seed ${seed} --whole ${whole} --from ${run} --runs 1`,
  );
}
