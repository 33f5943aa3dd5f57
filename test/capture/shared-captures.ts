// The captures beside the project and tshark's answers to them, where they are there.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const FOLDER = new URL("../../../shared/captures/", import.meta.url);

export const hasSharedCaptures = existsSync(FOLDER);

/** Names of the capture files, sorted; none where the folder is absent. */
export function captureNames(): string[] {
  if (!hasSharedCaptures) return [];
  return readdirSync(FOLDER)
    .filter((name) => /\.(pcap|pcapng)(\.gz)?$/.test(name))
    .sort();
}

export function capturePath(name: string): string {
  return new URL(name, FOLDER).pathname;
}

/** tshark's table of a capture: a record a packet, by field name; null where there is none. */
export function referenceRows(name: string): Record<string, string>[] | null {
  const file = new URL(`ref/${name}.packets.tsv.gz`, FOLDER);
  if (!existsSync(file)) return null;
  const [header, ...lines] = gunzipSync(readFileSync(file)).toString("utf8").split("\n");
  const names = header.split("\t");
  return lines
    .filter((line) => line !== "")
    .map((line) => {
      const values = line.split("\t");
      return Object.fromEntries(names.map((field, i) => [field, values[i] ?? ""]));
    });
}

/** The lines tshark prints, or null where it is not installed. */
export function tshark(args: readonly string[]): string[] | null {
  if (!hasTshark) return null;
  // It exits with 2 on a damaged file, having printed what came before the damage.
  const { stdout: text } = spawnSync("tshark", args, {
    encoding: "utf8",
    maxBuffer: 1 << 28,
    env: { ...process.env, TZ: "UTC" },
  });
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

export const hasTshark = isInstalled();

function isInstalled(): boolean {
  try {
    return execFileSync("tshark", ["--version"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).includes(" 4.0.");
  } catch {
    return false;
  }
}
