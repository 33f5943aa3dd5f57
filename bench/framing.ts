// What the prover costs: 1,000 runs of each law on a length-prefix codec, and how soon `verify` has begun.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lengthPrefix } from "../src/framing/codecs/length-prefix.ts";
import { STREAM_LAWS } from "../src/framing/laws/all.ts";

const RUNS = 1000;
const REPEATS = 5;

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

/** Prints a line for each law. */
export async function benchLaws(): Promise<void> {
  const codec = lengthPrefix({ bits: 16 });
  for (const law of STREAM_LAWS) {
    const times: number[] = [];
    let runs = 0;
    for (let i = 0; i < REPEATS; i++) {
      const started = performance.now();
      ({ runs } = await law.check(codec, { runs: RUNS }));
      times.push(performance.now() - started);
    }
    console.log(
      `${law.name.padEnd(20)} ${String(runs).padStart(5)} runs ${median(times).toFixed(1).padStart(8)} ms`,
    );
  }
}

const CODEC = `
process.stderr.write(String(Date.now()));
const numbers = Object.assign(Object.create(null), { generate() {}, shrink() {} });
export default { name: "begun", encode: () => Uint8Array.of(1), decoder: () => ({ push: () => [] }), frames: numbers };
`;

/** Prints how long after its start `verify` in `folder`'s build begins with the user's file, beside how long Node takes to do nothing. */
export function benchStart(main: string): void {
  const folder = mkdtempSync(join(main, "../../../node_modules/.wirelab-bench-"));
  const file = join(folder, "codec.mjs");
  writeFileSync(file, CODEC);
  const begun: number[] = [];
  const nothing: number[] = [];
  for (let i = 0; i < REPEATS; i++) {
    let started = Date.now();
    begun.push(Number(standardError([main, "verify", file])) - started);
    started = Date.now();
    standardError(["-e", "0"]);
    nothing.push(Date.now() - started);
  }
  rmSync(folder, { recursive: true });
  console.log(`start of verify ${median(begun)} ms; of node alone ${median(nothing)} ms`);
}

/** The first line a process writes there. */
function standardError(args: readonly string[]): string {
  try {
    execFileSync(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
    return "";
  } catch (error) {
    return String((error as { stderr?: Buffer }).stderr).slice(0, 13);
  }
}
