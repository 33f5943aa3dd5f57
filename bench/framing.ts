// What the laws cost: 1,000 runs of each on a length-prefix codec, and how soon `verify` has an answer: `npx tsx bench/framing.ts [dist/cli/main.js]`.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { lengthPrefix } from "../src/framing/codecs/length-prefix.ts";
import { STREAM_LAWS } from "../src/framing/laws/all.ts";

const RUNS = 1000;
const REPEATS = 3;

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

const codec = lengthPrefix({ bits: 16 });
for (const law of STREAM_LAWS) {
  const times: number[] = [];
  let runs = 0;
  for (let i = 0; i < REPEATS; i++) {
    const started = performance.now();
    ({ runs } = await law.check(codec, { runs: RUNS }));
    times.push(performance.now() - started);
  }
  process.stdout.write(
    `${law.name.padEnd(20)} ${String(runs).padStart(5)} runs ${median(times).toFixed(1).padStart(8)} ms\n`,
  );
}

const CODEC = `
import * as fc from "fast-check";
export default {
  name: "a byte a frame",
  encode: (frame) => Uint8Array.of(frame),
  decoder: () => ({ push: (chunk) => [...chunk] }),
  frames: fc.nat(255),
};
`;
const [main] = process.argv.slice(2);
if (main !== undefined) {
  const folder = mkdtempSync(join(import.meta.dirname, "../node_modules/.wirelab-bench-"));
  const file = join(folder, "codec.mjs");
  writeFileSync(file, CODEC);
  const times: number[] = [];
  for (let i = 0; i < REPEATS; i++) {
    const started = performance.now();
    execFileSync(process.execPath, [resolve(main), "verify", file, "--law", "round-trip", "--runs", "1"]);
    times.push(performance.now() - started);
  }
  rmSync(folder, { recursive: true });
  process.stdout.write(`start of verify ${median(times).toFixed(0)} ms\n`);
}
