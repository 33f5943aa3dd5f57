// What the analysis reads of a segment's options: how many bytes it says it got beyond its acknowledgment (SACK, RFC 2018),
// and whether a SYN opens fast (RFC 7413).

import { getUint16, getUint32 } from "../../wire/bytes.ts";
import { TCP_OPTION } from "../../wire/tcp-options.ts";

/** NOP, NOP, timestamps: what nearly every segment with options has. */
const TIMESTAMPS_ONLY = 0x0101080a;
const FAST_OPEN_MAGIC = 0xf989;
/** The other kind that experiments share (RFC 4727). */
const EXPERIMENT_1 = 253;
/** Selective negative acknowledgment (CCSDS 714.0-B-2), and its length. */
const SNACK = 21;
const SNACK_LENGTH = 6;
/** Bytes of a SACK block. */
const BLOCK = 8;

/** Whether the options of `bytes[start, end)` are two NOPs and timestamps. */
export function isOnlyTimestamps(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start === 12 && getUint32(bytes, start) === TIMESTAMPS_ONLY;
}

/** What `sackedBytes` answers of options that Wireshark gives up on. */
export const UNREADABLE = -1;

/**
 * Bytes in the blocks of the last SACK option among the TCP options of `bytes[start, end)`; 0 without any, and `UNREADABLE` for an option
 * that tells of more than it holds. `ack` is the acknowledgment number and `base` what edges count from, as both are shown.
 */
export function sackedBytes(
  bytes: Uint8Array,
  start: number,
  end: number,
  ack: number,
  base: number,
): number {
  let sum = 0;
  for (let at = nextOption(bytes, start, end); at !== -1; at = nextOption(bytes, at + bytes[at + 1], end)) {
    const kind = bytes[at];
    const length = bytes[at + 1];
    if (kind === SNACK && length === SNACK_LENGTH) return UNREADABLE;
    if (kind !== TCP_OPTION.sack) continue;
    if (length < 2 + BLOCK && tellsOfDuplicate(edgesBefore(bytes, start, at, base), ack)) return UNREADABLE;
    sum = 0;
    for (let edge = at + 2; edge + BLOCK <= at + length; edge += BLOCK) {
      sum += (getUint32(bytes, edge + 4) - getUint32(bytes, edge)) >>> 0;
    }
  }
  return sum >>> 0;
}

/** The edges of whole blocks in the SACK options of `bytes[start, end)`, left and right in turn. */
function edgesBefore(bytes: Uint8Array, start: number, end: number, base: number): number[] {
  const edges: number[] = [];
  for (let at = nextOption(bytes, start, end); at !== -1; at = nextOption(bytes, at + bytes[at + 1], end)) {
    if (bytes[at] === TCP_OPTION.sack) edges.push(...sackEdges(bytes, at, bytes[at + 1], base));
  }
  return edges;
}

/** The edges of whole blocks in the SACK option of `length` bytes at `at`, counted from `base`. */
export function sackEdges(bytes: Uint8Array, at: number, length: number, base: number): number[] {
  const edges: number[] = [];
  for (let block = at + 2; block + BLOCK <= at + length; block += BLOCK) {
    edges.push((getUint32(bytes, block) - base) >>> 0, (getUint32(bytes, block + 4) - base) >>> 0);
  }
  return edges;
}

/**
 * Whether the first block of `edges`, all of a header's so far, tells of data that came twice: it is acknowledged, or within the second
 * block (RFC 2883 section 4). Without a block, Wireshark takes edges of 0.
 */
export function tellsOfDuplicate(edges: readonly number[], ack: number): boolean {
  const right = edges[1] ?? 0;
  if (((right - ack) | 0) <= 0) return true;
  return edges.length >= 4 && ((edges[2] - right) | 0) < 0 && ((edges[3] - right) | 0) >= 0;
}

/** Whether a SYN's options hold fast open's cookie, under its number or as an experiment. A request for one has none. */
export function hasFastOpenCookie(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = nextOption(bytes, start, end); at !== -1; at = nextOption(bytes, at + bytes[at + 1], end)) {
    const kind = bytes[at];
    const length = bytes[at + 1];
    if (kind === TCP_OPTION.fastOpen && length > 2) return true;
    const isExperiment = kind === TCP_OPTION.experiment || kind === EXPERIMENT_1;
    if (isExperiment && length > 4 && getUint16(bytes, at + 2) === FAST_OPEN_MAGIC) return true;
  }
  return false;
}

/** Where the next option that has a length begins, from `at` on, or -1; it lies wholly before `end`. */
function nextOption(bytes: Uint8Array, at: number, end: number): number {
  while (at + 1 < end && bytes[at] === TCP_OPTION.noOperation) at++;
  if (at + 1 >= end || bytes[at] === TCP_OPTION.endOfList) return -1;
  const length = bytes[at + 1];
  return length < 2 || at + length > end ? -1 : at;
}
