// Where everything on the ladder stands: packets leave and arrive further down the later it is. What leaves has a line of words, so that no two
// leave on one; idle time is cut short and named. Distances are pixels.

import type { PageData } from "./data.ts";

/** A line of words. */
export const LINE = 20;
/** Room above the first and below the last. */
export const RIM = 44;
/** What ends needs so much of its own, to be seen as later. */
const END = 5;
/** Room that idle time takes at most. */
const GAP_MAX = 66;
/** Room that half of the packets' ways take at zoom 0. */
const WAY = 40;
const SCALE_PACKETS = 64;

export interface LadderLayout {
  readonly height: number;
  /** Lifelines shown, in their order. */
  readonly lifelines: readonly number[];
  /** Packets shown, in the order they leave. */
  readonly shown: readonly number[];
  /** By packet: where it leaves and where it ends; NaN where it is not shown, or has no end. */
  readonly leaves: Float64Array;
  readonly ends: Float64Array;
  /** By place in `shown`: the lowest end of all so far. */
  readonly reach: Float64Array;
  /** By stop. */
  readonly stops: Float64Array;
  /** Indexes into the notes, and where they stand. */
  readonly notes: readonly { readonly note: number; readonly y: number }[];
  readonly gaps: readonly { readonly y: number; readonly ns: number }[];
}

interface Mark {
  readonly timeNs: number;
  /** At one time: ends, then what happens in its order. */
  readonly stop: number;
  readonly kind: "leave" | "end" | "note";
  readonly at: number;
}

/** Time that takes a pixel, so that the ways of packets (of `stream`, or all) are seen: by the median of the first ways, or of the pauses where nobody knows the ways. */
export function nsPerPixel({ packets }: Pick<PageData, "packets">, stream: number | null): number {
  const ways: number[] = [];
  const pauses: number[] = [];
  let before = -1;
  for (let packet = 0; packet < packets.count && ways.length < SCALE_PACKETS; packet++) {
    if (stream !== null && packets.streams[packet] !== stream) continue;
    const end = packets.endNs[packet];
    if (end !== null && end > packets.times[packet]) ways.push(end - packets.times[packet]);
    if (before >= 0 && pauses.length < SCALE_PACKETS)
      pauses.push(Math.max(0, packets.times[packet] - packets.times[before]));
    before = packet;
  }
  const sorted = (ways.length > 0 ? ways : pauses).sort((a, b) => a - b);
  return Math.max(1, (sorted[sorted.length >> 1] ?? 1) / WAY);
}

/** The layout of all packets, or where `stream` is not null of its packets alone. */
export function layOut(data: PageData, zoom: number, stream: number | null): LadderLayout {
  const { packets, notes, stops } = data;
  const perPixel = nsPerPixel(data, stream) / 2 ** zoom;
  const marks = marksOf(data, stream);
  const leaves = new Float64Array(packets.count).fill(Number.NaN);
  const ends = new Float64Array(packets.count).fill(Number.NaN);
  const shown: number[] = [];
  const noted: { note: number; y: number }[] = [];
  const gaps: { y: number; ns: number }[] = [];
  const stopYs = new Float64Array(stops.length).fill(RIM);
  const states = new Set<number>();
  let y = RIM;
  let wordsY = RIM - LINE;
  let timeNs = marks.length === 0 ? 0 : marks[0].timeNs;
  let stop = 0;
  for (const mark of marks) {
    for (; stop < stops.length && isBefore(stops[stop][0], stop, mark); stop++) stopYs[stop] = y;
    const idle = (mark.timeNs - timeNs) / perPixel;
    const lifeline = mark.kind === "note" ? notes[mark.at][1] : -1;
    const isBeside =
      mark.kind === "note" &&
      notes[mark.at][2] === "state" &&
      mark.timeNs === timeNs &&
      !states.has(lifeline);
    if (!isBeside) {
      if (idle > 2 * GAP_MAX) gaps.push({ y: y + GAP_MAX / 2 + 4, ns: mark.timeNs - timeNs });
      const before = y;
      y += Math.min(GAP_MAX, idle);
      if (mark.kind === "end") y = Math.max(y, mark.timeNs > timeNs ? before + END : before);
      else {
        // A second state at one time stands below the first.
        if (states.has(lifeline)) y = Math.max(y, before + LINE);
        y = Math.max(y, wordsY + LINE);
        wordsY = y;
      }
      if (y !== before) states.clear();
    }
    timeNs = mark.timeNs;
    if (mark.kind === "note") {
      if (notes[mark.at][2] === "state") states.add(lifeline);
      noted.push({ note: mark.at, y });
    } else if (mark.kind === "end") ends[mark.at] = y;
    else {
      leaves[mark.at] = y;
      shown.push(mark.at);
      if (packets.endNs[mark.at] === packets.times[mark.at]) ends[mark.at] = y;
    }
  }
  stopYs.fill(y, stop);
  return {
    height: y + RIM,
    lifelines: lifelinesOf(data, shown, noted, stream === null),
    shown,
    leaves,
    ends,
    reach: reachOf(shown, leaves, ends),
    stops: ownRows(data, stopYs, leaves, ends),
    notes: noted,
    gaps,
  };
}

