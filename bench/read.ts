// A capture file into the packet table, with stream numbers and TCP analysis: CPU seconds, and bytes of memory a packet.
// `npm run bench` builds, `node .bench/bench/read.js [packets]` measures. Targets: a CPU second and 150 bytes a packet for a million.

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
  /** User and system time, the median of a few runs. */
  readonly cpuSeconds: number;
}

/** Median of a few runs each; prints as it goes. */
export async function measureReading(packets: number = PACKETS): Promise<ReadMeasurement[]> {
  const folder = mkdtempSync(join(tmpdir(), "wirelab-bench-"));
  const results: ReadMeasurement[] = [];
  const report = (name: string, cpuSeconds: number): void => {
    results.push({ name, cpuSeconds });
    const rate = Math.round(packets / cpuSeconds).toLocaleString("en");
    console.log(`${name.padEnd(36)} ${cpuSeconds.toFixed(3).padStart(8)} s ${rate.padStart(12)} packets/s`);
  };
  try {
    const path = join(folder, "generated.pcap");
    writeCaptureFile(path, packets);
    console.log(`${packets.toLocaleString("en")} packets, ${(statSync(path).size / 1e6).toFixed(0)} MB`);
    const before = memoryBytes();
    const opened = await openCapture(path);
    const each = (memoryBytes() - before) / packets;
    console.log(`${"memory of the index".padEnd(36)} ${each.toFixed(0).padStart(8)} bytes a packet`);
    opened.close();
    report("wirelab, file", await median(() => read(path, packets)));
    const again = join(folder, "generated.pcapng");
    const whole = await openCapture(path);
    const started = process.cpuUsage();
    writePcapng(again, whole.trace);
    report("wirelab, write pcapng", secondsSince(started));
    whole.close();
    report("wirelab, pcapng file", await median(() => read(again, packets)));
    report("wirelab, stream (pcap-parser)", await median(() => readStream(path, packets)));
    report("wirelab, stream (pcapng)", await median(() => readStream(again, packets)));
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

function secondsSince(started: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1e6;
}

/** What the process has in memory; the room a table has beyond its rows is not there. */
function memoryBytes(): number {
  return process.memoryUsage().rss;
}

async function median(run: () => Promise<void>): Promise<number> {
  const seconds: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    const started = process.cpuUsage();
    await run();
    seconds.push(secondsSince(started));
  }
  return seconds.sort((a, b) => a - b)[Math.floor(RUNS / 2)];
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await measureReading(Number(process.argv[2] ?? PACKETS));
}
