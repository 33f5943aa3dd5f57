// One number for a whole trace: two runs are the same when their hashes are.

import { createHash } from "node:crypto";
import type { TraceEvent } from "./events.ts";
import type { Trace } from "./trace.ts";

/** A step as one line of text: what the hash is made of and what a first difference is shown as. */
export function stepText(trace: Trace, index: number): string {
  const step = trace.step(index);
  if ("event" in step) return eventText(trace.events[step.event]);
  const row = step.packet;
  const transit = trace.transits[row];
  const way = transit === undefined ? "" : ` ${transit.link} ${transit.from} > ${transit.to}`;
  return `${trace.timeNs(index)} packet ${row + 1}${way} ${hex(trace.bytes(row))}`;
}

/** SHA-256 in hex over every step: packets with their bytes, events with all they hold. */
export function traceHash(trace: Trace): string {
  const hash = createHash("sha256");
  for (let i = 0; i < trace.length; i++) hash.update(stepText(trace, i)).update("\n");
  return hash.digest("hex");
}

/** The first step at which two traces differ, with what each has there (null past its end), or null when they are alike. */
export function firstDifference(
  a: Trace,
  b: Trace,
): { readonly step: number; readonly a: string | null; readonly b: string | null } | null {
  const steps = Math.max(a.length, b.length);
  for (let step = 0; step < steps; step++) {
    const left = step < a.length ? stepText(a, step) : null;
    const right = step < b.length ? stepText(b, step) : null;
    if (left !== right) return { step, a: left, b: right };
  }
  return null;
}

function eventText(event: TraceEvent): string {
  return JSON.stringify(event, (_, value: unknown) => (value instanceof Uint8Array ? hex(value) : value));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");
}
