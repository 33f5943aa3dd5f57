// `npm run bench [simulate|read|paint|screens|tasks|frame|framing]`: what performance claims rest on, each beside its target or its peer.
//
// Compiled first: run through a loader that rewrites functions, the hot loops are half as fast.

import { join } from "node:path";
import { benchFramingCodecs } from "./framing-codecs.ts";
import { benchLaws, benchStart } from "./framing.ts";
import { measureFrames } from "./frame.ts";
import { measureTasks, taskLine } from "./longest-task.ts";
import { measurePainting } from "./paint.ts";
import { measurePty } from "./paint-pty.ts";
import { measureScreens } from "./paint-screens.ts";
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
    console.log("a painted 200x60 frame, view to bytes; targets: 16 ms, 1,024 bytes where one row changes");
    const painted = await measurePainting();
    milliseconds(painted);
    for (const { name, bytesPerFrame } of painted)
      console.log(`${name.padEnd(44)} ${bytesPerFrame} bytes a frame`);
    console.log("in a real terminal; targets: 400 ms to the first screen, 30 ms from a key to its paint");
    milliseconds(await measurePty());
  },
  async screens() {
    console.log(
      "a repaint of each screen at 200x60 on 1,000,000 packets; targets: 10 ms, and 50 ms a slice of what is read once",
    );
    for await (const { name, medianMs, p95Ms, sliceMs } of measureScreens()) {
      milliseconds([{ name, medianMs, p95Ms }]);
      if (sliceMs > 0) console.log(`${"".padEnd(44)} longest slice ${sliceMs.toFixed(1)} ms`);
    }
  },
  tasks() {
    console.log(
      "the longest task after each thing one does, on a capture of 1,000,000 packets and a run of 200,000; target: 50 ms on every screen",
    );
    for (const task of measureTasks()) console.log(taskLine(task));
  },
  frame() {
    console.log("update and view of the inspector at 200x60 on 1,000,000 packets; target: 16 ms");
    milliseconds(measureFrames());
  },
  async framing() {
    console.log("chunks through decoders; target: a million a second through the length prefix");
    benchFramingCodecs();
    console.log("1,000 runs of a law on a length-prefix codec; target: 100 ms");
    await benchLaws();
    console.log("`verify` until it runs the user's file; target: 500 ms");
    benchStart(join(import.meta.dirname, "../../dist/cli/main.js"));
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
