// `npm run differential -- --runs 100000 --seed 7`: as many random programs as asked for, and every disagreement found. `--only unix`
// (quick, waiting, bulk): of one kind.

import { parseArgs } from "node:util";
import { KIND_NAMES, campaign, describeFinding } from "./campaign.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "20000" },
    seed: { type: "string", default: String(Date.now() % 0x7fffffff) },
    failures: { type: "string", default: "5" },
    only: { type: "string" },
  },
});
const [runs, seed, failuresMax] = [values.runs, values.seed, values.failures].map(Number);
if (![runs, seed, failuresMax].every((n) => Number.isSafeInteger(n) && n >= 0)) {
  console.error("differential: --runs, --seed and --failures take whole numbers");
  process.exit(2);
}

const only = KIND_NAMES.find((kind) => kind === values.only);
if (values.only !== undefined && only === undefined) {
  console.error(`differential: --only takes ${KIND_NAMES.join(", ")}`);
  process.exit(2);
}

const startMs = Date.now();
let shownMs = startMs;
console.log(`seed ${seed}, ${runs} programs`);
const result = await campaign({
  runs,
  seed,
  failuresMax,
  ...(only === undefined ? {} : { only }),
  progress: (done, found) => {
    if (Date.now() - shownMs < 5000) return;
    shownMs = Date.now();
    console.log(`${done} programs, ${found} disagreements, ${Math.round((shownMs - startMs) / 1000)} s`);
  },
});
if (typeof result === "string") {
  console.error(`differential: ${result}`);
  process.exit(2);
}
for (const finding of result.findings) console.log(`\n${describeFinding(finding)}`);
const seconds = ((Date.now() - startMs) / 1000).toFixed(1);
console.log(
  `${result.runs} programs, ${result.steps} steps, ${result.findings.length} disagreements, ${result.fleeting} fleeting, ${seconds} s`,
);
process.exitCode = result.findings.length === 0 ? 0 : 1;
