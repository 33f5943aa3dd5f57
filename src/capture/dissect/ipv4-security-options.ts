// Labels of secrecy in IPv4 options: RFC 791's and RFC 1108's, and those of the draft called CIPSO (FIPS 188).

import { addExpert } from "./expert.ts";
import { warn } from "./ipv4-option-body.ts";
import type { OptionBody } from "./ipv4-option-body.ts";
import { ascii, uint } from "./protocol.ts";
import type { Reading } from "./reading.ts";
import type { FlagBit } from "./reading.ts";
import { hexText } from "./tree.ts";
import type { DetailNode } from "./tree.ts";

/** RFC 791's levels, in the 11 bytes that its option always has. */
const LEVELS_791: ReadonlyMap<number, string> = new Map([
  [0x0000, "Unclassified"],
  [0xf135, "Confidential"],
  [0x789a, "EFTO"],
  [0xbc4d, "MMMM"],
  [0x5e26, "PROG"],
  [0xaf13, "Restricted"],
  [0xd788, "Secret"],
  [0x6bc5, "Top secret"],
  [0x35e2, "Reserved"],
  [0x9af1, "Reserved"],
  [0x4d78, "Reserved"],
  [0x24bd, "Reserved"],
  [0x135e, "Reserved"],
  [0x89af, "Reserved"],
  [0xc4d6, "Reserved"],
  [0xe26b, "Reserved"],
]);
const LENGTH_791 = 11;

/** RFC 1108's levels. */
const LEVELS_1108: ReadonlyMap<number, string> = new Map([
  [0x01, "Reserved 4"],
  [0x3d, "Top secret"],
  [0x5a, "Secret"],
  [0x96, "Confidential"],
  [0x66, "Reserved 3"],
  [0xcc, "Reserved 2"],
  [0xab, "Unclassified"],
  [0xf1, "Reserved 1"],
]);

const PROTECTED = [
  "Datagram protected in accordance with its rules",
  "Datagram not protected in accordance with its rules",
] as const;

const AUTHORITIES: readonly FlagBit[] = [
  { mask: 0x80, field: "ip.opt.sec_prot_auth_genser", name: "GENSER", words: PROTECTED },
  { mask: 0x40, field: "ip.opt.sec_prot_auth_siop_esi", name: "SIOP-ESI", words: PROTECTED },
  { mask: 0x20, field: "ip.opt.sec_prot_auth_sci", name: "SCI", words: PROTECTED },
  { mask: 0x10, field: "ip.opt.sec_prot_auth_nsa", name: "NSA", words: PROTECTED },
  { mask: 0x08, field: "ip.opt.sec_prot_auth_doe", name: "DOE", words: PROTECTED },
];

/** Set where another byte of authorities follows. */
const MORE: FlagBit = {
  mask: 0x01,
  field: "ip.opt.sec_prot_auth_fti",
  name: "Field Termination Indicator",
  words: ["Additional octet present", "Final octet"],
};

export function readSecurity({ reading, option, line }: OptionBody): void {
  if (option.length === LENGTH_791 && LEVELS_791.has(uint(option.data, 0, 2))) {
    readRfc791(reading);
    return;
  }
  const level = (value: number): string => `${LEVELS_1108.get(value) ?? "Unknown"} (${hexText(value, 2)})`;
  if (reading.uint("ip.opt.sec_cl", "Classification Level", 1, level) === null || reading.left === 0) return;
  const say = (summary: string): void =>
    warn(reading.d, line.children, "ip.opt.len.invalid", summary, line.start, line.length);
  let hasMore = readAuthorities(reading, AUTHORITIES, 0x06);
  while (hasMore && reading.left > 0) hasMore = readAuthorities(reading, [], 0xfe);
  if (hasMore) say("Field Termination Indicator set to 1 for last byte of option");
  if (reading.left > 0) say("Extraneous data in option");
}

function readRfc791(reading: Reading): void {
  const level = (value: number): string => `${LEVELS_791.get(value)} (${hexText(value, 4)})`;
  reading.uint("ip.opt.sec_rfc791_sec", "Security", 2, level);
  reading.uint("ip.opt.sec_rfc791_comp", "Compartments", 2);
  readText(reading, "ip.opt.sec_rfc791_hr", "Handling Restrictions", 2);
  readText(reading, "ip.opt.sec_rfc791_tcc", "Transmission Control Code", 3);
}

function readText(reading: Reading, field: string, name: string, size: number): void {
  const { d, at } = reading;
  const text = ascii(d.bytes, at, at + size).replace(/\0.*$/s, "");
  d.add(reading.out, field, `${name}: ${text}`, at, size, text);
  reading.skip(size);
}

