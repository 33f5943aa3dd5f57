// What a protocol over TCP or UDP is to the rest: it says how long its messages are, learns from each in turn, and shows one.
//
// A dissector belongs to one stream and keeps, by message number, what later messages or a later look at this one need.

import { PDU } from "../reassembly/pdus.ts";
import type { PduReader } from "../reassembly/pdus.ts";
import { bitsText } from "./bit-pictures.ts";
import type { CarriedStream, Carrier } from "./carried-stream.ts";
import type { TlsKeys } from "./tls-keys.ts";
import { nsText } from "./times.ts";
import { bytesText } from "./tree.ts";
import type { DetailNode, Dissection, FieldValue } from "./tree.ts";

export { PDU } from "../reassembly/pdus.ts";
export type { PduReader } from "../reassembly/pdus.ts";
export type { PduScan } from "../reassembly/pdu-buffer.ts";

/** What a dissector knows of its stream, and what it may ask of it. */
export interface StreamAbove {
  /** Ports of the stream's first packet. */
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** How URIs of what it carries begin. */
  readonly scheme: "http" | "https";
  /** Nanoseconds between two rows. */
  betweenNs(earlier: number, later: number): bigint;
  /** From the next message on the stream is `name`'s; `setup` is for that dissector to understand. */
  follow(name: string, setup: string): void;
  /** Where secrets of TLS may be known; null where there are none. */
  readonly keys: TlsKeys | null;
  /** Complete message `pdu`, at most its first `max` bytes. */
  message(pdu: number, max: number): Uint8Array;
  /** A stream that this one's messages carry; `agreed` is what both ends called its protocol, empty where they did not. */
  carry(carrier: Carrier, agreed: string): CarriedStream;
}

/** A message about to be shown. */
export interface ShownPdu {
  readonly pdu: number;
  readonly direction: 0 | 1;
  readonly slice: Slice;
}

/** Messages that a segment shows one after another under one layer. */
export interface Slice {
  /** The protocol's line, once there is one. */
  node: DetailNode | null;
  /** Info before the slice. */
  before: string | null;
  /** Of a protocol that carries others: what of the columns stays whatever is shown next. */
  kept?: KeptColumns;
}

/** What of the columns stays, as Wireshark fences it off. */
export interface KeptColumns {
  info: string;
  /** Null where the Protocol column is free. */
  protocol: string | null;
  /** A carried protocol has been shown: the Protocol column is its own. */
  isCarrying: boolean;
}

/** What a message says in the packet list: its protocol, its part of Info, and what stands between that and the parts before. */
export interface Columns {
  readonly protocol: string;
  readonly info: string;
  readonly separator: string;
  /** What stands between what TCP says of the segment and its first message. */
  readonly lead: string;
  /** Layers below the protocol's own, as in `frame.protocols`; none by default. */
  readonly layers?: readonly string[];
}

/** A protocol over TCP in one stream. */
export interface StreamDissector extends PduReader {
  /** Layers as in `frame.protocols`; the last is its own. */
  readonly layers: readonly string[];
  /** Bytes of memory, roughly. */
  readonly cost: number;
  /** Shows the message in [start, end) of `d.bytes`. */
  dissect(d: Dissection, start: number, end: number, shown: ShownPdu): void;
  /** Info of a segment that has only a message's beginning, [start, end): null for TCP's own. */
  beginning(bytes: Uint8Array, start: number, end: number, direction: 0 | 1): string | null;
  /** Whether that segment has the protocol's layer all the same. */
  readonly isLayerOfBeginning: boolean;
  /**
   * Bytes that tell a message's length, where one of which fewer came before the segment that completes it shares its layer with those that
   * follow it there; 0, the default, where none does.
   */
  readonly headLength?: number;
  /** What the protocol is called in full. */
  readonly title: string;
  /**
   * The columns of message `pdu`, complete, where they are known without a look at it but for its `firstByte`; null where they are not.
   * For protocols whose messages in a segment are below one line.
   */
  columnsOf?(pdu: number, firstByte: number): Columns | null;
  /**
   * The version of TLS of the messages that follow, where there is nothing to be said of them but that they are records of data nobody can open;
   * 0 where there may be more.
   */
  readonly opaqueVersion?: number;
  /** How many of a long message's bytes the columns depend on, `read` giving its first ones; on all where this is not there. */
  columnsBytes?(read: (max: number) => Uint8Array): number;
}

