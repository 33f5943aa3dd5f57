// What a conversation came to, measured the same in a capture and in a simulated run of it.

import { ANALYSIS } from "../../trace/analysis-flags.ts";
import { PROTOCOL } from "../../trace/packets.ts";
import type { Trace } from "../../trace/trace.ts";

export interface Measure {
  readonly packets: number;
  /** From its first packet to its last, in ns. */
  readonly durationNs: number;
  /** Bytes of payload each side's packets carried, repeated ones too: from the sender of the first packet, and to it. */
  readonly sent: readonly [number, number];
  /** TCP segments marked as retransmissions of either kind by the analysis. */
  readonly retransmissions: readonly [number, number];
  readonly outOfOrder: number;
  readonly duplicateAcks: number;
}

/** Measures stream number `stream` of a trace whose `analysis` column is filled. */
export function measureStream(trace: Trace, protocol: "tcp" | "udp", stream: number): Measure {
  const { packets } = trace;
  const wanted = protocol === "tcp" ? PROTOCOL.tcp : PROTOCOL.udp;
  const sent: [number, number] = [0, 0];
  const retransmissions: [number, number] = [0, 0];
  let count = 0;
  let outOfOrder = 0;
  let duplicateAcks = 0;
  let first = -1;
  let startNs = 0;
  let endNs = 0;
  for (let row = 0; row < packets.count; row++) {
    if (packets.stream[row] !== stream || packets.protocol[row] !== wanted) continue;
    if (first === -1) {
      first = row;
      startNs = packets.relativeNs(row);
    }
    const isSame =
      packets.source[row] === packets.source[first] && packets.sourcePort[row] === packets.sourcePort[first];
    const side = isSame ? 0 : 1;
    count++;
    endNs = Math.max(endNs, packets.relativeNs(row));
    sent[side] += packets.payloadLength[row];
    const flags = packets.analysis[row];
    if ((flags & ANALYSIS.retransmission) !== 0) retransmissions[side]++;
    if ((flags & ANALYSIS.outOfOrder) !== 0) outOfOrder++;
    if ((flags & ANALYSIS.duplicateAck) !== 0) duplicateAcks++;
  }
  const durationNs = Math.max(0, endNs - startNs);
  return { packets: count, durationNs, sent, retransmissions, outOfOrder, duplicateAcks };
}

/** Megabits a second of `bytes` in `durationNs`; 0 where no time passed. */
export function goodputMbps(bytes: number, durationNs: number): number {
  return durationNs === 0 ? 0 : (bytes * 8000) / durationNs;
}