function marksOf({ packets, notes, stops }: PageData, stream: number | null): Mark[] {
  const marks: Mark[] = [];
  for (let packet = 0; packet < packets.count; packet++) {
    if (stream !== null && packets.streams[packet] !== stream) continue;
    const timeNs = packets.times[packet];
    marks.push({ timeNs, stop: packets.stops[packet], kind: "leave", at: packet });
    const end = packets.endNs[packet];
    if (end !== null && end !== timeNs) marks.push({ timeNs: end, stop: -1, kind: "end", at: packet });
  }
  for (const [at, [stop]] of notes.entries()) marks.push({ timeNs: stops[stop][0], stop, kind: "note", at });
  return marks.sort((a, b) => a.timeNs - b.timeNs || a.stop - b.stop);
}

function isBefore(timeNs: number, stop: number, mark: Mark): boolean {
  return timeNs < mark.timeNs || (timeNs === mark.timeNs && stop < mark.stop);
}

/** Stops about a packet stand where it leaves or ends. */
function ownRows(
  { stops, packets }: PageData,
  ys: Float64Array,
  leaves: Float64Array,
  ends: Float64Array,
): Float64Array {
  for (const [stop, [timeNs, kind, packet]] of stops.entries()) {
    if (packet < 0) continue;
    const isEnd = kind !== "packet" && packets.endNs[packet] === timeNs;
    const y = isEnd ? ends[packet] : kind === "packet" ? leaves[packet] : Number.NaN;
    if (!Number.isNaN(y)) ys[stop] = y;
  }
  return ys;
}

function reachOf(shown: readonly number[], leaves: Float64Array, ends: Float64Array): Float64Array {
  const reach = new Float64Array(shown.length);
  let lowest = 0;
  for (const [i, packet] of shown.entries()) {
    lowest = Math.max(lowest, Number.isNaN(ends[packet]) ? leaves[packet] : ends[packet]);
    reach[i] = lowest;
  }
  return reach;
}

/** Lifelines that have something; all of them where everything is shown. */
function lifelinesOf(
  data: PageData,
  shown: readonly number[],
  noted: readonly { readonly note: number }[],
  all: boolean,
): number[] {
  if (all) return data.lifelines.map((_, i) => i);
  const used = new Set<number>();
  for (const packet of shown) used.add(data.packets.from[packet]).add(data.packets.to[packet]);
  for (const { note } of noted) if (data.notes[note][1] >= 0) used.add(data.notes[note][1]);
  return [...used].sort((a, b) => a - b);
}

/** Index of the first place in `shown` whose packet, or one before it, reaches to `y`. */
export function firstReaching(layout: LadderLayout, y: number): number {
  const { reach } = layout;
  let low = 0;
  let high = reach.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (reach[middle] >= y) high = middle;
    else low = middle + 1;
  }
  return low;
}
