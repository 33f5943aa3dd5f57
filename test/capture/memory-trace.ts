// Traces made of packets in memory, indexed as a capture's are.

import { indexPacket } from "../../src/trace/index-packet.ts";
import { StreamTable } from "../../src/trace/streams.ts";
import { Trace } from "../../src/trace/trace.ts";
import type { DissectContext } from "../../src/capture/dissect/dissect.ts";

export interface MemoryTrace {
  readonly trace: Trace;
  readonly context: DissectContext;
}

/** A trace of `packets`, one millisecond apart, on one interface of `linkType`. `lengths` are those on the wire. */
export function memoryTrace(
  packets: readonly Uint8Array[],
  linkType: number,
  lengths: readonly number[] = [],
): MemoryTrace {
  const trace = new Trace({ read: (row) => packets[row] });
  const streams = new StreamTable();
  trace.interfaces.push({ name: "test", linkType, snapLength: 0 });
  for (const [i, bytes] of packets.entries()) {
    const row = trace.packets.append();
    trace.packets.seconds[row] = Math.floor(i / 1000);
    trace.packets.nanoseconds[row] = (i % 1000) * 1e6;
    trace.packets.capturedLength[row] = bytes.length;
    trace.packets.length[row] = lengths[i] ?? bytes.length;
    indexPacket(trace.packets, row, bytes, 0, bytes.length, linkType, streams);
  }
  return { trace, context: { streams } };
}

/** Bytes of hexadecimal digits; blanks are for reading. */
export function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ""), "hex"));
}
