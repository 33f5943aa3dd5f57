// What Info says of the options of segments without data: those of SYNs, mostly.

import { be16, be32 } from "./bytes";
import { bytesAt } from "./conversations";
import { decimal } from "./digits";
import { put } from "./words";

const END: u32 = 0;
const NOP: u32 = 1;
const MSS: u32 = 2;
const WINDOW_SCALE: u32 = 3;
const SACK_PERMITTED: u32 = 4;
const TIMESTAMPS: u32 = 8;
const SHIFT_MAX: u32 = 14;

/** The options looked at last. */
let from: usize = 0;
let to: usize = 0;

/** Whether the options in [start, end) of packet `row` are those that most have, and sound. */
export function areUsual(row: u32, start: u32, end: u32): bool {
  from = bytesAt(row, start, end - start);
  to = from + end - start;
  if (from == 0) return false;
  for (let at = from; at < to;) {
    const kind = <u32>load<u8>(at);
    if (kind == END) return true;
    if (kind == NOP) {
      at++;
      continue;
    }
    const length = lengthOf(kind);
    if (length == 0 || at + length > to || load<u8>(at, 1) != length) return false;
    at += length;
  }
  return true;
}

/** The length of an option that is told here; 0 for any other. */
export function lengthOf(kind: u32): u32 {
  switch (kind) {
    case MSS:
      return 4;
    case WINDOW_SCALE:
      return 3;
    case SACK_PERMITTED:
      return 2;
    case TIMESTAMPS:
      return 10;
    default:
      return 0;
  }
}

/** Writes what those looked at last say. */
export function writeOptions(begin: usize): usize {
  let out = begin;
  for (let at = from; at < to;) {
    const kind = <u32>load<u8>(at);
    if (kind == END) break;
    if (kind == MSS) {
      out = decimal(put(out, " MSS="), be16(at + 2));
    } else if (kind == WINDOW_SCALE) {
      const shift = <u32>load<u8>(at, 2);
      out = decimal(put(out, " WS="), 1 << (shift < SHIFT_MAX ? shift : SHIFT_MAX));
    } else if (kind == SACK_PERMITTED) {
      out = put(out, " SACK_PERM");
    } else if (kind == TIMESTAMPS) {
      out = decimal(put(out, " TSval="), be32(at + 2));
      out = decimal(put(out, " TSecr="), be32(at + 6));
    }
    at += kind == NOP ? 1 : lengthOf(kind);
  }
  return out;
}
