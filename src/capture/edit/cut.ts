// Which packets of a capture: by frame number, by time.

import type { PacketTable } from "../../trace/packets.ts";

/** Frame numbers from 1, both ends included. */
export interface FrameRange {
  readonly from: number;
  readonly to: number;
}

/** A time as a packet has it, or a span of time: nanoseconds are 0 or more, and count on from the seconds, which may be negative. */
export interface Instant {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** Times are kept from `after` on and before `before`, as editcap's -A and -B; `frames` empty or absent keeps all numbers. */
export interface Cut {
  readonly frames?: readonly FrameRange[];
  readonly after?: Instant;
  readonly before?: Instant;
}

/** Whether packet `row` is kept. */
export function isWithin(packets: PacketTable, row: number, cut: Cut): boolean {
  const { frames = [], after, before } = cut;
  if (frames.length > 0 && !frames.some(({ from, to }) => row + 1 >= from && row + 1 <= to)) return false;
  if (after !== undefined && compare(packets, row, after) < 0) return false;
  return before === undefined || compare(packets, row, before) < 0;
}

function compare(packets: PacketTable, row: number, at: Instant): number {
  return packets.seconds[row] - at.seconds || packets.nanoseconds[row] - at.nanoseconds;
}

/** `1-100,205,300-`, or null where that is no list of frame numbers. */
export function parseFrames(text: string): FrameRange[] | null {
  const ranges: FrameRange[] = [];
  for (const part of text.split(",")) {
    const match = /^(\d{1,10})(?:(-)(\d{1,10})?)?$/.exec(part.trim());
    if (match === null) return null;
    const from = Number(match[1]);
    const to = match[2] === undefined ? from : match[3] === undefined ? Infinity : Number(match[3]);
    if (from < 1 || to < from) return null;
    ranges.push({ from, to });
  }
  return ranges;
}

/** A day and time (`2020-06-10T09:21:03.847323Z`; without a zone, UTC) to the nanosecond, or null where it is none. */
export function parseInstant(text: string): Instant | null {
  const match =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})?)?$/.exec(text);
  if (match === null) return null;
  const ms = Date.parse(`${match[1]}T${match[2] ?? "00:00:00"}${match[4] ?? "Z"}`);
  if (Number.isNaN(ms)) return null;
  return { seconds: ms / 1000, nanoseconds: Number((match[3] ?? "0").padEnd(9, "0")) };
}

/** The time of packet `row`, `span` later. */
export function instantAfter(packets: PacketTable, row: number, span: Instant): Instant {
  const sum = packets.nanoseconds[row] + span.nanoseconds;
  const carry = sum >= 1e9 ? 1 : 0;
  return { seconds: packets.seconds[row] + span.seconds + carry, nanoseconds: sum - carry * 1e9 };
}
