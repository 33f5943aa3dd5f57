// A message read from front to back: each call adds a field and moves on. Once something is missing, everything after it is.

import { readIpv4, readIpv6, readMac } from "../../wire/address.ts";
import { bitsText } from "./bit-pictures.ts";
import { addBytes, latin1, uint } from "./protocol.ts";
import { bytesText, hexText } from "./tree.ts";
import type { DetailNode, Dissection, FieldValue } from "./tree.ts";

/** One bit of a field of flags. */
export interface FlagBit {
  readonly mask: number;
  readonly field: string;
  readonly name: string;
  /** What the bit's own line says: `["Yes", "No"]`; set and not set by default. */
  readonly words?: readonly [set: string, clear: string];
}

/** The little-endian number of `size` bytes at `at`: exact up to 6 bytes. */
export function littleUint(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let i = size - 1; i >= 0; i--) value = value * 256 + bytes[at + i];
  return value;
}

/** A number of eight bytes as a field's value: its digits where numbers do not hold it exactly. */
export function exactValue(value: bigint): number | string {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString();
}

const SET = ["Set", "Not set"] as const;

export class Reading {
  readonly d: Dissection;
  /** Where lines are added. */
  out: DetailNode[];
  at: number;
  readonly end: number;
  /** Set once something was missing: nothing more is read. */
  isBroken = false;
  readonly #what: string | null;

  /** Reads [at, end) of `d.bytes`; `what` is the message's name where a missing part makes the packet malformed, null where it does not. */
  constructor(d: Dissection, out: DetailNode[], at: number, end: number, what: string | null) {
    this.d = d;
    this.out = out;
    this.at = at;
    this.end = end;
    this.#what = what;
  }

  /** Bytes left that were captured; 0 once something was missing. */
  get left(): number {
    return this.isBroken ? 0 : Math.max(0, this.d.captured(this.end) - this.at);
  }

  /** Whether `size` more bytes are there. */
  has(size: number): boolean {
    if (this.isBroken) return false;
    if (this.at + size <= this.d.captured(this.end)) return true;
    this.isBroken = true;
    if (this.#what !== null) this.d.has(this.at, size, this.end, this.#what);
    return false;
  }

  /** Passes over `size` bytes. */
  skip(size: number): void {
    if (this.has(size)) this.at += size;
  }

  /** A big-endian number as `name: text`; null where it is not there. */
  uint(field: string, name: string, size: number, text: (value: number) => string = String): number | null {
    if (!this.has(size)) return null;
    const value = uint(this.d.bytes, this.at, size);
    this.d.add(this.out, field, () => `${name}: ${text(value)}`, this.at, size, value);
    this.at += size;
    return value;
  }

  /** The same of a little-endian number of at most 6 bytes. */
  little(field: string, name: string, size: number, text: (value: number) => string = String): number | null {
    if (!this.has(size)) return null;
    const value = littleUint(this.d.bytes, this.at, size);
    this.d.add(this.out, field, () => `${name}: ${text(value)}`, this.at, size, value);
    this.at += size;
    return value;
  }

  /** A big-endian number without a line: a number that says how to go on. */
  peek(size: number): number | null {
    return this.has(size) ? uint(this.d.bytes, this.at, size) : null;
  }

  /** Some bits of the next `size` bytes, which stay where they are. */
  bits(
    field: string,
    name: string,
    size: number,
    mask: number,
    text: (value: number) => string = String,
  ): void {
    if (!this.has(size)) return;
    const whole = uint(this.d.bytes, this.at, size);
    const value = ((whole & mask) >>> 0) >>> (31 - Math.clz32(mask & -mask));
    const label = (): string => `${bitsText(whole, mask, size * 8)} = ${name}: ${text(value)}`;
    this.d.add(this.out, field, label, this.at, size, value);
  }

  /** One of those bits as a flag. */
  flag(size: number, { mask, field, name, words = SET }: FlagBit): void {
    if (!this.has(size)) return;
    const whole = uint(this.d.bytes, this.at, size);
    const isSet = (whole & mask) !== 0;
    const label = (): string =>
      `${bitsText(whole, mask, size * 8)} = ${name}: ${isSet ? words[0] : words[1]}`;
    this.d.add(this.out, field, label, this.at, size, isSet);
  }

  /** A field of flags, those that are set by name, and a line a bit below it. */
  flags(field: string, name: string, size: number, flags: readonly FlagBit[]): number | null {
    if (!this.has(size)) return null;
    const value = uint(this.d.bytes, this.at, size);
    const set = flags.filter(({ mask }) => (value & mask) !== 0).map((flag) => flag.name);
    const label = `${name}: ${[hexText(value, size * 2), ...set].join(", ")}`;
    const outer = this.out;
    this.out = this.d.add(outer, field, label, this.at, size, value).children;
    for (const flag of flags) this.flag(size, flag);
    this.out = outer;
    this.at += size;
    return value;
  }

  /** Bytes as hexadecimal digits; null where they are not all there. */
  bytes(field: string, name: string, size: number): DetailNode | null {
    if (!this.has(size)) return null;
    const from = this.at;
    this.at += size;
    return addBytes(this.d, this.out, field, name, from, from + size);
  }

  /** Everything left, as bytes of no field: what is not read further. */
  rest(name: string): void {
    const { d, at, left } = this;
    if (left > 0) d.add(this.out, null, `${name}: ${bytesText(d.bytes, at, left)}`, at, left);
    this.at += left;
  }

  /** Text of single-byte characters, up to a zero byte. */
  text(field: string, name: string, size: number): string | null {
    if (!this.has(size)) return null;
    const text = latin1(this.d.bytes, this.at, this.at + size).replace(/\0.*$/s, "");
    this.d.add(this.out, field, () => `${name}: ${text}`, this.at, size, text);
    this.at += size;
    return text;
  }

  ipv4(field: string, name: string, more = ""): string | null {
    if (!this.has(4)) return null;
    const address = readIpv4(this.d.bytes, this.at);
    this.d.add(this.out, field, `${name}: ${address}${more}`, this.at, 4, address);
    this.at += 4;
    return address;
  }

  mac(field: string, name: string): string | null {
    if (!this.has(6)) return null;
    const address = readMac(this.d.bytes, this.at);
    this.d.add(this.out, field, `${name}: ${address}`, this.at, 6, address);
    this.at += 6;
    return address;
  }

  ipv6(field: string, name: string): string | null {
    if (!this.has(16)) return null;
    const address = readIpv6(this.d.bytes, this.at);
    this.d.add(this.out, field, `${name}: ${address}`, this.at, 16, address);
    this.at += 16;
    return address;
  }

  /** A line with what `body` reads below it; it ends where that ends. */
  group(
    field: string | null,
    label: string,
    body: (node: DetailNode) => void,
    value: FieldValue | null = null,
  ): void {
    const outer = this.out;
    const from = this.at;
    const node = this.d.add(outer, field, label, from, 0, value);
    this.out = node.children;
    body(node);
    this.out = outer;
    if (!this.d.isForColumns) node.length = Math.max(0, this.d.captured(Math.min(this.at, this.end)) - from);
  }
}
