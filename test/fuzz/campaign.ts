// Many mutated captures, one after the other, up to the first that fails.

import { exercise, exercisePackets, PACKET_MS_MAX } from "./exercise.ts";
import type { Exercised } from "./exercise.ts";
import { mutatedCapture, mutatedPackets } from "./mutate.ts";
import type { Seeds } from "./seeds.ts";

/** Memory outside the heap that a run may leave behind, and the heap itself. */
const MEMORY_MAX = 1024 * 1024 * 1024;
const MEMORY_EVERY = 256;

export interface Failure {
  readonly seed: number;
  readonly run: number;
  readonly problem: string;
}

export interface CampaignResult {
  readonly runs: number;
  readonly packets: number;
  readonly slowestMs: number;
  readonly failure: Failure | null;
}

interface CampaignOptions {
  readonly seed: number;
  /** Numbers of the first run and of the one after the last. */
  readonly from: number;
  readonly to: number;
  /** One run in so many does all there is to do with a capture; the others only dissect a packet or two. Default 1: every run. */
  readonly wholeEvery?: number;
  readonly progress?: (run: number) => void;
}

/** Tries runs up to the first that fails. Time is measured again before it counts: code is compiled, and memory is collected. */
export async function campaign(
  seeds: Seeds,
  { seed, from, to, wholeEvery = 1, progress }: CampaignOptions,
): Promise<CampaignResult> {
  let packets = 0;
  let slowestMs = 0;
  for (let run = from; run < to; run++) {
    progress?.(run);
    const problem =
      run % wholeEvery === 0
        ? await problemOf(mutatedCapture(seeds, seed, run), run)
        : await problemWith(() => {
            const { packets: changed, linkType } = mutatedPackets(seeds, seed, run);
            return Promise.resolve(exercisePackets(changed, linkType));
          });
    if (typeof problem === "string") {
      return { runs: run - from + 1, packets, slowestMs, failure: { seed, run, problem } };
    }
    packets += problem.packets;
    slowestMs = Math.max(slowestMs, problem.slowestMs);
    const { rss } = run % MEMORY_EVERY === 0 ? process.memoryUsage() : { rss: 0 };
    if (rss > MEMORY_MAX) {
      const mib = Math.round(rss / 2 ** 20);
      return {
        runs: run - from + 1,
        packets,
        slowestMs,
        failure: { seed, run, problem: `memory: ${mib} MiB` },
      };
    }
  }
  return { runs: to - from, packets, slowestMs, failure: null };
}

/** What is wrong with how a capture is taken, in a line; or what it was found to be. */
export async function problemOf(bytes: Uint8Array, run: number): Promise<string | Exercised> {
  return problemWith(() => exercise(bytes, run));
}

async function problemWith(tried: () => Promise<Exercised>): Promise<string | Exercised> {
  try {
    let seen = await tried();
    for (let again = 0; again < 3 && seen.slowestMs > PACKET_MS_MAX; again++) seen = await tried();
    if (seen.slowestMs <= PACKET_MS_MAX) return seen;
    return `slow: a packet takes ${Math.round(seen.slowestMs)} ms`;
  } catch (error) {
    if (!(error instanceof Error)) return `throws ${String(error)}`;
    const place = /\(?((?:file:\/\/)?[^\s()]+:\d+):\d+\)?/.exec(error.stack?.split("\n")[1] ?? "")?.[1] ?? "";
    return `throws ${error.name}: ${error.message} at ${place.replace(/^.*\/(?=src\/|test\/)/, "")}`;
  }
}
