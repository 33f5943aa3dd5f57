// `npm run bench [simulate|read|paint|frame]`: what performance claims rest on, each beside its target or its peer.
//
// Compiled first: run through a loader that rewrites functions, the hot loops are half as fast.

import { measureFrames } from "./frame.ts";
import { measurePainting } from "./paint.ts";
import { measureReading } from "./read.ts";
import { measureBesidePeers } from "./read-peers.ts";
import { benchSimulate } from "./simulate.ts";

function milliseconds(rows: readonly { name: string; medianMs: number; p95Ms: number }[]): void {
  for (const { name, medianMs, p95Ms } of rows) {
    console.log(
      `${name.padEnd(44)} median ${medianMs.toFixed(2).padStart(6)} ms   p95 ${p95Ms.toFixed(2).padStart(6)} ms`,
    );
  }
}

const BENCHES: Readonly<Record<string, () => Promise<void> | void>> = {
  simulate() {
    console.log(
      "simulated packets; targets: 1,000,000 TCP and 2,000,000 UDP packets a CPU second, 10,000 connections in 100 MB",
    );
    for (const line of benchSimulate()) console.log(line);
  },
  async read() {
    console.log("packets into the packet table; targets: a CPU second and 150 bytes a packet for a million");
    await measureReading();
    console.log("");
    measureBesidePeers();
  },
  async paint() {
    console.log("a painted 200x60 frame, view to bytes; target: 16 ms");
    milliseconds(await measurePainting());
  },
  frame() {
    console.log("update and view of the inspector at 200x60 on 1,000,000 packets; target: 16 ms");
    milliseconds(measureFrames());
  },
};

const [wanted] = process.argv.slice(2);
if (wanted !== undefined && !Object.hasOwn(BENCHES, wanted)) {
  console.error(`bench: no ${wanted} (known: ${Object.keys(BENCHES).join(", ")})`);
  process.exitCode = 2;
} else {
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (wanted !== undefined && wanted !== name) continue;
    await bench();
    console.log("");
  }
}
