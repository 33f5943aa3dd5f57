// Messages of one direction of a stream that have begun and are not complete, the oldest first. Mostly there is one, or none: a chain of them is
// less than a list.

import type { Covered } from "./covered.ts";
import type { PduBuffer } from "./pdu-buffer.ts";

/** Messages that wait at a time in one direction. More come from hostile captures only; the oldest then gives way. */
const WAITING_MAX = 16;

/** A message that is not complete. */
export interface Waiting extends Covered {
  readonly pdu: number;
  readonly start: number;
  /** Length, or `PDU.more` or `PDU.untilEnd`. */
  need: number;
  /** What is to be looked at again; null where the length is known, or the end of the connection awaited. */
  buffer: PduBuffer | null;
  /** The one that began after it. */
  next: Waiting | null;
}

/** What has such messages. */
export interface Waits {
  /** The oldest. */
  waiting: Waiting | null;
}

/** Waits for `waiting`, which begins behind all others; for the oldest no more where there are too many. */
export function addWaiting(side: Waits, waiting: Waiting): void {
  let last = side.waiting;
  // Nearly always it is the only one.
  if (last === null) {
    side.waiting = waiting;
    return;
  }
  let count = 1;
  for (; last.next !== null; last = last.next) count++;
  last.next = waiting;
  if (count === WAITING_MAX) side.waiting = side.waiting?.next ?? null;
}

/** Waits for `waiting` no more. */
export function giveUp(side: Waits, waiting: Waiting): void {
  if (side.waiting === waiting) {
    side.waiting = waiting.next;
    return;
  }
  for (let one = side.waiting; one !== null; one = one.next)
    if (one.next === waiting) one.next = waiting.next;
}

/** The message that a segment beginning at `start` continues, or null. */
export function waitingAt(first: Waiting | null, start: number): Waiting | null {
  for (let one = first; one !== null; one = one.next) {
    const end = one.start + (one.need > 0 ? one.need : one.have + 1);
    if (start >= one.start && start < end) return one;
  }
  return null;
}