/** A byte of authorities, of which the bits of `free` are nobody's. True where another one is to follow. */
function readAuthorities(reading: Reading, authorities: readonly FlagBit[], free: number): boolean {
  const value = reading.peek(1) ?? 0;
  const set = [...authorities, MORE].filter(({ mask }) => (value & mask) !== 0).map(({ name }) => name);
  const label = `Protection Authority Flags: ${[hexText(value, 2), ...set].join(", ")}`;
  const digits = free > 0x0f ? 2 : 1;
  const below = (): void => {
    for (const authority of authorities) reading.flag(1, authority);
    const unassigned = (bits: number): string => hexText(bits, digits);
    reading.bits("ip.opt.sec_prot_auth_unassigned", "Unassigned", 1, free, unassigned);
    reading.flag(1, MORE);
    reading.skip(1);
  };
  reading.group("ip.opt.sec_prot_auth_flags", label, below, value);
  return (value & MORE.mask) !== 0;
}

export function readExtendedSecurity({ reading }: OptionBody): void {
  const field = "ip.opt.ext_sec_add_sec_info";
  const name = "Additional Security Info";
  reading.uint(`${field}_format_code`, `${name} Format Code`, 1, (code) => hexText(code, 2));
  if (reading.left > 0) reading.bytes(field, name, reading.left);
}

const TAGS: ReadonlyMap<number, string> = new Map([
  [0, "Padding"],
  [1, "Restrictive Category Bitmap"],
  [2, "Enumerated Categories"],
  [5, "Ranged Categories"],
  [6, "Permissive Categories"],
  [7, "Free Form"],
]);
/** Of tags with a level of their own: type, length, alignment, level. */
const TAG_HEAD = 4;
/** What an option has room for beside its own head. */
const TAG_MAX = 34;

export function readCommercialSecurity({ reading }: OptionBody): void {
  reading.uint("ip.cipso.doi", "DOI", 4);
  while (reading.left > 0 && readTag(reading));
}

/** False where what follows the tag cannot be told. */
function readTag(reading: Reading): boolean {
  const { d, at, end, left } = reading;
  const type = d.bytes[at];
  const size = left > 1 ? d.bytes[at + 1] : 1;
  const label = `Tag Type: ${TAGS.get(type) ?? "Unknown"} (${type})`;
  const line = d.add(reading.out, "ip.cipso.tag_type", label, at, 1, type);
  if (type === 0) {
    reading.skip(1);
    return true;
  }
  if (!TAGS.has(type)) {
    if (reading.has(2)) line.label += ` (${size} bytes)`;
    return false;
  }
  // Wireshark lets a tag end one byte behind its option, and then finds that byte missing.
  if (size < (type === 7 ? 2 : TAG_HEAD) || size > TAG_MAX || at + size - 1 > end) {
    addMalformedTag(reading, line);
    return false;
  }
  if (type >= 6) {
    reading.skip(2);
    addData(reading, size - 2);
  } else {
    reading.skip(3);
    reading.uint("ip.cipso.sensitivity_level", "Sensitivity Level", 1);
    if (size > TAG_HEAD && !reading.isBroken) readCategories(reading, type, size - TAG_HEAD);
  }
  return !reading.isBroken;
}

function addMalformedTag({ d, at }: Reading, line: DetailNode): void {
  const item = {
    severity: "Error",
    group: "Sequence",
    protocol: "IPv4",
    summary: "Malformed CIPSO tag",
  } as const;
  addExpert(d, line.children, "ip.cipso.malformed", item, at, 1);
}

function addData(reading: Reading, size: number): void {
  if (size > 0) reading.bytes("ip.cipso.tag_data", "Tag data", size);
  else
    reading.d.add(
      reading.out,
      "ip.cipso.tag_data",
      "Tag data: <MISSING>",
      reading.at,
      0,
      reading.d.bytes.subarray(0, 0),
    );
}

/** The categories in `size` bytes, as the tag has them: a bitmap, a list, or ranges. */
function readCategories(reading: Reading, type: number, size: number): void {
  const { d, at } = reading;
  const whole = type === 1 ? size : size - (size % 2);
  if (!reading.has(whole)) return;
  const categories: (number | string)[] = [];
  if (type === 1) {
    for (let bit = 0; bit < size * 8; bit++) {
      if ((d.bytes[at + (bit >> 3)] & (0x80 >> (bit & 7))) !== 0) categories.push(bit);
    }
  } else {
    for (let i = 0; i < whole; i += 2) categories.push(uint(d.bytes, at + i, 2));
  }
  const text = type === 5 ? ranges(categories) : categories.join(",");
  d.add(reading.out, "ip.cipso.categories", `Categories: ${text}`, at, whole, text);
  reading.skip(whole);
}

/** Ranges have their upper end first; the last one may leave out its lower end, 0. */
function ranges(ends: readonly (number | string)[]): string {
  const texts: string[] = [];
  for (let i = 0; i < ends.length; i += 2) {
    const [high, low] = [ends[i], ends[i + 1] ?? 0];
    texts.push(high === low ? `${high}` : `${high}-${low}`);
  }
  return texts.join(",");
}
