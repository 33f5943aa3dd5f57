// A DNS message being shown, its names, and what the dns-packet library decodes of records' data. The library throws on bad data and reads
// past the end of a record when a length lies, so every call goes through a guard here.

import { createRequire } from "node:module";

import { getUint16 as u16 } from "../../wire/bytes.ts";
import { spelledOut } from "../spelled-out.ts";
import { utf8 } from "./protocol.ts";
import type { Dissection } from "./tree.ts";

/** The parts of dns-packet that its type declarations leave out. */
interface Codec {
  decode: { (buffer: Buffer, offset: number): unknown; bytes: number };
}
interface Library {
  record(type: string): Codec;
}

/** Loaded for the first record that wants it: that takes longer than reading a small capture, and most have none. */
let loaded: Library | null = null;

function library(): Library {
  return (loaded ??= createRequire(import.meta.url)("dns-packet") as Library);
}

/** One message being shown. */
export interface DnsMessage {
  readonly d: Dissection;
  /** Where it begins in the frame; offsets within `buffer` are relative to it. */
  readonly start: number;
  readonly buffer: Buffer;
  readonly protocol: "dns" | "mdns" | "llmnr";
  /** The Info column so far. */
  info: string;
}

/** Types of records that are more than a name or an address. */
export const RECORD_TYPE = {
  wks: 11,
  hinfo: 13,
  nxt: 30,
  srv: 33,
  naptr: 35,
  kx: 36,
  opt: 41,
  caa: 257,
} as const;

/** A name and the bytes it takes where it stands. */
export interface Name {
  /** As it is shown: damaged UTF-8 replaced, control characters spelled out; what is wrong with it in angle brackets. */
  readonly text: string;
  readonly length: number;
  /** Bytes of the name itself, dots between labels included. */
  readonly size: number;
  readonly labels: number;
}

/** Bytes of a name in all, its last dot and its length left out (RFC 1035 2.3.4). */
export const NAME_MAX = 253;
const DOT = 46;
/** Two bits that say what a label's first byte is: the rest of the name elsewhere (RFC 1035 4.1.4), or a type of labels (RFC 6891 5). */
const POINTER = 0xc0;
const EXTENDED = 0x40;
/** Extended labels of bits (RFC 2673), which nobody ever sent. */
const BIT_STRING = 0x41;

/** The name at `at`; null where it is not all there. */
export function nameAt(message: Uint8Array, at: number): Name | null {
  const parts: number[] = [];
  let size = 0;
  let from = at;
  let length = 0;
  // Each turn passes over bytes of the message: more of them than it has, and pointers go in circles.
  for (let passed = 0; ;) {
    if (from >= message.length) return null;
    const first = message[from];
    const isHere = length === 0;
    if (first === 0) {
      if (isHere) length = from + 1 - at;
      break;
    }
    switch (first & POINTER) {
      case 0:
        if (from + 1 + first > message.length) return null;
        if (size > 0) size++;
        if (size > 1 && size <= NAME_MAX) parts.push(DOT);
        for (let i = 1; i <= first && size + i <= NAME_MAX; i++) parts.push(message[from + i]);
        size += first;
        from += 1 + first;
        passed += 1 + first;
        break;
      case POINTER:
        if (from + 2 > message.length) return null;
        if (isHere) length = from + 2 - at;
        from = u16(message, from) & 0x3fff;
        passed += 2;
        if (passed > message.length) return wrongName("<Name contains a pointer that loops>", length);
        break;
      case EXTENDED:
        // A name of nothing else is none, and none is pointed at.
        if (first === BIT_STRING || size === 0 || !isHere) return null;
        return wrongName("<Unknown extended label>", from + 1 - at);
      default:
        return null;
    }
  }
  if (size === 0) return { text: "<Root>", length, size: "<Root>".length, labels: 0 };
  if (size > NAME_MAX) return wrongName("<Name too long>", length);
  const labels = parts.reduce((dots, byte) => dots + (byte === DOT ? 1 : 0), 1);
  return { text: spelledOut(utf8(Uint8Array.from(parts), 0, size)), length, size, labels };
}

function wrongName(text: string, length: number): Name {
  return { text, length, size: text.length, labels: 1 };
}

/** dns-packet's decoding of record data whose length field is at `at`; null when it is damaged or not what it says. */
export function dataAt(buffer: Buffer, at: number, type: string): unknown {
  try {
    return library()
      .record(type)
      .decode(buffer.subarray(0, at + 2 + u16(buffer, at)), at);
  } catch {
    return null;
  }
}
