// The inspector on a capture larger than many memories, as the dashboard uses it: opens it, shows it while it is read, goes to its
// last packet, scrolls and filters. `npm run soak [gigabytes]` makes the capture (4 GB by default) in the temporary folder, removes it
// afterwards, and fails when a bound is missed: the first screen in 0.3 s, the last packet in 10 s, 1 GB of memory, frames of 50 ms.
//
// Times are of the processor: on a machine to itself that is what a user waits for, and on a shared one it is not what others take. Of
// slices and frames they are those of the thread that answers keys, while others read the file and compile; the rest is all threads'.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { openCapture } from "../src/capture/open.ts";
import { captureSession } from "../src/cli/capture-session.ts";
import { update, view } from "../src/tui/app.ts";
import { initialModel } from "../src/tui/model.ts";
import type { Message } from "../src/tui/messages.ts";
import type { Model } from "../src/tui/model.ts";
import { writeCaptureFile } from "./capture-file.ts";
import { threadMs } from "./thread-time.ts";

const GIGABYTES = 4;
/** What the generator makes of a packet, in bytes. */
const BYTES_EACH = 870;
const SIZE = { width: 120, height: 40 };
const READ_SLICE_MS = 10;
const KEYS = ["j", "pagedown", "pageup", "g", "pagedown", "G", "k", "pageup"];
const FRAMES = 200;
/** Slices of a filter that dissects, of which a large capture has very many. */
const SLICES_MAX = 300;

const BOUNDS = { firstScreenMs: 300, lastPacketMs: 10_000, memoryMegabytes: 1000, frameMs: 50 } as const;

/** The dashboard's model and how long each of its frames took. */
class Dashboard {
  model: Model;
  readonly frames: number[] = [];

  constructor(model: Model) {
    this.model = model;
  }

  /** A message and its frame; answers whether it asked for more of a scan. */
  send(message: Message): boolean {
    const start = threadMs();
    const [model, effects] = update(this.model, message);
    this.model = model;
    view(model, SIZE);
    this.frames.push(threadMs() - start);
    return effects.some(({ kind }) => kind === "scan");
  }

  /** Runs a filter, at most `slicesMax` slices of it. */
  filter(text: string, slicesMax: number): void {
    for (const key of ["/", "C-u", ...text.split("")]) this.send({ kind: "key", key });
    let isMore = this.send({ kind: "key", key: "enter" });
    for (let i = 0; isMore && i < slicesMax; i++) isMore = this.send({ kind: "scan" });
  }
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function measure(path: string): Promise<boolean> {
  const started = cpuMs();
  const capture = await openCapture(path, { lazy: true });
  const dashboard = new Dashboard(initialModel({ session: captureSession(capture), size: SIZE }));
  let isGood = true;
  const report = (name: string, value: number, unit: string, bound: number): void => {
    isGood &&= value <= bound;
    const verdict = value <= bound ? "" : "   TOO MUCH";
    console.log(`${name.padEnd(44)} ${value.toFixed(1).padStart(9)} ${unit}   at most ${bound}${verdict}`);
  };
  const slices: number[] = [];
  const slicesOfAll: number[] = [];
  for (let done = false; !done;) {
    const [before, beforeOfAll] = [threadMs(), cpuMs()];
    done = await capture.indexSome(READ_SLICE_MS);
    dashboard.send({ kind: "update", session: captureSession(capture) });
    // A key now and then: the list is read while the file is.
    if (slices.length % 10 === 5) dashboard.send({ kind: "key", key: "pagedown" });
    slices.push(threadMs() - before);
    slicesOfAll.push(cpuMs() - beforeOfAll);
    if (slices.length === 1) report("first screen", cpuMs() - started, "ms", BOUNDS.firstScreenMs);
  }
  const { packets } = capture.trace;
  const perMillion = ((cpuMs() - started) * 1000) / packets.count;
  dashboard.send({ kind: "key", key: "G" });
  report("last packet on the screen", cpuMs() - started, "ms", BOUNDS.lastPacketMs);
  console.log(
    `${"CPU seconds a million packets, screens too".padEnd(44)} ${perMillion.toFixed(2).padStart(9)}`,
  );
  report("a slice of reading and its frame", p99(slices), "ms", BOUNDS.frameMs);
  console.log(`${"the same, all threads together".padEnd(44)} ${p99(slicesOfAll).toFixed(1).padStart(9)} ms`);
  dashboard.frames.length = 0;
  for (let i = 0; i < FRAMES; i++) dashboard.send({ kind: "key", key: KEYS[i % KEYS.length] });
  report("scrolling, a frame", p99(dashboard.frames), "ms", BOUNDS.frameMs);
  for (const [text, slicesMax] of [
    ["tcp.analysis.retransmission", Infinity],
    ["ip.addr == 10.0.0.7 && tcp.len > 1000", Infinity],
    ["dns", SLICES_MAX],
  ] as const) {
    dashboard.frames.length = 0;
    dashboard.filter(text, slicesMax);
    report(`filter ${text}, a slice`, p99(dashboard.frames), "ms", BOUNDS.frameMs);
  }
  report("memory at most", process.resourceUsage().maxRSS / 1000, "MB", BOUNDS.memoryMegabytes);
  const each = process.memoryUsage().rss / packets.count;
  console.log(`${"memory of the whole process a packet".padEnd(44)} ${each.toFixed(0).padStart(9)} bytes`);
  capture.close();
  return isGood;
}

/** What 99 of 100 are below: one frame may meet a collection of garbage, or another process. */
function p99(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.99)] ?? 0;
}

function soak(gigabytes: number): number {
  const { bavail, bsize } = statfsSync(tmpdir());
  const free = bavail * bsize;
  if (free < gigabytes * 1.2e9) {
    const there = (free / 1e9).toFixed(1);
    console.error(`soak: ${tmpdir()} has ${there} GB free, ${gigabytes} GB are not to be had: name fewer`);
    return 2;
  }
  const folder = mkdtempSync(join(tmpdir(), "wirelab-soak-"));
  try {
    const path = join(folder, "generated.pcap");
    const packets = Math.ceil((gigabytes * 1e9) / BYTES_EACH);
    writeCaptureFile(path, packets);
    const size = (statSync(path).size / 1e9).toFixed(2);
    console.log(`${packets.toLocaleString("en")} packets, ${size} GB`);
    // A process of its own: what making the file took is not what reading it takes.
    const args = [fileURLToPath(import.meta.url), "--measure", path];
    return spawnSync(process.execPath, args, { stdio: "inherit" }).status ?? 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [first, path] = process.argv.slice(2);
if (first === "--measure" && path !== undefined) {
  process.exitCode = (await measure(path)) ? 0 : 1;
} else {
  const gigabytes = Number(first ?? GIGABYTES);
  if (gigabytes > 0 && gigabytes <= 100) process.exitCode = soak(gigabytes);
  else {
    console.error(`soak: ${first}: want gigabytes, from 0.01 to 100`);
    process.exitCode = 2;
  }
}
