// Numbers and short texts put into bytes at a place: each function answers the place behind what it wrote, and may overwrite up to seven
// bytes behind it. `print/digits.ts` does the same.

/** A comma and a blank behind it. */
export const COMMA_BLANK: u16 = 0x202c;

const ZEROS: u32 = 0x30303030;
const HEX: usize = memory.data<u8>([48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 97, 98, 99, 100, 101, 102]);

/** A number. */
export function decimal(at: usize, value: u32): usize {
  if (value < 10_000) return leading(at, value);
  const above = value / 10_000;
  const rest = value - above * 10_000;
  if (above < 10_000) return four(leading(at, above), rest);
  const top = above / 10_000;
  return four(four(leading(at, top), above - top * 10_000), rest);
}

/** A number below 1,000,000,000 as nine digits. */
export function nine(at: usize, value: u32): usize {
  const high = value / 100_000_000;
  const rest = value - high * 100_000_000;
  store<u8>(at, <u8>(48 + high));
  const upper = rest / 10_000;
  return four(four(at + 1, upper), rest - upper * 10_000);
}

/** The four lowest hexadecimal digits of a number. */
export function hexFour(at: usize, value: u32): usize {
  store<u8>(at, load<u8>(HEX + ((value >> 12) & 15)));
  store<u8>(at, load<u8>(HEX + ((value >> 8) & 15)), 1);
  store<u8>(at, load<u8>(HEX + ((value >> 4) & 15)), 2);
  store<u8>(at, load<u8>(HEX + (value & 15)), 3);
  return at + 4;
}

/** `length` bytes of text, eight at a time. */
export function text(at: usize, from: usize, length: u32): usize {
  for (let i: usize = 0; i < <usize>length; i += 8) store<u64>(at + i, load<u64>(from + i));
  return at + length;
}

/** A number below 10,000 without zeros before it. */
function leading(at: usize, value: u32): usize {
  const digits = fourDigits(value);
  const zeros = ctz<u32>(digits | 0x01000000) >> 3;
  store<u32>(at, (digits | ZEROS) >> (zeros << 3));
  return at + 4 - zeros;
}

function four(at: usize, value: u32): usize {
  store<u32>(at, fourDigits(value) | ZEROS);
  return at + 4;
}

/** The four decimal digits of a number below 10,000, a byte each, the first in the lowest. */
function fourDigits(value: u32): u32 {
  const hundreds = (value * 5243) >> 19;
  const pairs = hundreds | ((value - hundreds * 100) << 16);
  const tens = ((pairs * 103) >> 10) & 0x000f000f;
  return tens | ((pairs - tens * 10) << 8);
}
