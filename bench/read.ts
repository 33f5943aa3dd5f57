// Packets a second from a capture file into the packet table, beside tshark and tcpdump where they are installed:
// `npx tsx bench/read.ts [packets]`. Target: 1,000,000 packets a second.

import { spawnSync } from "node:child_process";
import { createReadStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { openCapture, openChunks } from "../src/capture/open.ts";
import { writePcapng } from "../src/capture/write-pcapng.ts";
import { writeCaptureFile } from "./capture-file.ts";

const PACKETS = 1_000_000;
const RUNS = 3;

export interface ReadMeasurement {
  readonly name: string;
  readonly packetsPerSecond: number;
}

/** Median of a few runs each; prints as it goes. */
export async function measureReading(packets: number = PACKETS): Promise<ReadMeasurement[]> {
  const folder = mkdtempSync(join(tmpdir(), "wirelab-bench-"));
  const results: ReadMeasurement[] = [];
  const report = (name: string, seconds: number): void => {
    const packetsPerSecond = Math.round(packets / seconds);
    results.push({ name, packetsPerSecond });
    const rate = packetsPerSecond.toLocaleString("en");
    console.log(`${name.padEnd(36)} ${seconds.toFixed(3).padStart(8)} s ${rate.padStart(12)} packets/s`);
  };
  try {
    const path = join(folder, "generated.pcap");
    writeCaptureFile(path, packets);
    console.log(`${packets.toLocaleString("en")} packets, ${(statSync(path).size / 1e6).toFixed(0)} MB`);
    report("wirelab, file", await median(() => read(path, packets)));
    const again = join(folder, "generated.pcapng");
    const whole = await openCapture(path);
    const started = performance.now();
    writePcapng(again, whole.trace);
    report("wirelab, write pcapng", (performance.now() - started) / 1000);
    whole.close();
    report("wirelab, pcapng file", await median(() => read(again, packets)));
    report("wirelab, stream (pcap-parser)", await median(() => readStream(path, packets)));
    report("wirelab, stream (pcapng)", await median(() => readStream(again, packets)));
    const peers: [string, string[]][] = [
      ["tcpdump", ["-nn", "-r", path]],
      ["tshark", ["-n", "-r", path]],
    ];
    for (const [command, args] of peers) {
      const seconds = time(command, args);
      if (seconds === null) console.log(`${command} is not installed`);
      else report(command, seconds);
    }
    const [ours] = results;
    for (const { name, packetsPerSecond } of results.filter(({ name }) => !name.startsWith("wirelab"))) {
      console.log(
        `wirelab indexes ${(ours.packetsPerSecond / packetsPerSecond).toFixed(1)} times as fast as ${name} lists`,
      );
    }
    return results;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function read(path: string, packets: number): Promise<void> {
  const capture = await openCapture(path);
  check(capture.trace.packets.count, packets);
  capture.close();
}

async function readStream(path: string, packets: number): Promise<void> {
  const capture = await openChunks(createReadStream(path, { highWaterMark: 1024 * 1024 }), path);
  check(capture.trace.packets.count, packets);
  capture.close();
}

function check(count: number, expected: number): void {
  if (count !== expected) throw new Error(`read ${count} of ${expected} packets`);
}

async function median(run: () => Promise<void>): Promise<number> {
  const seconds: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    const started = performance.now();
    await run();
    seconds.push((performance.now() - started) / 1000);
  }
  return seconds.sort((a, b) => a - b)[Math.floor(RUNS / 2)];
}

/** Wall seconds of a command with its output thrown away; null where there is no such command. */
function time(command: string, args: string[]): number | null {
  const started = performance.now();
  const { error, status } = spawnSync(command, args, { stdio: "ignore" });
  return error !== undefined || status !== 0 ? null : (performance.now() - started) / 1000;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await measureReading(Number(process.argv[2] ?? PACKETS));
}
