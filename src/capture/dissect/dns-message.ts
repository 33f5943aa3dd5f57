// A DNS message being shown, and what the dns-packet library decodes of one: names and records' data. The library throws on bad data and
// reads past the end of a record when a length lies, so every call goes through a guard here.

import * as dnsPacket from "dns-packet";

import { getUint16 as u16 } from "../../wire/bytes.ts";
import type { Dissection } from "./tree.ts";

/** The parts of dns-packet that its type declarations leave out. */
interface Codec {
  decode: { (buffer: Buffer, offset: number): unknown; bytes: number };
}
const library = dnsPacket as unknown as { readonly name: Codec; record(type: string): Codec };

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
export const RECORD_TYPE = { srv: 33, opt: 41, caa: 257 } as const;

/** A name and the bytes it takes where it stands. */
export interface Name {
  readonly text: string;
  readonly length: number;
}

/** dns-packet's decoding of a name at `at`; null when it is damaged. */
export function nameAt(buffer: Buffer, at: number): Name | null {
  try {
    const text = library.name.decode(buffer, at) as string;
    return { text: text === "." ? "<Root>" : text, length: library.name.decode.bytes };
  } catch {
    return null;
  }
}

/** dns-packet's decoding of record data whose length field is at `at`; null when it is damaged or not what it says. */
export function dataAt(buffer: Buffer, at: number, type: string): unknown {
  try {
    return library.record(type).decode(buffer.subarray(0, at + 2 + u16(buffer, at)), at);
  } catch {
    return null;
  }
}
