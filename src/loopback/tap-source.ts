// Where a tap's packets come from, and how their wall-clock times become times of the run.

import type { RealClock } from "./clock.ts";

/** A packet as a source gives it. */
export interface SourcePacket {
  /** Nanoseconds since the epoch. */
  readonly epochNs: bigint;
  readonly bytes: Uint8Array;
  /** Bytes on the wire. */
  readonly length: number;
}

/** Something that captures on the loopback interface. */
export interface PacketSource {
  readonly via: "AF_PACKET" | "tcpdump" | "dumpcap";
  /** pcap LINKTYPE number. */
  readonly linkType: number;
  /** Gives what has arrived since it was last asked. */
  read(): SourcePacket[];
  /** Resolves when every packet sent before the call can be read. */
  settle(): Promise<void>;
  /** Stops capturing; what has arrived can still be read. */
  stop(): Promise<void>;
  /** Packets the system says it lost. */
  dropped(): number;
}

const EDGES_MAX = 20;
const EDGE_ERROR_NS = 20_000n;

/**
 * Nanoseconds since the epoch when the run began. Node tells wall-clock time in milliseconds only, so this waits for the millisecond
 * to change, again until that fixes both clocks to some microseconds.
 */
export function epochOfStart(clock: RealClock): bigint {
  let best: { readonly epochNs: bigint; readonly errorNs: bigint } | null = null;
  for (let i = 0; i < EDGES_MAX && (best === null || best.errorNs > EDGE_ERROR_NS); i++) {
    const edge = clockEdge(clock);
    if (best === null || edge.errorNs < best.errorNs) best = edge;
  }
  return best?.epochNs ?? 0n;
}

function clockEdge(clock: RealClock): { epochNs: bigint; errorNs: bigint } {
  const first = Date.now();
  // The edge lies between the readings of the two looks around it, taken before the one and after the other: the process may have
  // been interrupted anywhere in between.
  let beforeLast = process.hrtime.bigint();
  let before = beforeLast;
  for (;;) {
    const ms = Date.now();
    const after = process.hrtime.bigint();
    if (ms > first) {
      return { epochNs: BigInt(ms) * 1_000_000n - (after - clock.startNs), errorNs: after - beforeLast };
    }
    beforeLast = before;
    before = after;
  }
}
