// The command line beside tshark and tcptrace, on one capture in one run: CPU seconds of whole processes, output thrown away.
// `npm run bench read` builds and runs it; then `node .bench/bench/read-peers.js [packets] [contest]` runs a part of it.
// Target: the 14 fields 30 times faster than tshark prints them.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { writeCaptureFile } from "./capture-file.ts";

const PACKETS = 1_000_000;
/** Whole trees are so much output that a tenth of the packets tells as much. */
const PART = 10;

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
  /** A tenth of the packets. */
  readonly isPart?: true;
  /** Of the same packets in a pcapng file. */
  readonly isPcapng?: true;
}

const OF_FOURTEEN = ["-T", "fields", ...FOURTEEN_FIELDS.flatMap((field) => ["-e", field])];
const TREES = [["-T", "json"], ["-T", "ek"], ["-T", "pdml"], ["-V"], ["-x"]];
const STATISTICS = ["conv,tcp", "io,stat,1", "io,phs", "expert", "http,tree", "dns,tree"];

const CONTESTS: readonly Contest[] = [
  {
    name: "index with analysis",
    args: ["-q"],
    tshark: ["-q", "-z", "io,stat,0,tcp.analysis.flags"],
    tcptrace: ["-l", "-n"],
  },
  { name: "14 fields", args: OF_FOURTEEN },
  { name: "14 fields of pcapng", args: OF_FOURTEEN, isPcapng: true },
  { name: "a line each", args: [] },
  { name: "-T psml", args: ["-T", "psml"] },
  ...TREES.map((args) => ({ name: `${args.join(" ")}, a tenth`, args, isPart: true as const })),
  ...FILTERS.map((filter) => ({ name: `-Y ${filter}`, args: ["-Y", filter] })),
  ...STATISTICS.map((name) => ({ name: `-z ${name}`, args: ["-q", "-z", name] })),
];

/** Processor and wall time of one command. */
interface Times {
  readonly cpu: number;
  readonly wall: number;
}

/** Prints a table of CPU and wall seconds and of how many times faster wirelab is; `only` keeps the contests whose names have it. */
export function measureBesidePeers(packets: number = PACKETS, only = ""): void {
  const folder = mkdtempSync(join(tmpdir(), "wirelab-bench-"));
  try {
    const path = join(folder, "generated.pcap");
    writeCaptureFile(path, packets);
    console.log(`${packets.toLocaleString("en")} packets, ${(statSync(path).size / 1e6).toFixed(0)} MB`);
    console.log("seconds of CPU, and of wall time in brackets");
    console.log(
      `${"".padEnd(40)}${"wirelab".padStart(16)}${"tshark".padStart(16)}   faster by CPU, by wall time`,
    );
    const contests = CONTESTS.filter(({ name }) => name.includes(only));
    const pcapng = `${path}ng`;
    if (contests.some(({ isPcapng }) => isPcapng))
      time(process.execPath, [COMMAND, "read", path, "-w", pcapng]);
    for (const contest of contests) compete(contest, contest.isPcapng === true ? pcapng : path, packets);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function compete(
  { name, args, tshark = args, tcptrace, isPart }: Contest,
  path: string,
  packets: number,
): void {
  const limit = isPart === true ? ["-c", String(Math.ceil(packets / PART))] : [];
  const ours = time(process.execPath, [COMMAND, "read", path, ...args, ...limit]);
  const theirs = tshark === null ? null : time("tshark", ["-n", "-r", path, ...tshark, ...limit]);
  const others = tcptrace === undefined ? null : time("tcptrace", [...tcptrace, path]);
  const beside = others === null ? "" : `   (tcptrace ${shown(others)}${ratio(ours, others)})`;
  console.log(
    `${name.padEnd(40)}${shown(ours).padStart(16)}${shown(theirs).padStart(16)}${ratio(ours, theirs)}${beside}`,
  );
  for (const problem of [ours, theirs, others]) if (typeof problem === "string") console.log(`  ${problem}`);
}

function shown(times: Times | string | null): string {
  if (times === null) return "-";
  return typeof times === "string" ? "failed" : `${times.cpu.toFixed(2)} (${times.wall.toFixed(2)})`;
}

function ratio(ours: Times | string | null, theirs: Times | string | null): string {
  if (ours === null || theirs === null || typeof ours === "string" || typeof theirs === "string") return "";
  return `   ${(theirs.cpu / ours.cpu).toFixed(1)} x, ${(theirs.wall / ours.wall).toFixed(1)} x`;
}

/** The package as it is built: what users run. */
const COMMAND = join(import.meta.dirname, "../../dist/cli/main.js");

/** What a command takes, its output thrown away; null where it is not installed, the last line of what it said where it failed. */
function time(command: string, args: readonly string[]): Times | string | null {
  const quoted = [command, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  // The shell counts its children's times; its own output is theirs alone.
  const started = performance.now();
  const { stdout, stderr, status } = spawnSync("sh", ["-c", `${quoted} >/dev/null || exit; times`], {
    encoding: "utf8",
  });
  const wall = (performance.now() - started) / 1000;
  if (status === NOT_FOUND) return null;
  if (status !== 0) return `${command}: ${stderr.trim().split("\n").at(-1) ?? ""} (exit code ${status})`;
  // `times` prints the shell's own user and system time, and on the next line its children's: 0m1.52s 0m0.31s.
  const [user, system] = (stdout.trim().split("\n")[1] ?? "").split(" ").map(secondsOf);
  return { cpu: user + system, wall };
}

/** What a shell exits with for a command there is not. */
const NOT_FOUND = 127;

function secondsOf(text: string): number {
  const [, minutes = "0", seconds = "0"] = /^(\d+)m([\d.]+)s$/.exec(text) ?? [];
  return Number(minutes) * 60 + Number(seconds);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [, , packets = PACKETS, only] = process.argv;
  measureBesidePeers(Number(packets), only);
}