/** The line of a message's protocol. The first of a slice names the layers, later ones add a line. */
export function protocolNode(
  d: Dissection,
  { slice }: ShownPdu,
  layers: readonly string[],
  label: string,
  start: number,
  length: number,
): DetailNode {
  const name = layers[layers.length - 1];
  if (slice.node === null) {
    for (const outer of layers.slice(0, -1)) d.layers.push(outer);
    slice.node = d.layer(name, label, start, length);
    return slice.node;
  }
  if (slice.node.field !== name) {
    slice.node = d.layer(name, label, start, length);
    return slice.node;
  }
  return d.add(d.root, name, label, start, length);
}

/**
 * Sets the columns for a message; Info gathers those of a packet's messages, `separator` between them, and `lead` between them and what
 * TCP says of the segment.
 */
export function messageColumns(
  d: Dissection,
  protocol: string,
  info: string,
  separator: string,
  lead: string = "",
): void {
  if (d.quoted > 0) return;
  const isFirst = d.messages === 0 && !d.isBehindPart;
  const before = isFirst ? withLead(d.infoPrefix, lead) : d.info === "" ? "" : `${d.info}${separator}`;
  d.columns(d.isBehindPart ? d.protocol : protocol, `${before}${info}`);
  d.messages++;
}

/** What TCP says of a segment, with what stands between that and the segment's messages. */
export function withLead(prefix: string, lead: string): string {
  return prefix === "" ? "" : `${prefix}${lead}`;
}

/** The same for a protocol of which only the last message of a slice is in Info. */
export function lastMessageColumns(d: Dissection, slice: Slice, protocol: string, info: string): void {
  if (d.quoted > 0) return;
  slice.before ??= d.messages === 0 ? d.infoPrefix : d.info;
  d.columns(protocol, `${slice.before}${info}`);
  d.messages++;
}

/** Adds a field of `size` bytes at `at`, big-endian, and answers its value; null where it is not there. */
export function addUint(
  d: Dissection,
  out: DetailNode[],
  field: string,
  at: number,
  size: number,
  end: number,
  label: (value: number) => string,
): number | null {
  if (at + size > end || at + size > d.bytes.length) return null;
  const value = uint(d.bytes, at, size);
  d.add(out, field, label(value), at, size, value);
  return value;
}

/** The big-endian number of `size` bytes at `at`: exact up to 6 bytes. */
export function uint(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let i = 0; i < size; i++) value = value * 256 + bytes[at + i];
  return value;
}

/** Adds a line without bytes of its own: something computed, in brackets as Wireshark has it. */
export function addComputed(
  d: Dissection,
  out: DetailNode[],
  field: string,
  label: string,
  at: number,
  value: FieldValue,
): DetailNode {
  return d.add(out, field, `[${label}]`, at, 0, value);
}

/** `1 byte`, `2 bytes`. */
export function bytesCount(count: number): string {
  return `${count} ${count === 1 ? "byte" : "bytes"}`;
}

/** Keeps what is known of message `pdu` in a list by number, which has no holes: most messages are complete in the order they began. */
export function keepAt<T>(known: (T | undefined)[], pdu: number, what: T): void {
  while (known.length < pdu) known.push(undefined);
  if (known.length === pdu) known.push(what);
  else known[pdu] = what;
}

/** A reader for protocols that keep nothing. */
export const NOTHING_LEARNT: PduReader["completed"] = () => {};

/** The length a scan can tell from a length field of `size` bytes at `offset`, counting `added` more bytes. */
export function lengthField(
  scan: { readonly bytes: Uint8Array; readonly origin: number; readonly end: number },
  offset: number,
  size: number,
  added: number,
): number {
  const at = scan.origin + offset;
  return at + size > scan.end ? PDU.more : uint(scan.bytes, at, size) + added;
}

const UTF8 = new TextDecoder("utf-8");

