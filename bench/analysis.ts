// What the TCP analysis costs a packet: the passes over an indexed capture, without reading or indexing it:
// `npm run bench` builds, `node .bench/bench/analysis.js [packets]` measures. Target: well under 0.3 us a packet.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { TcpAnalysis } from "../src/capture/analysis/tcp.ts";
import { openCapture } from "../src/capture/open.ts";
import { writeCaptureFile } from "./capture-file.ts";

const PACKETS = 1_000_000;
const RUNS = 5;

/** Nanoseconds a packet, the median of five passes. */
export async function measureAnalysis(packets: number = PACKETS): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "wirelab-bench-"));
  try {
    const path = join(folder, "capture.pcap");
    writeCaptureFile(path, packets);
    const { trace, streams } = await openCapture(path);
    // Options are looked at where a packet's bytes are at hand; one packet's stand for all.
    const bytes = trace.bytes(Math.min(10, packets - 1));
    const times: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const analysis = new TcpAnalysis(trace.packets, streams);
      const start = performance.now();
      for (let row = 0; row < packets; row++) analysis.add(row, bytes, 0);
      times.push(((performance.now() - start) * 1e6) / packets);
    }
    return times.toSorted((a, b) => a - b)[Math.floor(RUNS / 2)];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const ns = await measureAnalysis(Number(process.argv[2] ?? PACKETS));
  process.stdout.write(`analysis: ${ns.toFixed(0)} ns a packet\n`);
}
