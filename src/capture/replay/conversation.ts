// A captured stream as a play for two sides: what each sent, what it had received when it did, and how long it thought.
//
// What a side had received is told by the acknowledgment number of the very segment it sent, wherever the capture was made. The time
// between cause and effect contains the way from where the capture was made to that side and back: it is taken off, by the handshake.
// Gaps in one side's own sending are thinking only after a segment that was not full: otherwise the network may have held it up.

import type { FollowEnd } from "../reassembly/follow.ts";

/** One thing a side does. Datagrams and pieces of a stream are sent with the boundaries they were captured with. */
export interface ReplayStep {
  readonly kind: "data" | "end" | "reset";
  /** Empty unless `data`. */
  readonly bytes: Uint8Array;
  /** The capture does not have these bytes: they are zeros. */
  readonly isMissing?: boolean;
  /** Bytes (of UDP: datagrams) of the other side that it had received by then. */
  readonly after: number;
  /** Whether it had also received the other side's end. */
  readonly afterEnd: boolean;
  /** How long it thought first, in ns. */
  readonly thinkNs: number;
  /** Since the stream's first packet, in ns. */
  readonly atNs: number;
}

export interface ReplaySide {
  readonly end: FollowEnd;
  readonly steps: readonly ReplayStep[];
  /** All it sent, in bytes. */
  readonly bytes: number;
  /** Whether it closed its side, with a FIN. */
  readonly ends: boolean;
}

export interface Conversation {
  readonly protocol: "tcp" | "udp";
  /** `tcp.stream` or `udp.stream`. */
  readonly stream: number;
  /** Who began, and who answered. */
  readonly client: ReplaySide;
  readonly server: ReplaySide;
  /** Bytes the capture does not have; zeros stand in for them. */
  readonly missing: number;
  /** Round trip of the handshake in ns; 0 where it is not in the capture. */
  readonly rttNs: number;
  readonly durationNs: number;
  /** The stream's packets. */
  readonly rows: readonly number[];
}

/** Why a stream cannot be replayed. */
export interface ReplayProblem {
  readonly problem: string;
}

/** Bytes of zeros put where the capture has none: a damaged capture may claim any number. */
export const MISSING_MAX = 64 * 1024 * 1024;

/** Sides as `followStream` numbers them. */
export type SideIndex = 0 | 1;

/** All bytes of data of a side, one after the other. */
export function payloadOfSide(side: ReplaySide): Uint8Array {
  return Buffer.concat(side.steps.map(({ bytes }) => bytes));
}

/** For each byte of `payloadOfSide` whether the capture does not have it; null where it has all. */
export function missingOfSide(side: ReplaySide): readonly boolean[] | null {
  if (!side.steps.some(({ isMissing }) => isMissing)) return null;
  return side.steps.flatMap(({ bytes, isMissing }) => Array.from(bytes, () => isMissing ?? false));
}

/** Nanoseconds a side thinks in all: the least a replay with its timing takes. */
export function thinkingNs({ client, server }: Conversation): number {
  let sum = 0;
  for (const { steps } of [client, server]) for (const { thinkNs } of steps) sum += thinkNs;
  return sum;
}
