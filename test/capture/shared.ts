// The shared real captures beside the project, where they are; tests that need them are skipped elsewhere.

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

export const CAPTURES = join(ROOT, "..", "shared", "captures");
export const HAVE_CAPTURES = existsSync(join(CAPTURES, "index.tsv"));

/** Rows of a tab-separated table with a header line, as objects; lines that begin with # are comments. */
export function readTable(text: string): Record<string, string>[] {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const names = lines[0].split("\t");
  return lines.slice(1).map((line) => {
    const values = line.split("\t");
    return Object.fromEntries(names.map((name, i) => [name, values[i] ?? ""]));
  });
}

/** A row a capture: file, packets_walk, first_ts, ... */
export function captureIndex(): Record<string, string>[] {
  return HAVE_CAPTURES ? readTable(readFileSync(join(CAPTURES, "index.tsv"), "utf8")) : [];
}

/** tshark's fields of every packet of a capture. */
export function referencePackets(file: string): Record<string, string>[] {
  return readTable(
    gunzipSync(readFileSync(join(CAPTURES, "ref", `${file}.packets.tsv.gz`))).toString("utf8"),
  );
}
