// What the packet list says of the DNS messages that most are: questions, and answers of addresses and aliases, their names of plain
// ASCII. Read without making lines, which `dissectDns` does of these and of all others, in the same words.

import { formatIpv4 } from "../../wire/address.ts";
import { getUint16 as u16, getUint32 as u32 } from "../../wire/bytes.ts";
import { NAME_MAX } from "./dns-message.ts";
import { opcodeName, rcodeName, typeName } from "./dns-names.ts";
import { latin1 } from "./protocol.ts";
import type { Columns } from "./protocol.ts";

const HEADER_LENGTH = 12;
/** Questions and records of one message; more are left to `dissectDns`. */
const ENTRIES_MAX = 64;
/** Labels and jumps of one name. */
const LABELS_MAX = 128;
const TYPE = { a: 1, cname: 5, opt: 41 } as const;

/** The columns of the message in [start, end), or null where only dissection can tell. */
export function dnsColumns(bytes: Uint8Array, start: number, end: number): Columns | null {
  if (end > bytes.length || end - start < HEADER_LENGTH) return null;
  const reading = new Reading(bytes, start, end);
  const info = reading.info();
  return info === null ? null : { protocol: "DNS", info, separator: "", lead: "" };
}

/** The name being read. */
const name = new Uint8Array(NAME_MAX + 64);

/** A message being read; what cannot be read makes it null. */
class Reading {
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #end: number;
  /** Behind what has been read. */
  #at: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    this.#at = start + HEADER_LENGTH;
  }

  info(): string | null {
    const bytes = this.#bytes;
    const start = this.#start;
    const flags = u16(bytes, start + 2);
    const isResponse = flags >= 0x8000;
    const questions = u16(bytes, start + 4);
    const records = u16(bytes, start + 6) + u16(bytes, start + 8) + u16(bytes, start + 10);
    if (questions + records > ENTRIES_MAX) return null;
    const id = u16(bytes, start).toString(16).padStart(4, "0");
    let info = `${opcodeName((flags >> 11) & 15)}${isResponse ? " response" : ""} 0x${id}`;
    if (isResponse && (flags & 15) !== 0) info += ` ${rcodeName(flags & 15)}`;
    for (let i = 0; i < questions + records; i++) {
      const entry = i < questions ? this.#question() : this.#record();
      if (entry === null) return null;
      info += entry;
    }
    return info;
  }

  #question(): string | null {
    const name = this.#name();
    const at = this.#at;
    this.#at = at + 4;
    return name === null || this.#at > this.#end ? null : ` ${typeName(u16(this.#bytes, at))} ${name}`;
  }

  #record(): string | null {
    const bytes = this.#bytes;
    const name = this.#name();
    const data = this.#at + 10;
    if (name === null || data > this.#end) return null;
    const type = u16(bytes, data - 10);
    const length = u16(bytes, data - 2);
    const end = data + length;
    if (end > this.#end) return null;
    this.#at = end;
    if (type === TYPE.opt) return " OPT";
    if (type === TYPE.a) return length === 4 ? ` A ${formatIpv4(u32(bytes, data))}` : null;
    if (type !== TYPE.cname) return null;
    this.#at = data;
    const alias = this.#name();
    return alias === null || this.#at !== end ? null : ` CNAME ${alias}`;
  }

  /** The name that begins where reading has got to (RFC 1035 4.1.4). */
  #name(): string | null {
    const bytes = this.#bytes;
    let size = 0;
    let at = this.#at;
    let isHere = true;
    for (let i = 0; i < LABELS_MAX && at < this.#end; i++) {
      const length = bytes[at];
      if (length >= 0xc0) {
        if (at + 2 > this.#end) return null;
        if (isHere) this.#at = at + 2;
        isHere = false;
        const to = this.#start + (u16(bytes, at) & 0x3fff);
        // A name points back; what does not may go round in circles.
        if (to >= at) return null;
        at = to;
        continue;
      }
      if (length === 0) {
        if (isHere) this.#at = at + 1;
        if (size > NAME_MAX) return null;
        return size === 0 ? "<Root>" : latin1(name, 0, size);
      }
      if (length > 63 || at + 1 + length > this.#end) return null;
      if (size + 1 + length > name.length) return null;
      if (size > 0) name[size++] = 0x2e;
      for (let k = at + 1; k <= at + length; k++) {
        // Dots within labels, blanks and what is not ASCII are not worth telling how to show twice.
        if (bytes[k] <= 0x2e && bytes[k] !== 0x2d) return null;
        if (bytes[k] >= 0x7f) return null;
        name[size++] = bytes[k];
      }
      at += 1 + length;
    }
    return null;
  }
}
