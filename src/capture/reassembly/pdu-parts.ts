// Where a message's bytes are among the segments of its stream, and the message put together of them.

import { NO_PDU } from "./pdu-table.ts";
import type { PduTable } from "./pdu-table.ts";

/** What segment `row` adds to a message: `length` bytes at `offset`, behind `skipped` bytes of its payload. */
export interface PduPart {
  readonly row: number;
  readonly offset: number;
  readonly length: number;
  readonly skipped: number;
}

/** The segments of a stream. */
export interface Segments {
  readonly table: PduTable;
  /** Bytes on the wire of a segment's payload. */
  payloadLength(row: number): number;
  /** The row after `row` in the run that is segment `index`; -1 where it is the last. */
  nextInRun(index: number, row: number): number;
  /** What was captured of a payload, not to be kept. */
  payload(row: number): Uint8Array;
}

/** What each segment adds to the first `max` bytes of complete message `pdu`, in the stream's order. */
export function partsOf(segments: Segments, pdu: number, max: number): PduPart[] {
  const { table } = segments;
  const start = table.start(pdu);
  const length = table.length(pdu);
  const last = table.lastRow(pdu);
  const parts: PduPart[] = [];
  for (let index = table.find(table.firstRow(pdu)); index >= 0 && index < table.rowCount; index++) {
    const row = table.row(index);
    if (row > last) break;
    if (row !== table.firstRow(pdu) && table.continued(index) !== pdu) continue;
    let from = table.rowStart(index) - start;
    for (let at = row; at !== -1; at = segments.nextInRun(index, at)) {
      const offset = Math.max(0, from);
      if (offset >= max) break;
      const own = segments.payloadLength(at);
      const size = Math.min(length, from + own) - offset;
      // A connection's end completes what lasts until then, with no bytes of its own.
      if (size > 0 || at === last)
        parts.push({ row: at, offset, length: Math.max(0, size), skipped: offset - from });
      from += own;
    }
  }
  return parts.sort((one, other) => one.offset - other.offset);
}

const NOTHING = new Uint8Array(0);

/** Message `pdu` put together from its segments, at most its first `max` bytes; nothing while it is not complete. */
export function messageOf(segments: Segments, pdu: number, max: number): Uint8Array {
  const { table } = segments;
  if (pdu === NO_PDU || table.lastRow(pdu) === -1) return NOTHING;
  const bytes = new Uint8Array(Math.min(max, table.length(pdu)));
  let have = 0;
  for (const part of partsOf(segments, pdu, bytes.length)) {
    const payload = segments.payload(part.row);
    const from = part.skipped;
    bytes.set(payload.subarray(from, from + Math.min(part.length, bytes.length - part.offset)), part.offset);
    have = Math.max(have, part.offset + Math.min(part.length, payload.length - from));
  }
  return have >= bytes.length ? bytes : bytes.subarray(0, have);
}
