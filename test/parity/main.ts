// `npm run parity -- DIR`: every capture of a folder, or the captures named, beside the tshark that is installed, as a table, and what
// differs by kind.

import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";

import { hasTshark } from "../capture/shared-captures.ts";
import { parityOf, SUBJECTS } from "./parity.ts";
import type { Subject } from "./parity.ts";
import { Tally } from "./tally.ts";

const SHARED = new URL("../../../shared/captures/", import.meta.url).pathname;
const FIXTURES = new URL("../../fixtures/captures/", import.meta.url).pathname;

function fail(problem: string): never {
  console.error(`parity: ${problem}`);
  process.exit(2);
}

const { values, positionals } = parseArgs({
  options: {
    filters: { type: "string", default: "50" },
    seed: { type: "string", default: "1" },
  },
  allowPositionals: true,
});
const [filters, seed] = [values.filters, values.seed].map(Number);
if (![filters, seed].every((n) => Number.isSafeInteger(n) && n >= 0)) {
  fail("--filters and --seed take whole numbers");
}
if (!hasTshark) fail("tshark 4.0 is not installed, and there is nothing to compare with");
const asked = positionals.length > 0 ? positionals : [existsSync(SHARED) ? SHARED : FIXTURES];
const paths = asked.flatMap(capturesAt);

const NAME_WIDTH = Math.max(24, ...paths.map((path) => Math.min(basename(path).length, 48)));
const WIDTHS: Record<Subject, number> = { fields: 24, analysis: 20, follow: 14, statistics: 14, filters: 16 };

/** The captures of a folder, by name; or the one that `path` is. */
function capturesAt(path: string): readonly string[] {
  if (!existsSync(path)) fail(`${path}: no such file or folder`);
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => /\.(pcap|pcapng|cap)(\.gz)?$/.test(name));
  if (names.length === 0) fail(`${path}: no captures (.pcap, .pcapng, .cap, with or without .gz)`);
  return names.toSorted().map((name) => join(path, name));
}

function line(name: string, packets: string, cells: readonly string[]): string {
  const short = name.length > NAME_WIDTH ? `${name.slice(0, NAME_WIDTH - 1)}…` : name;
  const rest = cells.map((cell, i) => cell.padStart(WIDTHS[SUBJECTS[i]]));
  return [short.padEnd(NAME_WIDTH), packets.padStart(9), ...rest].join("  ").trimEnd();
}

console.log(line("capture", "packets", SUBJECTS));
const totals: Record<Subject, Tally> = {
  fields: new Tally(),
  analysis: new Tally(),
  follow: new Tally(),
  statistics: new Tally(),
  filters: new Tally(),
};
let packets = 0;
for (const path of paths) {
  const name = basename(path);
  const parity = await parityOf(path, { filters, seed });
  if (typeof parity === "string") {
    console.log(line(name, "-", [`not opened: ${parity.slice(0, 80)}`]));
    continue;
  }
  packets += parity.packets;
  for (const subject of SUBJECTS) totals[subject].add(parity.tallies[subject], name);
  const cells = SUBJECTS.map((subject) => parity.tallies[subject].text);
  console.log(line(name, String(parity.packets), cells));
}
console.log(
  line(
    "all",
    String(packets),
    SUBJECTS.map((subject) => totals[subject].text),
  ),
);

let unexplained = 0;
for (const subject of SUBJECTS) {
  const { kinds } = totals[subject];
  if (kinds.size > 0) console.log(`\n${subject}:`);
  for (const { what, why, count, example } of [...kinds.values()].toSorted((a, b) => b.count - a.count)) {
    console.log(`  ${what}, ${count} times: ${why ?? "NOT EXPLAINED"}\n    ${example}`);
  }
  unexplained += totals[subject].unexplained;
}
console.log(
  unexplained === 0 ? "\nEvery difference is explained." : `\n${unexplained} differences are not explained.`,
);
process.exitCode = unexplained === 0 ? 0 : 1;
