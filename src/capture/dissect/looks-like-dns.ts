// DNS told by a datagram's bytes alone, on whatever port it is.

import { getUint16 } from "../../wire/bytes.ts";

const HEADER_LENGTH = 12;
const RESPONSE = 0x8000;
const OPCODE = 0x7800;
/** Answers, and records of the other two sections, that a message told so may have. */
const ANSWERS_MAX = 100;
const OTHERS_MAX = 10;

/** Whether [start, end) is DNS, as Wireshark sees it: a standard query with one question, or an answer to one, and more than a header. */
export function looksLikeDns(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start <= HEADER_LENGTH) return false;
  const flags = getUint16(bytes, start + 2);
  if ((flags & OPCODE) !== 0) return false;
  const questions = getUint16(bytes, start + 4);
  const answers = getUint16(bytes, start + 6);
  const authorities = getUint16(bytes, start + 8);
  if (getUint16(bytes, start + 10) > OTHERS_MAX) return false;
  if ((flags & RESPONSE) === 0) return questions === 1 && answers === 0 && authorities === 0;
  return questions <= 1 && answers <= ANSWERS_MAX && authorities <= OTHERS_MAX;
}
