// Words that Info says, and where they are put until the line gets to it. Some say the same of a message's last segment as its first one told:
// these are kept, each of them once.

import { COMMA_BLANK, text } from "./digits";

/** What Info says of the segment that is looked at, with some room. */
export const said: usize = memory.data(720);
export let saidLength: u32 = 0;
/** Whose words these are, as the Protocol column has it. */
export let saidBy: string = "";
const SAID_MAX: u32 = 640;

/** Places of texts that are kept: how long each is, and its bytes. 0 while none are kept. */
export let keptTexts: usize = 0;
const PLACES: u32 = 1024;
const PLACE_BYTES: u32 = 256;
const KEPT_MAX: u32 = 768;
let kept: u32 = 0;

export function sayNothing(): void {
  saidLength = 0;
}

export function sayAs(protocol: string): void {
  saidBy = protocol;
}

/** Says something more, behind a comma; false where it is too much. */
export function say(words: string): bool {
  let at = said + saidLength;
  if (saidLength + <u32>words.length > SAID_MAX) return false;
  if (saidLength > 0) {
    store<u16>(at, COMMA_BLANK);
    at += 2;
  }
  saidLength = <u32>(put(at, words) - said);
  return true;
}

/** What was said ends at `end`. */
export function saidTo(end: usize): void {
  saidLength = <u32>(end - said);
}

/** Writes words of ASCII, which are kept in sixteen bits a character. */
export function put(at: usize, words: string): usize {
  const from = changetype<usize>(words);
  const length = <usize>words.length;
  for (let i: usize = 0; i < length; i++) store<u8>(at + i, load<u8>(from + (i << 1)));
  return at + length;
}

/** The number, from 1 on, by which what was said is kept; 0 where it cannot be. */
export function keepSaid(): u32 {
  const length = saidLength;
  if (keptTexts == 0 || length > PLACE_BYTES - 12) return 0;
  let hash: u32 = length * 0x9e3779b1;
  for (let i: u32 = 0; i < length; i++) hash = (hash ^ load<u8>(said + i)) * 0x01000193;
  let place = (hash ^ (hash >>> 15)) & (PLACES - 1);
  while (true) {
    const at = keptTexts + place * PLACE_BYTES;
    const known = load<u32>(at);
    if (known == 0) break;
    if (known == length && memory.compare(at + 4, said, length) == 0) return place + 1;
    place = (place + 1) & (PLACES - 1);
  }
  if (kept == KEPT_MAX) return 0;
  kept++;
  const at = keptTexts + place * PLACE_BYTES;
  store<u32>(at, length);
  text(at + 4, said, length);
  return place + 1;
}

/** Says what is kept by `number` again. */
export function sayKept(number: u32): void {
  const at = keptTexts + (number - 1) * PLACE_BYTES;
  saidLength = load<u32>(at);
  text(said, at + 4, saidLength);
}
