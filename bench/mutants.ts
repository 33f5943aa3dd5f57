// Prints which law catches each wrong decoder of fixtures/codecs/wrong, how soon, and how small the counterexample is.

import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { checkDatagrams } from "../src/framing/check-datagrams.ts";
import { checkFraming } from "../src/framing/check.ts";
import type { Codec, DatagramCodec } from "../src/framing/codec.ts";
import type { Report } from "../src/framing/report/report.ts";

const FOLDER = join(import.meta.dirname, "../fixtures/codecs/wrong");
const LIMIT_MS = 2000;
const BYTES_MAX = 12;
const CUTS_MAX = 2;

type AnyCodec = Codec<unknown> | DatagramCodec<unknown>;

interface Row {
  readonly mutant: string;
  readonly law: string;
  readonly ms: number;
  readonly bytes: number;
  readonly cuts: number;
  /** What the bug takes to show, where that is more than a few bytes. */
  readonly needs: string | null;
}

/** Checks as `wirelab verify` does, up to the first law that is broken. */
async function caught(mutant: string, codec: AnyCodec, needs: string | null = null): Promise<Row> {
  const started = performance.now();
  let ms = Number.NaN;
  const onLaw = ({ verdict }: { verdict: string }): void => {
    if (verdict === "broken" && Number.isNaN(ms)) ms = performance.now() - started;
  };
  const report: Report =
    "decode" in codec ? await checkDatagrams(codec, { onLaw }) : await checkFraming(codec, { onLaw });
  const broken = report.laws.find(({ verdict }) => verdict === "broken");
  const counterexample = broken?.counterexample ?? null;
  return {
    mutant,
    law: broken?.law ?? "NOT CAUGHT",
    ms,
    bytes: (counterexample?.bytes.length ?? 0) / 2,
    cuts: counterexample?.cuts.length ?? 0,
    needs,
  };
}

function print({ mutant, law, ms, bytes, cuts, needs }: Row, isRight: boolean): void {
  const verdict = isRight && Number.isNaN(ms) ? "keeps all laws" : law;
  const time = Number.isNaN(ms) ? "" : `${ms.toFixed(0)} ms`;
  console.log(
    `${mutant.padEnd(24)} ${verdict.padEnd(22)} ${time.padStart(9)} ${`${bytes}`.padStart(6)} bytes ${`${cuts}`.padStart(6)} cuts${needs === null ? "" : `   needs ${needs}`}`,
  );
}

const rows: Row[] = [];
const wanted = process.argv.slice(2);
for (const file of readdirSync(FOLDER).sort()) {
  if (wanted.length > 0 && !wanted.includes(basename(file, ".ts"))) continue;
  const module = (await import(pathToFileURL(join(FOLDER, file)).href)) as {
    codec: AnyCodec;
    needs?: string;
  };
  const row = await caught(basename(file, ".ts"), module.codec, module.needs ?? null);
  rows.push(row);
  print(row, false);
}
if (wanted.length === 0) {
  console.log("\npackages of npm as they were published");
  const packages = (await import("../fixtures/codecs/packages.ts")) as unknown as Record<
    string,
    Codec<unknown>
  >;
  for (const [name, codec] of Object.entries(packages))
    print(await caught(codec.name, codec), name.endsWith("New"));
}
const times = rows.map(({ ms }) => ms).sort((a, b) => a - b);
const missed = rows.filter(({ ms }) => Number.isNaN(ms) || ms > LIMIT_MS);
console.log(
  `\n${rows.length} mutants, ${rows.length - missed.length} caught within ${LIMIT_MS} ms, median ${times[times.length >> 1].toFixed(0)} ms`,
);
const large = rows.filter(
  ({ bytes, cuts, needs }) => needs === null && (bytes > BYTES_MAX || cuts > CUTS_MAX),
);
console.log(
  `${rows.length - large.length} shrunk to ${BYTES_MAX} bytes and ${CUTS_MAX} cuts at most, or as far as their bug lets them`,
);
if (missed.length > 0 || large.length > 0) process.exitCode = 1;
