// `analysis/segments.ts` for segments that are in order: the same lists of what nobody has acknowledged yet.

import { setWord, wordAt } from "./bytes";
import { unackedEntries, unackedEntriesMax, unackedLists } from "./places";

const NONE: u32 = 0;
/** Words of an entry, and of a list. Entry 0 stands for none, and holds the first free one and how many were ever used. */
const ENTRY: u32 = 4;
const SEQ: u32 = 0;
const END: u32 = 1;
const ROW: u32 = 2;
const NEXT: u32 = 3;
const FREE: u32 = 0;
const USED: u32 = 1;
const LIST: u32 = 4;
const HEAD: u32 = 0;
const TAIL: u32 = 1;
const COUNT: u32 = 2;
const UNORDERED: u32 = 3;

const SEGMENTS_MAX: u32 = 10_000;

/** Whether there is room for another segment without making some. */
export function hasRoom(): bool {
  return wordAt(unackedEntries, FREE) != NONE || wordAt(unackedEntries, USED) < unackedEntriesMax;
}

export function isEmpty(direction: u32): bool {
  return wordAt(unackedLists, direction * LIST + HEAD) == NONE;
}

/** Remembers [seq, end) of `row`, unless too many are remembered already. There is to be room. */
export function add(direction: u32, seq: u32, end: u32, row: u32): void {
  const list = unackedLists + ((<usize>(direction * LIST)) << 2);
  if (load<u32>(list, COUNT << 2) >= SEGMENTS_MAX) return;
  let entry = wordAt(unackedEntries, FREE);
  if (entry != NONE) {
    setWord(unackedEntries, FREE, wordAt(unackedEntries, entry * ENTRY + NEXT));
  } else {
    entry = wordAt(unackedEntries, USED);
    setWord(unackedEntries, USED, entry + 1);
  }
  const at = unackedEntries + ((<usize>(entry * ENTRY)) << 2);
  store<u32>(at, seq, SEQ << 2);
  store<u32>(at, end, END << 2);
  store<u32>(at, row, ROW << 2);
  store<u32>(at, NONE, NEXT << 2);
  if (load<u32>(list, HEAD << 2) == NONE) {
    store<u32>(list, entry, HEAD << 2);
    store<u32>(list, 0, UNORDERED << 2);
  } else {
    const tail = unackedEntries + ((<usize>(load<u32>(list, TAIL << 2) * ENTRY)) << 2);
    store<u32>(tail, entry, NEXT << 2);
    if (<i32>(seq - load<u32>(tail, END << 2)) < 0) store<u32>(list, 1, UNORDERED << 2);
  }
  store<u32>(list, entry, TAIL << 2);
  store<u32>(list, load<u32>(list, COUNT << 2) + 1, COUNT << 2);
}

/** Forgets what `ack` acknowledges and answers the row of the oldest segment that ends right there, plus one, or 0. */
export function acknowledge(direction: u32, ack: u32): u32 {
  const list = unackedLists + ((<usize>(direction * LIST)) << 2);
  let entry = load<u32>(list, HEAD << 2);
  if (entry == NONE) return 0;
  const isOrdered = load<u32>(list, UNORDERED << 2) == 0;
  let exact: u32 = 0;
  let before: u32 = NONE;
  let isUnordered: u32 = 0;
  while (entry != NONE) {
    const at = unackedEntries + ((<usize>(entry * ENTRY)) << 2);
    const next = load<u32>(at, NEXT << 2);
    const left = <i32>(load<u32>(at, END << 2) - ack);
    if (left > 0) {
      if (<i32>(ack - load<u32>(at, SEQ << 2)) > 0) store<u32>(at, ack, SEQ << 2);
      if (isOrdered) break;
      if (
        before != NONE &&
        <i32>(load<u32>(at, SEQ << 2) - wordAt(unackedEntries, before * ENTRY + END)) < 0
      ) {
        isUnordered = 1;
      }
      before = entry;
    } else {
      if (left == 0 && exact == 0) exact = load<u32>(at, ROW << 2) + 1;
      if (before == NONE) store<u32>(list, next, HEAD << 2);
      else setWord(unackedEntries, before * ENTRY + NEXT, next);
      if (next == NONE) store<u32>(list, before, TAIL << 2);
      store<u32>(list, load<u32>(list, COUNT << 2) - 1, COUNT << 2);
      store<u32>(at, wordAt(unackedEntries, FREE), NEXT << 2);
      setWord(unackedEntries, FREE, entry);
    }
    entry = next;
  }
  store<u32>(list, isUnordered, UNORDERED << 2);
  return exact;
}

/** Sequence numbers from the lowest unacknowledged one to the highest, both taken relative to `base`. */
export function span(direction: u32, base: u32): u32 {
  const list = unackedLists + ((<usize>(direction * LIST)) << 2);
  const head = load<u32>(list, HEAD << 2);
  if (head == NONE) return 0;
  const first = unackedEntries + ((<usize>(head * ENTRY)) << 2);
  let low = load<u32>(first, SEQ << 2) - base;
  if (load<u32>(list, UNORDERED << 2) == 0) {
    const end = wordAt(unackedEntries, load<u32>(list, TAIL << 2) * ENTRY + END) - base;
    if (low <= end && end - low < 0x80000000) return end - low;
  }
  let high = load<u32>(first, END << 2) - base;
  for (let entry = head; entry != NONE;) {
    const at = unackedEntries + ((<usize>(entry * ENTRY)) << 2);
    const from = load<u32>(at, SEQ << 2) - base;
    const to = load<u32>(at, END << 2) - base;
    if (from < low) low = from;
    if (to > high) high = to;
    entry = load<u32>(at, NEXT << 2);
  }
  return high - low;
}
