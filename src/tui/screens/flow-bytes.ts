// The bytes of one direction of a stream, put together from its segments where they are wanted.

import type { FlowSide } from "./flow-side.ts";

/** Segments looked at for a piece of a stream: a hostile capture may have sent the same bytes any number of times. */
const SEGMENTS_MAX = 4096;

export interface FlowBytes {
  readonly bytes: Uint8Array;
  /** 1 where the byte is known: not where a capture lacks its segment, or cut it short. */
  readonly known: Uint8Array;
}

/** Bytes [start, end) of `side`. */
export function flowBytes(side: FlowSide, start: number, end: number): FlowBytes {
  const length = Math.max(0, end - start);
  const bytes = new Uint8Array(length);
  const known = new Uint8Array(length);
  let missing = length;
  const first = side.firstBeyond(start);
  const last = Math.min(side.endBefore(end), first + SEGMENTS_MAX);
  for (let at = first; at < last && missing > 0; at++) {
    const from = Math.max(start, side.starts[at]);
    const to = Math.min(end, side.starts[at] + side.lengths[at]);
    if (from >= to) continue;
    const held = side.bytesOf(at);
    if (held === null) continue;
    const { bytes: packet, offset } = held;
    for (let byte = from; byte < to; byte++) {
      const inPacket = offset + byte - side.starts[at];
      if (known[byte - start] === 1 || inPacket >= packet.length) continue;
      bytes[byte - start] = packet[inPacket];
      known[byte - start] = 1;
      missing--;
    }
  }
  return { bytes, known };
}

/** Indexes of the segments that carry any of bytes [start, end), in the order they were sent. */
export function segmentsWithin(side: FlowSide, start: number, end: number): number[] {
  const found: number[] = [];
  const first = side.firstBeyond(start);
  const last = Math.min(side.endBefore(end), first + SEGMENTS_MAX);
  for (let at = first; at < last; at++) {
    if (side.starts[at] < end && side.starts[at] + side.lengths[at] > start) found.push(at);
  }
  return found;
}
