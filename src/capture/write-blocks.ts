// pcapng blocks as bytes, little-endian: the ones a trace needs.

import { parseIpv4, parseIpv6 } from "../wire/address.ts";
import { setUint32 } from "../wire/bytes.ts";
import type { NameRecord, SecretsRecord } from "./capture.ts";
import { padding } from "./pcapng-options.ts";

const utf8 = new TextEncoder();

/** An option's value is at most 65,535 bytes; texts are cut a little before. */
const TEXT_BYTES_MAX = 65_000;

const OPT_END = 0;
const OPT_COMMENT = 1;
const OPT_SHB_HARDWARE = 2;
const OPT_SHB_OPERATING_SYSTEM = 3;
const OPT_SHB_APPLICATION = 4;
const OPT_IF_NAME = 2;
const OPT_IF_DESCRIPTION = 3;
const OPT_IF_TSRESOL = 9;
const OPT_IF_FILTER = 11;
const OPT_IF_OPERATING_SYSTEM = 12;
const OPT_IF_FCS_LENGTH = 13;
const OPT_PACKET_FLAGS = 2;

interface Option {
  readonly code: number;
  readonly value: Uint8Array;
}

/** What a Section Header Block says of where the packets are from. */
export interface SectionRecord {
  readonly hardware?: string;
  readonly operatingSystem?: string;
  readonly comments?: readonly string[];
}

/** What an Interface Description Block says. */
export interface InterfaceRecord {
  readonly name: string;
  readonly linkType: number;
  /** Bytes kept of each packet; 0 for all. */
  readonly snapLength: number;
  readonly description?: string;
  readonly filter?: string;
  readonly operatingSystem?: string;
  readonly comments?: readonly string[];
  /** Bytes of frame check sequence that end each packet; 0 is not said. */
  readonly fcsBytes?: number;
}

/** Digits behind the second's point of timestamps in nanoseconds. */
export const DECIMALS_MAX = 9;

/** What an Enhanced Packet Block says of a packet. */
export interface PacketRecord {
  readonly interfaceId: number;
  /** The digits behind the second's point that its interface was described with; what is finer is cut off. */
  readonly decimals: number;
  /** Seconds since the epoch, 0 or more, and nanoseconds: outside what 64 bits of nanoseconds hold they are clamped. */
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly bytes: Uint8Array;
  /** On the wire. */
  readonly length: number;
  readonly comments: readonly string[];
  /** `epb_flags`, the lowest two bits of which are 1 for inbound and 2 for outbound; null where nothing is said. */
  readonly flags: number | null;
}

/** A section header without dates, so that equal traces make equal files. */
export function sectionHeaderBlock(application: string, section: SectionRecord = {}): Uint8Array {
  const { bytes, view } = block(0x0a0d0d0a, 16, [
    ...(section.comments ?? []).map(comment),
    ...textOptions(OPT_SHB_HARDWARE, section.hardware),
    ...textOptions(OPT_SHB_OPERATING_SYSTEM, section.operatingSystem),
    textOption(OPT_SHB_APPLICATION, application),
  ]);
  view.setUint32(8, 0x1a2b3c4d, true);
  view.setUint16(12, 1, true);
  // Section length: not said.
  view.setUint32(16, 0xffffffff, true);
  view.setUint32(20, 0xffffffff, true);
  return bytes;
}

/** An interface whose timestamps have `decimals` digits behind the second's point. */
export function interfaceBlock(described: InterfaceRecord, decimals: number): Uint8Array {
  const { name, linkType, snapLength, description, filter, operatingSystem, comments, fcsBytes } = described;
  const options = [
    ...(comments ?? []).map(comment),
    ...textOptions(OPT_IF_NAME, name),
    ...textOptions(OPT_IF_DESCRIPTION, description),
    { code: OPT_IF_TSRESOL, value: Uint8Array.of(decimals) },
    // A filter's first byte says how it is written: 0 is text.
    ...textOptions(OPT_IF_FILTER, filter === undefined ? "" : `\0${filter}`),
    ...textOptions(OPT_IF_OPERATING_SYSTEM, operatingSystem),
    ...(fcsBytes === undefined || fcsBytes === 0
      ? []
      : [{ code: OPT_IF_FCS_LENGTH, value: Uint8Array.of(fcsBytes) }]),
  ];
  const { bytes, view } = block(1, 8, options);
  view.setUint16(8, linkType, true);
  view.setUint32(12, snapLength, true);
  return bytes;
}

/** Bytes of a Name Resolution Block's record: its length is a 16-bit number. */
const NAME_BYTES_MAX = 65_000;