/** Bytes as UTF-8 text, damaged sequences replaced. */
export function utf8(bytes: Uint8Array, start: number, end: number): string {
  return UTF8.decode(bytes.subarray(start, end));
}

/** A view of all of the memory that was read from last: most texts are in the same as the one before, and a view takes longer than they do. */
let memory: Buffer = Buffer.alloc(0);

/** Bytes as Latin-1 text, as far as they are there. */
export function latin1(bytes: Uint8Array, start: number, end: number): string {
  const from = Math.min(start, bytes.length);
  const to = Math.max(from, Math.min(end, bytes.length));
  if (bytes.buffer !== memory.buffer) memory = Buffer.from(bytes.buffer);
  return memory.toString("latin1", bytes.byteOffset + from, bytes.byteOffset + to);
}

/** Bytes as the text Wireshark makes of ASCII, a character each: what is none is U+FFFD. */
export function ascii(bytes: Uint8Array, start: number, end: number): string {
  const text = latin1(bytes, start, end);
  return NOT_ASCII.test(text) ? text.replaceAll(ALL_NOT_ASCII, "\ufffd") : text;
}

const NOT_ASCII = /[\x80-\xff]/;
const ALL_NOT_ASCII = /[\x80-\xff]/g;

/** Nanoseconds as Wireshark writes times: `0.058504000 seconds`. */
export function secondsText(ns: bigint): string {
  return `${nsText(ns)} seconds`;
}

/** Adds a flag, a bit of the `size` bytes at `at`: `.... ...1 = Fin: True`. */
export function addFlag(
  d: Dissection,
  out: DetailNode[],
  field: string,
  at: number,
  size: number,
  mask: number,
  name: string,
  words: readonly [set: string, clear: string] = ["Set", "Not set"],
): boolean {
  const value = uint(d.bytes, at, size);
  const isSet = (value & mask) !== 0;
  d.add(
    out,
    field,
    () => `${bitsText(value, mask, size * 8)} = ${name}: ${isSet ? words[0] : words[1]}`,
    at,
    size,
    isSet,
  );
  return isSet;
}

/** Adds a number that is some bits of the `size` bytes at `at`, and answers it; `text` is what the label says of it. */
export function addBits(
  d: Dissection,
  out: DetailNode[],
  field: string,
  at: number,
  size: number,
  mask: number,
  name: string,
  text: (value: number) => string = String,
): number {
  const whole = uint(d.bytes, at, size);
  const value = ((whole & mask) >>> 0) >>> (31 - Math.clz32(mask & -mask));
  d.add(out, field, () => `${bitsText(whole, mask, size * 8)} = ${name}: ${text(value)}`, at, size, value);
  return value;
}

/** Adds the bytes of [start, end) as a field. */
export function addBytes(
  d: Dissection,
  out: DetailNode[],
  field: string,
  name: string,
  start: number,
  end: number,
): DetailNode {
  const { bytes } = d;
  const length = Math.max(0, d.captured(end) - start);
  const value = bytes.subarray(start, start + length);
  return d.add(out, field, () => `${name}: ${bytesText(bytes, start, length)}`, start, length, value);
}

/** Adds the text in [start, end), UTF-8, and answers it. */
export function addText(
  d: Dissection,
  out: DetailNode[],
  field: string,
  name: string,
  start: number,
  end: number,
): string {
  const length = Math.max(0, d.captured(end) - start);
  const text = utf8(d.bytes, start, start + length);
  d.add(out, field, () => `${name}: ${text}`, start, length, text);
  return text;
}

/** A number with its name where it has one: `Text (1)`. */
export function named(names: ReadonlyMap<number, string>, value: number, other = "Unknown"): string {
  return `${names.get(value) ?? other} (${value})`;
}

/** Index of the `\r` of the first `\r\n` in [start, end), -1 where there is none. */
export function lineBreak(bytes: Uint8Array, start: number, end: number): number {
  for (let at = bytes.indexOf(13, start); at !== -1 && at + 1 < end; at = bytes.indexOf(13, at + 1)) {
    if (bytes[at + 1] === 10) return at;
  }
  return -1;
}
