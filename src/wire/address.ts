// Addresses between text and bytes: IPv4, IPv6 (RFC 4291, printed as RFC 5952 wants) and Ethernet.

import { getUint16, getUint32, setUint16, setUint32 } from "./bytes.ts";
import { HEX_PAIRS } from "./hex.ts";

const IPV4_OCTET = /^(?:0|[1-9]\d{0,2})$/;
const IPV6_GROUP = /^[0-9a-fA-F]{1,4}$/;
const COLON = 58;
const DOT = 46;
const MAC_PAIR = /^[0-9a-fA-F]{2}$/;

/** The big-endian word of a dotted quad, or null when `text` is none. Leading zeros are refused: some read them as octal. */
export function parseIpv4(text: string): number | null {
  const parts = text.split(".");
  if (parts.length !== 4) return null;
  let word = 0;
  for (const part of parts) {
    if (!IPV4_OCTET.test(part)) return null;
    const octet = Number(part);
    if (octet > 255) return null;
    word = word * 256 + octet;
  }
  return word;
}

/** Dotted quad of a big-endian word. */
export function formatIpv4(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}

/** Dotted quad of the four bytes at `at`. */
export function readIpv4(bytes: Uint8Array, at: number): string {
  return formatIpv4(getUint32(bytes, at));
}

/** Writes the address at `at`. Throws RangeError for a text that is no IPv4 address. */
export function writeIpv4(bytes: Uint8Array, at: number, text: string): void {
  const word = parseIpv4(text);
  if (word === null) throw new RangeError(`not an IPv4 address: ${text}`);
  setUint32(bytes, at, word);
}

/** The sixteen bytes of an IPv6 address, or null when `text` is none. Zone ids are not part of an address and refused. */
export function parseIpv6(text: string): Uint8Array | null {
  if (text.length > 45) return null;
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const head = groupsOf(halves[0], halves.length === 1);
  const tail = halves.length === 2 ? groupsOf(halves[1], true) : [];
  if (head === null || tail === null) return null;
  const given = head.length + tail.length;
  if (halves.length === 1 ? given !== 8 : given > 7) return null;
  const bytes = new Uint8Array(16);
  for (const [index, group] of head.entries()) setUint16(bytes, index * 2, group);
  for (const [index, group] of tail.entries()) setUint16(bytes, 16 - (tail.length - index) * 2, group);
  return bytes;
}

/** 16-bit groups of one side of `::`; `last` allows a dotted quad at the end. */
function groupsOf(text: string, last: boolean): number[] | null {
  if (text === "") return [];
  const parts = text.split(":");
  const groups: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (IPV6_GROUP.test(part)) {
      groups.push(Number.parseInt(part, 16));
      continue;
    }
    const word = last && index === parts.length - 1 ? parseIpv4(part) : null;
    if (word === null) return null;
    groups.push(word >>> 16, word & 0xffff);
  }
  return groups;
}

/**
 * Text of the sixteen bytes at `at`, by RFC 5952: lower case, no leading zeros, the first longest run of two or more zero
 * groups as `::`. Addresses of ::ffff:0:0/96 and ::/96 end in a dotted quad, as inet_ntop and Wireshark print them.
 */
export function readIpv6(bytes: Uint8Array, at: number): string {
  let runStart = -1;
  let runLength = 1;
  for (let group = 0; group < 8;) {
    if (getUint16(bytes, at + group * 2) !== 0) {
      group++;
      continue;
    }
    let stop = group + 1;
    while (stop < 8 && getUint16(bytes, at + stop * 2) === 0) stop++;
    if (stop - group > runLength) {
      runStart = group;
      runLength = stop - group;
    }
    group = stop;
  }
  const mapped = runLength === 5 && getUint16(bytes, at + 10) === 0xffff;
  if (runStart === 0 && (runLength === 6 || mapped)) {
    return `${mapped ? "::ffff:" : "::"}${readIpv4(bytes, at + 12)}`;
  }
  const head = hexGroups(bytes, at, 0, runStart === -1 ? 8 : runStart);
  return runStart === -1 ? head : `${head}::${hexGroups(bytes, at, runStart + runLength, 8)}`;
}

function hexGroups(bytes: Uint8Array, at: number, from: number, to: number): string {
  let text = "";
  for (let group = from; group < to; group++) {
    text += (group === from ? "" : ":") + getUint16(bytes, at + group * 2).toString(16);
  }
  return text;
}

/** Writes the address at `at`. Throws RangeError for a text that is no IPv6 address. */
export function writeIpv6(bytes: Uint8Array, at: number, text: string): void {
  const parsed = parseIpv6(text);
  if (parsed === null) throw new RangeError(`not an IPv6 address: ${text}`);
  bytes.set(parsed, at);
}

/** `::ffff:a.b.c.d` of a dotted quad: how a dual-stack socket shows an IPv4 peer. */
export function mapIpv4(text: string): string {
  return `::ffff:${text}`;
}

/** The dotted quad inside an IPv4-mapped IPv6 address in any spelling, or null for any other address. */
export function unmapIpv4(text: string): string | null {
  const bytes = parseIpv6(text);
  if (bytes === null) return null;
  for (let i = 0; i < 10; i++) if (bytes[i] !== 0) return null;
  return getUint16(bytes, 10) === 0xffff ? readIpv4(bytes, 12) : null;
}

/** Whether the address `text` is an IPv6 one rather than an IPv4 one: a colon comes soon in all of them, before any dot. Asked of every packet. */
export function isIpv6(text: string): boolean {
  for (let at = 0; at < 5; at++) {
    const char = text.charCodeAt(at);
    if (char === COLON) return true;
    if (char === DOT) return false;
  }
  return false;
}

/** Canonical text of an IP address in any spelling, or null when it is none. */
export function canonicalIp(text: string): string | null {
  if (!text.includes(":")) {
    const word = parseIpv4(text);
    return word === null ? null : formatIpv4(word);
  }
  const bytes = parseIpv6(text);
  return bytes === null ? null : readIpv6(bytes, 0);
}

/** The six bytes at `at` as `00:11:22:aa:bb:cc`. */
export function readMac(bytes: Uint8Array, at: number): string {
  let text = "";
  for (let i = 0; i < 6; i++) {
    text += (i === 0 ? "" : ":") + HEX_PAIRS[bytes[at + i]];
  }
  return text;
}

/** The six bytes of `00:11:22:aa:bb:cc`, or null when `text` is no such address. */
export function parseMac(text: string): Uint8Array | null {
  const pairs = text.split(":");
  if (pairs.length !== 6 || !pairs.every((pair) => MAC_PAIR.test(pair))) return null;
  return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
}

/** Writes the address at `at`. Throws RangeError for a text that is no MAC address. */
export function writeMac(bytes: Uint8Array, at: number, text: string): void {
  const parsed = parseMac(text);
  if (parsed === null) throw new RangeError(`not an Ethernet address: ${text}`);
  bytes.set(parsed, at);
}
