// pcapng blocks as bytes, little-endian: the ones a trace needs.

import { padding } from "./pcapng-options.ts";

const utf8 = new TextEncoder();

/** An option's value is at most 65,535 bytes; texts are cut a little before. */
const TEXT_BYTES_MAX = 65_000;

const OPT_END = 0;
const OPT_COMMENT = 1;
const OPT_SHB_APPLICATION = 4;
const OPT_IF_NAME = 2;
const OPT_IF_DESCRIPTION = 3;
const OPT_IF_TSRESOL = 9;
const OPT_PACKET_FLAGS = 2;

interface Option {
  readonly code: number;
  readonly value: Uint8Array;
}

/** What an Enhanced Packet Block says of a packet. */
export interface PacketRecord {
  readonly interfaceId: number;
  /** Seconds since the epoch, 0 or more, and nanoseconds: outside what 64 bits of nanoseconds hold they are clamped. */
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly bytes: Uint8Array;
  /** On the wire. */
  readonly length: number;
  readonly comments: readonly string[];
  /** 1 inbound, 2 outbound, 0 not said. */
  readonly direction: 0 | 1 | 2;
}

/** A section header without dates, hardware or system, so that equal traces make equal files. */
export function sectionHeaderBlock(application: string): Uint8Array {
  const { bytes, view } = block(0x0a0d0d0a, 16, [textOption(OPT_SHB_APPLICATION, application)]);
  view.setUint32(8, 0x1a2b3c4d, true);
  view.setUint16(12, 1, true);
  // Section length: not said.
  view.setUint32(16, 0xffffffff, true);
  view.setUint32(20, 0xffffffff, true);
  return bytes;
}

/** An interface whose timestamps are in nanoseconds. `snapLength` 0 is no limit. */
export function interfaceBlock(
  name: string,
  description: string,
  linkType: number,
  snapLength: number,
): Uint8Array {
  const options = [
    ...(name === "" ? [] : [textOption(OPT_IF_NAME, name)]),
    ...(description === "" ? [] : [textOption(OPT_IF_DESCRIPTION, description)]),
    { code: OPT_IF_TSRESOL, value: Uint8Array.of(9) },
  ];
  const { bytes, view } = block(1, 8, options);
  view.setUint16(8, linkType, true);
  view.setUint32(12, snapLength, true);
  return bytes;
}

/** An Enhanced Packet Block. */
export function packetBlock(record: PacketRecord): Uint8Array {
  const options = record.comments.map(comment);
  if (record.direction !== 0) {
    options.push({ code: OPT_PACKET_FLAGS, value: Uint8Array.of(record.direction, 0, 0, 0) });
  }
  const captured = record.bytes.length;
  const { bytes, view } = block(6, 20 + captured + padding(captured), options);
  const [high, low] = nanosecondTicks(record.seconds, record.nanoseconds);
  view.setUint32(8, record.interfaceId, true);
  view.setUint32(12, high, true);
  view.setUint32(16, low, true);
  view.setUint32(20, captured, true);
  view.setUint32(24, Math.max(record.length, captured), true);
  bytes.set(record.bytes, 28);
  return bytes;
}

/** seconds * 10^9 + nanoseconds as two 32-bit words, exactly: the product is made of 16-bit and larger halves. */
function nanosecondTicks(seconds: number, nanoseconds: number): [number, number] {
  if (seconds < 0) return [0, 0];
  const upper = Math.floor(seconds / 65_536) * 1e9;
  const lower = (seconds % 65_536) * 1e9 + nanoseconds;
  const lowSum = (upper % 65_536) * 65_536 + (lower % 4_294_967_296);
  const high =
    Math.floor(upper / 65_536) + Math.floor(lower / 4_294_967_296) + Math.floor(lowSum / 4_294_967_296);
  return high > 0xffffffff ? [0xffffffff, 0xffffffff] : [high, lowSum % 4_294_967_296];
}

function comment(text: string): Option {
  return textOption(OPT_COMMENT, text);
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
