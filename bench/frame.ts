// Time a frame of the dashboard at 200x60, update and view together, on an inspector of a million packets:
// `npx tsx bench/frame.ts [packets]`. Target: 16 ms. Terminal output is paint.ts's business.

import { pathToFileURL } from "node:url";

import { PROTOCOL } from "../src/trace/packets.ts";
import { LINKTYPE, Trace } from "../src/trace/trace.ts";
import { update, view } from "../src/tui/app.ts";
import { initialModel } from "../src/tui/model.ts";

const PACKETS = 1_000_000;
const FRAMES = 600;
/** A minute of reading: rows, pages, both ends, the details and back. */
const KEYS = ["j", "pagedown", "G", "pageup", "g", "pagedown", "tab", "j", "enter", "S-tab", "G", "k"];

export interface FrameMeasurement {
  readonly name: string;
  readonly medianMs: number;
  readonly p95Ms: number;
}

/** Frames while keys are pressed on the list, then slices of a filter with a frame each. */
export function measureFrames(packets: number = PACKETS): FrameMeasurement[] {
  let model = initialModel({
    session: { name: "synthetic", trace: syntheticTrace(packets), problems: [] },
    size: { width: 200, height: 60 },
  });
  const keys: number[] = [];
  for (let i = 0; i < FRAMES; i++) {
    const start = performance.now();
    [model] = update(model, { kind: "key", key: KEYS[i % KEYS.length] });
    view(model, model.size);
    keys.push(performance.now() - start);
  }
  for (const key of ["/", ..."tcp.srcport==7".split("")]) [model] = update(model, { kind: "key", key });
  let [filtering, effects] = update(model, { kind: "key", key: "enter" });
  const slices: number[] = [];
  while (effects.length > 0) {
    const start = performance.now();
    [filtering, effects] = update(filtering, { kind: "scan" });
    view(filtering, filtering.size);
    slices.push(performance.now() - start);
  }
  return [summary("a key and its frame", keys), summary("a slice of a filter and its frame", slices)];
}

function syntheticTrace(packets: number): Trace {
  const bytes = new Uint8Array(40);
  const header = new DataView(bytes.buffer);
  bytes[0] = 0x45;
  header.setUint16(2, 40);
  bytes[8] = 64;
  bytes[9] = 6;
  bytes.set([10, 0, 0, 1, 10, 0, 0, 2], 12);
  header.setUint16(22, 80);
  bytes[32] = 0x50;
  bytes[33] = 0x02;
  const trace = new Trace({ read: () => bytes });
  trace.interfaces.push({ name: "synthetic", linkType: LINKTYPE.raw, snapLength: 0 });
  const table = trace.packets;
  const source = table.addresses.internIpv4(0x0a000001);
  const destination = table.addresses.internIpv4(0x0a000002);
  for (let i = 0; i < packets; i++) {
    const row = table.append();
    table.seconds[row] = Math.floor(i / 1000);
    table.nanoseconds[row] = (i % 1000) * 1e6;
    table.length[row] = bytes.length;
    table.capturedLength[row] = bytes.length;
    table.protocol[row] = PROTOCOL.tcp;
    table.source[row] = source;
    table.destination[row] = destination;
    table.networkOffset[row] = 0;
    table.transportOffset[row] = 20;
    table.payloadOffset[row] = 40;
    table.sourcePort[row] = i % 60_000;
    table.destinationPort[row] = 80;
    table.tcpFlags[row] = 2;
    table.stream[row] = i;
  }
  return trace;
}

function summary(name: string, times: readonly number[]): FrameMeasurement {
  const sorted = times.toSorted((a, b) => a - b);
  const medianMs = sorted[Math.floor(sorted.length / 2)];
  const p95Ms = sorted[Math.floor(sorted.length * 0.95)];
  console.log(`${name.padEnd(36)} median ${medianMs.toFixed(2)} ms, p95 ${p95Ms.toFixed(2)} ms`);
  return { name, medianMs, p95Ms };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  measureFrames(Number(process.argv[2] ?? PACKETS));
}
