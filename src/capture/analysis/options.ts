// What the analysis reads of a segment's options: how many bytes it says it got beyond its acknowledgment (SACK, RFC 2018),
// and whether a SYN opens fast (RFC 7413).

import { getUint16, getUint32 } from "../../wire/bytes.ts";
import { TCP_OPTION } from "../../wire/tcp-options.ts";

/** NOP, NOP, timestamps: what nearly every segment with options has. */
const TIMESTAMPS_ONLY = 0x0101080a;
const FAST_OPEN_MAGIC = 0xf989;

/** Whether the options of `bytes[start, end)` are two NOPs and timestamps. */
export function isOnlyTimestamps(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start === 12 && getUint32(bytes, start) === TIMESTAMPS_ONLY;
}

/** Bytes in the SACK blocks among the TCP options of `bytes[start, end)`; 0 without any. */
export function sackedBytes(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 10) return 0;
  const at = findOption(bytes, start, end, TCP_OPTION.sack);
  if (at === -1) return 0;
  let sum = 0;
  const stop = at + bytes[at + 1];
  for (let edge = at + 2; edge + 8 <= stop; edge += 8) {
    sum += (getUint32(bytes, edge + 4) - getUint32(bytes, edge)) >>> 0;
  }
  return sum >>> 0;
}

/** Whether a SYN's options hold fast open's cookie, under its number or as the experiment it was. A request for one has none. */
export function hasFastOpenCookie(bytes: Uint8Array, start: number, end: number): boolean {
  const at = findOption(bytes, start, end, TCP_OPTION.fastOpen);
  if (at !== -1) return bytes[at + 1] > 2;
  const other = findOption(bytes, start, end, TCP_OPTION.experiment);
  return other !== -1 && bytes[other + 1] > 4 && getUint16(bytes, other + 2) === FAST_OPEN_MAGIC;
}

/** Where the first option of `kind` begins, or -1; it lies wholly within [start, end). */
function findOption(bytes: Uint8Array, start: number, end: number, kind: number): number {
  let at = start;
  while (at + 1 < end) {
    const found = bytes[at];
    if (found === TCP_OPTION.endOfList) return -1;
    if (found === TCP_OPTION.noOperation) {
      at++;
      continue;
    }
    const length = bytes[at + 1];
    if (length < 2 || at + length > end) return -1;
    if (found === kind) return at;
    at += length;
  }
  return -1;
}
