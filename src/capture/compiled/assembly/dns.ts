// `dissect/dns-columns.ts`: what Info says of the DNS messages that most are, questions and answers of addresses and aliases.

import { be16 } from "./bytes";
import { decimal, hexFour, text } from "./digits";

/** What types of records, kinds of queries and kinds of answers are called, as `compiled/datagrams.ts` puts them down. */
export let dnsTypes: usize = 0;
export let dnsTypesMax: u32 = 0;
export let dnsOpcodes: usize = 0;
export let dnsRcodes: usize = 0;

/** Bytes of a name there, the last of which is its length; 0 where there is none. */
const NAME_BYTES: usize = 32;
const NAME_LENGTH: usize = 31;

const HEADER_LENGTH: u32 = 12;
const RESPONSE: u32 = 0x8000;
const ENTRIES_MAX: u32 = 64;
const LABELS_MAX: u32 = 128;
const NAME_MAX: usize = 253;
const TYPE_A: u32 = 1;
const TYPE_CNAME: u32 = 5;
const TYPE_OPT: u32 = 41;

const BLANK: u8 = 32;
const DOT: u8 = 0x2e;
const HYPHEN: u8 = 0x2d;
const DELETE: u8 = 0x7f;

/** ` response`, ` 0x`, ` OPT`, ` A `, ` CNAME ` and `<Root>`. */
const RESPONSE_LABEL: usize = memory.data<u8>([
  32, 114, 101, 115, 112, 111, 110, 115, 101, 0, 0, 0, 0, 0, 0, 0,
]);
const ID_LABEL: usize = memory.data<u8>([32, 48, 120, 0, 0, 0, 0, 0]);
const OPT_LABEL: usize = memory.data<u8>([32, 79, 80, 84, 0, 0, 0, 0]);
const ADDRESS_LABEL: usize = memory.data<u8>([32, 65, 32, 0, 0, 0, 0, 0]);
const ALIAS_LABEL: usize = memory.data<u8>([32, 67, 78, 65, 77, 69, 32, 0]);
const ROOT: usize = memory.data<u8>([60, 82, 111, 111, 116, 62, 0, 0]);

/** What is said of the message read last. One that might not fit, by what an entry takes at most, is left. */
const TEXT_BYTES: usize = 1920;
const ENTRY_BYTES: usize = 320;
export const dnsText: usize = memory.data(1920, 8);

/** The message, how far it has been read, and how far its text has got. */
let start: usize = 0;
let end: usize = 0;
let at: usize = 0;
let put: usize = 0;

/** Puts what Info says of the message in [from, to) at `dnsText`; answers how many bytes that is, 0 for a message that is left. */
export function readDns(from: usize, to: usize): u32 {
  if (to - from < HEADER_LENGTH) return 0;
  start = from;
  end = to;
  at = from + HEADER_LENGTH;
  put = dnsText;
  const flags = be16(from + 2);
  const questions = be16(from + 4);
  const entries = questions + be16(from + 6) + be16(from + 8) + be16(from + 10);
  if (entries > ENTRIES_MAX) return 0;
  if (!putName(dnsOpcodes, (flags >> 11) & 15)) return 0;
  if ((flags & RESPONSE) != 0) put = text(put, RESPONSE_LABEL, 9);
  put = hexFour(text(put, ID_LABEL, 3), be16(from));
  if ((flags & RESPONSE) != 0 && (flags & 15) != 0) {
    putBlank();
    if (!putName(dnsRcodes, flags & 15)) return 0;
  }
  for (let i: u32 = 0; i < entries; i++) {
    if (put > dnsText + TEXT_BYTES - ENTRY_BYTES) return 0;
    if (!(i < questions ? question() : record())) return 0;
  }
  return <u32>(put - dnsText);
}

function question(): bool {
  // Its type stands behind the name and is said before it.
  const type = behindName();
  if (type + 4 > end) return false;
  const number = be16(type);
  if (number >= dnsTypesMax) return false;
  putBlank();
  if (!putName(dnsTypes, number)) return false;
  putBlank();
  if (!name()) return false;
  at = type + 4;
  return true;
}

function record(): bool {
  const before = put;
  if (!name()) return false;
  put = before;
  const data = at + 10;
  if (data > end) return false;
  const type = be16(data - 10);
  const length = be16(data - 2);
  const behind = data + length;
  if (behind > end) return false;
  at = behind;
  if (type == TYPE_OPT) {
    put = text(put, OPT_LABEL, 4);
    return true;
  }
  if (type == TYPE_A) {
    if (length != 4) return false;
    put = text(put, ADDRESS_LABEL, 3);
    for (let i: usize = 0; i < 4; i++) {
      if (i > 0) putDot();
      put = decimal(put, load<u8>(data + i));
    }
    return true;
  }
  if (type != TYPE_CNAME) return false;
  at = data;
  put = text(put, ALIAS_LABEL, 7);
  return name() && at == behind;
}

/** Where the name ends that begins where reading has got to; beyond the message's end for one that is cut. */
function behindName(): usize {
  let label = at;
  while (label < end) {
    const length = <usize>load<u8>(label);
    if (length >= 0xc0) return label + 2;
    label += 1 + length;
    if (length == 0) return label;
  }
  return end + 1;
}

/** Puts down the name that begins where reading has got to, and reads on behind it; false for one that is left. */
function name(): bool {
  const begin = put;
  let label = at;
  let isHere = true;
  for (let i: u32 = 0; i < LABELS_MAX && label < end; i++) {
    const length = <usize>load<u8>(label);
    if (length >= 0xc0) {
      if (label + 2 > end) return false;
      if (isHere) at = label + 2;
      isHere = false;
      const to = start + (be16(label) & 0x3fff);
      // A name points back; what does not may go round in circles.
      if (to >= label) return false;
      label = to;
      continue;
    }
    if (length == 0) {
      if (isHere) at = label + 1;
      if (put == begin) put = text(put, ROOT, 6);
      return true;
    }
    const from = label + 1;
    label = from + length;
    if (length > 63 || label > end) return false;
    if (put > begin) putDot();
    if (put - begin + length > NAME_MAX) return false;
    for (let k = from; k < label; k++) {
      const sign = load<u8>(k);
      if ((sign <= DOT && sign != HYPHEN) || sign >= DELETE) return false;
      store<u8>(put, sign);
      put++;
    }
  }
  return false;
}

/** Puts down name `index` of `names`; false where there is none. */
function putName(names: usize, index: u32): bool {
  const from = names + <usize>index * NAME_BYTES;
  const length = <u32>load<u8>(from, NAME_LENGTH);
  put = text(put, from, length);
  return length != 0;
}

function putBlank(): void {
  store<u8>(put, BLANK);
  put++;
}

function putDot(): void {
  store<u8>(put, DOT);
  put++;
}
