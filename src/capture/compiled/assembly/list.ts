// Columns of the packet list, as `print/text.ts` has them: with blanks around what is shorter than its column.

import { wordAt } from "./bytes";
import { decimal, nine } from "./digits";
import { nanoseconds, seconds } from "./places";

/** Digits behind the point of times since the first packet. */
export let timeDecimals: u32 = 0;

/** Characters that columns have at least. */
const NUMBER_WIDTH: u32 = 5;
const TIME_WIDTH: u32 = 10;
const ADDRESS_WIDTH: u32 = 12;
/** Sums of times since the first packet that are written here. */
const SINCE_MAX: f64 = 4294967295;
/** `→` in UTF-8. */
const ARROW: u32 = 0x9286e2;
const ARROW_LENGTH: usize = 3;
const BLANK: u8 = 32;
const POINT: u8 = 46;
const BILLION: u32 = 1_000_000_000;

/** The packet's number. */
export function listNumber(at: usize, row: u32): usize {
  return indented(at, decimal(at, row + 1), NUMBER_WIDTH);
}

/** The time of a packet of the second `epoch` since the first one, for which `isSinceFirst` holds. */
export function listTime(at: usize, row: u32, epoch: f64): usize {
  return indented(at, since(at, row, epoch), TIME_WIDTH);
}

/** The address whose text is in [at, end), as a column. */
export function listSource(at: usize, end: usize): usize {
  return indented(at, end, ADDRESS_WIDTH);
}

/** The same, its text at the column's beginning. */
export function listDestination(at: usize, end: usize): usize {
  let behind = end;
  for (; behind < at + ADDRESS_WIDTH; behind++) store<u8>(behind, BLANK);
  return behind;
}

export function arrow(at: usize): usize {
  store<u32>(at, ARROW);
  return at + ARROW_LENGTH;
}

/** Whether a packet of the second `epoch` came at the time of the first one, or later. */
export function isSinceFirst(row: u32, epoch: f64): bool {
  const whole = epoch - load<f64>(seconds);
  return whole > 0 ? whole < SINCE_MAX : whole == 0 && wordAt(nanoseconds, row) >= wordAt(nanoseconds, 0);
}

/** Writes how long after the first one a packet came. */
function since(at: usize, row: u32, epoch: f64): usize {
  let whole = <u32>(epoch - load<f64>(seconds));
  let rest = wordAt(nanoseconds, row) - wordAt(nanoseconds, 0);
  if (<i32>rest < 0) {
    rest += BILLION;
    whole--;
  }
  const point = decimal(at, whole);
  if (timeDecimals == 0) return point;
  store<u8>(point, POINT);
  // Cut, not rounded.
  nine(point + 1, rest);
  return point + 1 + timeDecimals;
}

/** Blanks before what is in [start, end), so that it has `width` characters at least; answers the place behind it. */
function indented(start: usize, end: usize, width: u32): usize {
  const length = <u32>(end - start);
  if (length >= width) return end;
  const missing = width - length;
  memory.copy(start + missing, start, length);
  for (let i: u32 = 0; i < missing; i++) store<u8>(start + i, BLANK);
  return end + missing;
}
