// The command line beside tshark and tcptrace, on one capture in one run: CPU seconds of whole processes, output thrown away.
// `npm run bench read` builds and runs it. Target: the 14 fields 30 times faster than tshark prints them.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { writeCaptureFile } from "./capture-file.ts";

const PACKETS = 1_000_000;
/** JSON is so much output that a tenth of the packets tells as much. */
const JSON_PART = 10;

/** What a look at a capture usually prints: times, ends, stream, numbers, window, what the analysis says, and Info. */
export const FOURTEEN_FIELDS = [
  "frame.number",
  "frame.time_epoch",
  "ip.src",
  "ip.dst",
  "tcp.srcport",
  "tcp.dstport",
  "tcp.stream",
  "tcp.seq",
  "tcp.ack",
  "tcp.len",
  "tcp.flags",
  "tcp.window_size",
  "tcp.analysis.flags",
  "_ws.col.Info",
] as const;

const FILTERS = [
  "ip.addr == 10.0.0.1 && tcp.len > 0",
  "tcp.analysis.retransmission",
  "tcp.flags.syn == 1",
  'http.host contains "7.example"',
  "dns",
] as const;

interface Contest {
  readonly name: string;
  /** Arguments of `wirelab read`, the capture left out; tshark's are the same but for `-n -r`. */
  readonly args: readonly string[];
  /** What tshark is asked instead; null where there is nothing like it. */
  readonly tshark?: readonly string[] | null;
  readonly tcptrace?: readonly string[];
}

const CONTESTS: readonly Contest[] = [
  {
    name: "index with analysis",
    args: ["-q"],
    tshark: ["-q", "-z", "io,stat,0,tcp.analysis.flags"],
    tcptrace: ["-l", "-n"],
  },
  { name: "14 fields", args: ["-T", "fields", ...FOURTEEN_FIELDS.flatMap((field) => ["-e", field])] },
  { name: "a line each", args: [] },
  { name: "JSON, a tenth", args: ["-T", "json"] },
  ...FILTERS.map((filter) => ({ name: `-Y ${filter}`, args: ["-Y", filter] })),
  { name: "-z conv,tcp", args: ["-q", "-z", "conv,tcp"] },
  { name: "-z io,stat,1", args: ["-q", "-z", "io,stat,1"] },
];

/** Prints a table of CPU seconds and of how many times faster wirelab is. */
export function measureBesidePeers(packets: number = PACKETS): void {
  const folder = mkdtempSync(join(tmpdir(), "wirelab-bench-"));
  try {
    const path = join(folder, "generated.pcap");
    writeCaptureFile(path, packets);
    console.log(`${packets.toLocaleString("en")} packets, ${(statSync(path).size / 1e6).toFixed(0)} MB`);
    console.log(`${"CPU seconds".padEnd(40)}${"wirelab".padStart(9)}${"tshark".padStart(9)}   faster`);
    for (const contest of CONTESTS) compete(contest, path, packets);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function compete({ name, args, tshark = args, tcptrace }: Contest, path: string, packets: number): void {
  const limit = name.startsWith("JSON") ? ["-c", String(Math.ceil(packets / JSON_PART))] : [];
  const ours = cpuSeconds(process.execPath, [COMMAND, "read", path, ...args, ...limit]);
  const theirs = tshark === null ? null : cpuSeconds("tshark", ["-n", "-r", path, ...tshark, ...limit]);
  const others = tcptrace === undefined ? null : cpuSeconds("tcptrace", [...tcptrace, path]);
  const shown = (seconds: number | null): string => (seconds === null ? "-" : seconds.toFixed(2)).padStart(9);
  const ratio = (seconds: number | null): string =>
    seconds === null || ours === null ? "" : `${(seconds / ours).toFixed(1)} x`;
  const beside = others === null ? "" : `   (tcptrace ${others.toFixed(2)}, ${ratio(others)})`;
  console.log(`${name.padEnd(40)}${shown(ours)}${shown(theirs)}   ${ratio(theirs)}${beside}`);
}

/** The compiled command line, beside this compiled file. */
const COMMAND = fileURLToPath(new URL("../src/cli/main.js", import.meta.url));

/** User and system time of a command; null where it is not installed or failed. The shell counts its children's. */
function cpuSeconds(command: string, args: readonly string[]): number | null {
  const quoted = [command, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  const { stdout, status } = spawnSync("sh", ["-c", `${quoted} >/dev/null 2>&1 || exit 1; times`], {
    encoding: "utf8",
  });
  if (status !== 0) return null;
  // `times` prints the shell's own user and system time, and on the next line its children's: 0m1.52s 0m0.31s.
  const [user, system] = (stdout.trim().split("\n")[1] ?? "").split(" ").map(secondsOf);
  return user + system;
}

function secondsOf(text: string): number {
  const [, minutes = "0", seconds = "0"] = /^(\d+)m([\d.]+)s$/.exec(text) ?? [];
  return Number(minutes) * 60 + Number(seconds);
}
