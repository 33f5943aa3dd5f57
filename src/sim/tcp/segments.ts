// Segments as they are built: always the same fields in the same order, so that every reader stays monomorphic.

import { TCP_FLAGS } from "../packet.ts";
import type { Segment } from "../packet.ts";

export const NO_BYTES = new Uint8Array(0);

/** Sequence space a segment takes: its payload, and one each for SYN and FIN. */
export function segmentLength(segment: Segment): number {
  const flags = segment.flags;
  return (
    segment.payload.length + ((flags & TCP_FLAGS.SYN) === 0 ? 0 : 1) + ((flags & TCP_FLAGS.FIN) === 0 ? 0 : 1)
  );
}

/**
 * The RST that answers a segment belonging to no connection (RFC 9293 section 3.10.7.1), or null: a RST is never answered
 * with another.
 */
export function resetFor(segment: Segment): Segment | null {
  if ((segment.flags & TCP_FLAGS.RST) !== 0) return null;
  const hasAck = (segment.flags & TCP_FLAGS.ACK) !== 0;
  return {
    kind: "tcp",
    sourcePort: segment.destinationPort,
    destinationPort: segment.sourcePort,
    seq: hasAck ? segment.ack | 0 : 0,
    ack: hasAck ? 0 : (segment.seq + segmentLength(segment)) | 0,
    flags: hasAck ? TCP_FLAGS.RST : TCP_FLAGS.RST | TCP_FLAGS.ACK,
    window: 0,
    payload: NO_BYTES,
    sack: null,
    timestamps: false,
    tsVal: 0,
    tsEcr: 0,
    urgentPointer: 0,
    mss: 0,
    windowScale: -1,
    sackPermitted: false,
    fastOpen: null,
  };
}
