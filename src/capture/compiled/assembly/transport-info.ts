// What Info of TCP segments and of UDP datagrams has alike: `print/transport-info.ts`.

import { decimal, text } from "./digits";

/** An arrow between blanks. */
const ARROW: usize = memory.data<u8>([32, 0xe2, 0x86, 0x92, 32, 0, 0, 0]);
const ARROW_LENGTH: u32 = 5;
const LENGTH_LABEL: usize = memory.data<u8>([32, 76, 101, 110, 61, 0, 0, 0]);

/** `40000 → 5004`. */
export function ports(at: usize, from: u32, to: u32): usize {
  return decimal(text(decimal(at, from), ARROW, ARROW_LENGTH), to);
}

/** ` Len=172`. */
export function lengthOf(at: usize, length: u32): usize {
  return decimal(text(at, LENGTH_LABEL, 5), length);
}