/** A Name Resolution Block. Addresses that are neither IPv4 nor IPv6 are left out, names too where there is no room for more. */
export function namesBlock(records: readonly NameRecord[]): Uint8Array {
  const written: Option[] = [];
  for (const { address, names } of records) {
    const bytes = addressBytes(address);
    if (bytes === null) continue;
    const parts = [bytes];
    let length = bytes.length;
    for (const name of names) {
      const part = utf8.encode(`${name}\0`);
      if (length + part.length > NAME_BYTES_MAX) continue;
      parts.push(part);
      length += part.length;
    }
    written.push({ code: bytes.length === 4 ? 1 : 2, value: Buffer.concat(parts) });
  }
  // Records are laid out as options are, and end as they do.
  return block(4, 0, written).bytes;
}

function addressBytes(address: string): Uint8Array | null {
  const word = parseIpv4(address);
  if (word === null) return parseIpv6(address);
  const bytes = new Uint8Array(4);
  setUint32(bytes, 0, word);
  return bytes;
}

/** A Decryption Secrets Block. */
export function secretsBlock({ type, data }: SecretsRecord): Uint8Array {
  const { bytes, view } = block(10, 8 + data.length + padding(data.length), []);
  view.setUint32(8, type, true);
  view.setUint32(12, data.length, true);
  bytes.set(data, 16);
  return bytes;
}

/** An Enhanced Packet Block. */
export function packetBlock(record: PacketRecord): Uint8Array {
  const options = record.comments.map(comment);
  if (record.flags !== null) {
    const value = new Uint8Array(4);
    new DataView(value.buffer).setUint32(0, record.flags, true);
    options.push({ code: OPT_PACKET_FLAGS, value });
  }
  const captured = record.bytes.length;
  const { bytes, view } = block(6, 20 + captured + padding(captured), options);
  const [high, low] = ticksOf(record);
  view.setUint32(8, record.interfaceId, true);
  view.setUint32(12, high, true);
  view.setUint32(16, low, true);
  view.setUint32(20, captured, true);
  view.setUint32(24, Math.max(record.length, captured), true);
  bytes.set(record.bytes, 28);
  return bytes;
}

/** seconds * 10^decimals + the ticks since as two 32-bit words, exactly: the product is made of 16-bit and larger halves. */
function ticksOf({ seconds, nanoseconds, decimals }: PacketRecord): [number, number] {
  if (seconds < 0) return [0, 0];
  const perSecond = 10 ** decimals;
  const upper = Math.floor(seconds / 65_536) * perSecond;
  const ticks = Math.floor(nanoseconds / 10 ** (DECIMALS_MAX - decimals));
  const lower = (seconds % 65_536) * perSecond + ticks;
  const lowSum = (upper % 65_536) * 65_536 + (lower % 4_294_967_296);
  const high =
    Math.floor(upper / 65_536) + Math.floor(lower / 4_294_967_296) + Math.floor(lowSum / 4_294_967_296);
  return high > 0xffffffff ? [0xffffffff, 0xffffffff] : [high, lowSum % 4_294_967_296];
}

function comment(text: string): Option {
  return textOption(OPT_COMMENT, text);
}

/** None for no text. */
function textOptions(code: number, text: string | undefined): Option[] {
  return text === undefined || text === "" ? [] : [textOption(code, text)];
}

function textOption(code: number, text: string): Option {
  const value = utf8.encode(text);
  if (value.length <= TEXT_BYTES_MAX) return { code, value };
  // Back to the beginning of a character: continuation bytes are 10xxxxxx.
  let end = TEXT_BYTES_MAX;
  while (end > 0 && (value[end] & 0xc0) === 0x80) end -= 1;
  return { code, value: value.subarray(0, end) };
}

/** A block with room for `bodyBytes` (a multiple of 4) after type and length, its options written behind. */
function block(
  type: number,
  bodyBytes: number,
  options: readonly Option[],
): { bytes: Uint8Array; view: DataView } {
  let optionBytes = options.length === 0 ? 0 : 4;
  for (const { value } of options) optionBytes += 4 + value.length + padding(value.length);
  const total = 12 + bodyBytes + optionBytes;
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, total, true);
  view.setUint32(total - 4, total, true);
  let at = 8 + bodyBytes;
  for (const { code, value } of options) {
    view.setUint16(at, code, true);
    view.setUint16(at + 2, value.length, true);
    bytes.set(value, at + 4);
    at += 4 + value.length + padding(value.length);
  }
  if (options.length > 0) view.setUint32(at, OPT_END, true);
  return { bytes, view };
}
