// One number for a whole trace: two runs are the same when their hashes are.

import { createHash } from "node:crypto";
import type { TraceEvent } from "./events.ts";
import { NO_OFFSET, PROTOCOL } from "./packets.ts";
import type { Trace } from "./trace.ts";

/** Where a transport's header has its checksum. */
const CHECKSUM_AT: Readonly<Record<number, number>> = { [PROTOCOL.tcp]: 16, [PROTOCOL.udp]: 6 };

/** What a comparison looks at: everything, or everything but what payloads (and their checksums) hold. */
export type Scrutiny = "all" | "but payloads";

/** A step as one line of text: what the hash is made of and what a first difference is shown as. */
export function stepText(trace: Trace, index: number, scrutiny: Scrutiny = "all"): string {
  const step = trace.step(index);
  const whole = scrutiny === "all";
  if ("event" in step) return eventText(trace.events[step.event], whole);
  const row = step.packet;
  const transit = trace.transits[row];
  const way = transit === undefined ? "" : ` ${transit.link} ${transit.from} > ${transit.to}`;
  const bytes = whole ? hex(trace.bytes(row)) : headersText(trace, row);
  return `${trace.timeNs(index)} packet ${row + 1}${way} ${bytes}`;
}

/** A packet's headers, without the transport's checksum, and its payload's length. */
function headersText(trace: Trace, row: number): string {
  const { packets } = trace;
  const payload = packets.payloadOffset[row];
  if (payload === NO_OFFSET) return hex(trace.bytes(row));
  const headers = trace.bytes(row).slice(0, payload);
  const checksum = CHECKSUM_AT[packets.protocol[row]];
  if (checksum !== undefined)
    headers.fill(0, packets.transportOffset[row] + checksum, packets.transportOffset[row] + checksum + 2);
  return `${hex(headers)} and ${packets.payloadLength[row]} bytes`;
}

/** SHA-256 in hex over every step: packets with their bytes, events with all they hold. */
export function traceHash(trace: Trace, scrutiny: Scrutiny = "all"): string {
  const hash = createHash("sha256");
  for (let i = 0; i < trace.length; i++) hash.update(stepText(trace, i, scrutiny)).update("\n");
  return hash.digest("hex");
}

/** The first step at which two traces differ, with what each has there (null past its end), or null when they are alike. */
export function firstDifference(
  a: Trace,
  b: Trace,
  scrutiny: Scrutiny = "all",
): { readonly step: number; readonly a: string | null; readonly b: string | null } | null {
  const steps = Math.max(a.length, b.length);
  for (let step = 0; step < steps; step++) {
    const left = step < a.length ? stepText(a, step, scrutiny) : null;
    const right = step < b.length ? stepText(b, step, scrutiny) : null;
    if (left !== right) return { step, a: left, b: right };
  }
  return null;
}

function eventText(event: TraceEvent, whole: boolean): string {
  return JSON.stringify(event, (_, value: unknown) => {
    if (!(value instanceof Uint8Array)) return value;
    return whole ? hex(value) : `${value.length} bytes`;
  });
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");
}
