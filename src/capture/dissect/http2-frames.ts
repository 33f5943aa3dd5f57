// HTTP/2 frames (RFC 9113 6) as lines.

import { bitsText } from "./bit-pictures.ts";
import { STATIC_TABLE } from "./hpack-tables.ts";
import type { HeaderField } from "./hpack.ts";
import type { FrameFacts } from "./http2.ts";
import { statusPhrase } from "./http-status.ts";
import { addBits, addBytes, addComputed, addFlag, addUint, named, uint } from "./protocol.ts";
import { hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

export const FRAME = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const FRAME_TYPES = new Map<number, string>([
  [FRAME.data, "DATA"],
  [FRAME.headers, "HEADERS"],
  [FRAME.priority, "PRIORITY"],
  [FRAME.rstStream, "RST_STREAM"],
  [FRAME.settings, "SETTINGS"],
  [FRAME.pushPromise, "PUSH_PROMISE"],
  [FRAME.ping, "PING"],
  [FRAME.goaway, "GOAWAY"],
  [FRAME.windowUpdate, "WINDOW_UPDATE"],
  [FRAME.continuation, "CONTINUATION"],
  [10, "ALTSVC"],
  [12, "ORIGIN"],
  [16, "PRIORITY_UPDATE"],
]);

const ERRORS = new Map<number, string>(
  (
    "NO_ERROR PROTOCOL_ERROR INTERNAL_ERROR FLOW_CONTROL_ERROR SETTINGS_TIMEOUT STREAM_CLOSED FRAME_SIZE_ERROR " +
    "REFUSED_STREAM CANCEL COMPRESSION_ERROR CONNECT_ERROR ENHANCE_YOUR_CALM INADEQUATE_SECURITY HTTP_1_1_REQUIRED"
  )
    .split(" ")
    .map((name, i) => [i, name]),
);

/** Name, and field of the value, of each setting. */
const SETTINGS = new Map<number, readonly [name: string, field: string, title: string]>([
  [1, ["Header table size", "http2.settings.header_table_size", "Header table size"]],
  [2, ["Enable PUSH", "http2.settings.enable_push", "Enable PUSH"]],
  [3, ["Max concurrent streams", "http2.settings.max_concurrent_streams", "Max concurrent streams"]],
  [4, ["Initial Windows size", "http2.settings.initial_window_size", "Initial Windows Size"]],
  [5, ["Max frame size", "http2.settings.max_frame_size", "Max frame size"]],
  [6, ["Max header list size", "http2.settings.max_header_list_size", "Max header list size"]],
  [8, ["Extended CONNECT", "http2.settings.extended_connect", "Extended CONNECT"]],
]);

const HEADERS_MAX = 1_000;
const SETTINGS_MAX = 200;

type FlagRow = readonly [field: string, mask: number, name: string];

const END_STREAM: FlagRow = ["http2.flags.end_stream", 0x01, "End Stream"];
const END_HEADERS: FlagRow = ["http2.flags.eh", 0x04, "End Headers"];
const PADDED: FlagRow = ["http2.flags.padded", 0x08, "Padded"];
const PRIORITY: FlagRow = ["http2.flags.priority", 0x20, "Priority"];

/** Flags of each frame type, from the highest bit down, and the field of those it has no use for. */
const FLAGS = new Map<number, readonly [unused: string, mask: number, rows: readonly FlagRow[]]>([
  [FRAME.data, ["http2.flags.unused_data", 0xf6, [PADDED, END_STREAM]]],
  [FRAME.headers, ["http2.flags.unused_headers", 0xd2, [PRIORITY, PADDED, END_HEADERS, END_STREAM]]],
  [FRAME.settings, ["http2.flags.unused_settings", 0xfe, [["http2.flags.ack.settings", 0x01, "ACK"]]]],
  [FRAME.pushPromise, ["http2.flags.unused_push_promise", 0xf3, [PADDED, END_HEADERS]]],
  [FRAME.ping, ["http2.flags.unused_ping", 0xfe, [["http2.flags.ack.ping", 0x01, "ACK"]]]],
  [FRAME.continuation, ["http2.flags.unused_continuation", 0xfb, [PADDED, END_HEADERS]]],
]);

/** Shows the frame in [start, end), whose header is there. */
export function showFrame(
  d: Dissection,
  out: DetailNode[],
  start: number,
  end: number,
  facts: FrameFacts,
  note: string,
): void {
  const { bytes } = d;
  const length = uint(bytes, start, 3);
  const type = bytes[start + 3];
  const id = uint(bytes, start + 5, 4) & 0x7fffffff;
  const name = FRAME_TYPES.get(type) ?? "Unknown";
  const title = `Stream: ${name}, Stream ID: ${id}, Length ${length}${note === "" ? "" : `, ${note}`}`;
  const into = d.add(out, "http2.stream", title, start, d.captured(end) - start).children;
  d.add(into, "http2.length", `Length: ${length}`, start, 3, length);
  d.add(into, "http2.type", `Type: ${named(FRAME_TYPES, type)}`, start + 3, 1, type);
  addFlags(d, into, start + 4, type);
  addReserved(d, into, "http2.r", start + 5);
  addBits(d, into, "http2.streamid", start + 5, 4, 0x7fffffff, "Stream Identifier");
  addPayload(d, into, type, start + 9, end, facts);
}

function addReserved(d: Dissection, out: DetailNode[], field: string, at: number): void {
  const value = uint(d.bytes, at, 4);
  const bit = value >= 0x80000000 ? 1 : 0;
  d.add(out, field, `${bitsText(value, 0x80000000, 32)} = Reserved: 0x${bit}`, at, 4, bit);
}

function addFlags(d: Dissection, out: DetailNode[], at: number, type: number): void {
  const flags = d.bytes[at];
  const [unused, mask, rows] = FLAGS.get(type) ?? ["http2.flags.unused", 0xff, []];
  const set = rows.filter((row) => (flags & row[1]) !== 0).map((row) => `, ${row[2]}`);
  const label = `Flags: ${hexText(flags, 2)}${set.toReversed().join("")}`;
  const into = d.add(out, "http2.flags", label, at, 1, flags).children;
  addUnused(d, into, unused, at, mask);
  for (const [field, bit, name] of rows) addFlag(d, into, field, at, 1, bit, name, ["True", "False"]);
}

/** Bits without a meaning; their value counts from the lowest of them. */
function addUnused(d: Dissection, out: DetailNode[], field: string, at: number, mask: number): void {
  addBits(d, out, field, at, 1, mask, "Unused", (value) => hexText(value, 2));
}

function addPayload(
  d: Dissection,
  out: DetailNode[],
  type: number,
  start: number,
  end: number,
  facts: FrameFacts,
): void {
  const held = d.captured(end);
  switch (type) {
    case FRAME.data: {
      const [from, to] = addPadding(d, out, start, held, true);
      if (to > from) addBytes(d, out, "http2.data.data", "Data", from, to);
      return;
    }
    case FRAME.headers: {
      let [from, to] = addPadding(d, out, start, held, true);
      if ((d.bytes[start - 5] & 0x20) !== 0 && from + 5 <= to) from = addPriority(d, out, from);
      addBytes(d, out, "http2.headers", "Header Block Fragment", from, to);
      addHeaders(d, out, from, facts.fields);
      return;
    }
    case FRAME.continuation: {
      const [from, to] = addPadding(d, out, start, held, false);
      const text = Buffer.from(d.bytes.subarray(from, to)).toString("utf8");
      d.add(out, "http2.continuation.header", `Continuation Header: ${text}`, from, to - from, text);
      addHeaders(d, out, from, facts.fields);
      return;
    }
    case FRAME.pushPromise: {
      const [from, to] = addPadding(d, out, start, held, true);
      if (from + 4 > to) return;
      addReserved(d, out, "http2.push_promise.r", from);
      const promised = "http2.push_promise.promised_stream_id";
      addBits(d, out, promised, from, 4, 0x7fffffff, "Promised-Stream-ID");
      addBytes(d, out, "http2.push_promise.header", "Header Block Fragment", from + 4, to);
      addHeaders(d, out, from + 4, facts.fields);
      return;
    }
    case FRAME.priority:
      if (start + 5 <= held) addPriority(d, out, start);
      return;
    case FRAME.rstStream:
      addUint(d, out, "http2.rst_stream.error", start, 4, held, (value) => `Error: ${named(ERRORS, value)}`);
      return;
    case FRAME.settings:
      addSettings(d, out, start, held);
      return;
    case FRAME.ping: {
      const isAck = (d.bytes[start - 5] & 1) !== 0;
      addBytes(d, out, isAck ? "http2.pong" : "http2.ping", isAck ? "Pong" : "Ping", start, held);
      return;
    }
    case FRAME.goaway: {
      if (start + 8 > held) return;
      addReserved(d, out, "http2.goway.r", start);
      addBits(d, out, "http2.goaway.last_stream_id", start, 4, 0x7fffffff, "Promised-Stream-ID");
      addUint(d, out, "http2.goaway.error", start + 4, 4, held, (value) => `Error: ${named(ERRORS, value)}`);
      if (held > start + 8) addBytes(d, out, "http2.goaway.addata", "Additional Debug Data", start + 8, held);
      return;
    }
    case FRAME.windowUpdate: {
      if (start + 4 > held) return;
      addReserved(d, out, "http2.window_update.r", start);
      const field = "http2.window_update.window_size_increment";
      addBits(d, out, field, start, 4, 0x7fffffff, "Window Size Increment");
      return;
    }
    default:
      if (held > start) addBytes(d, out, "http2.unknown", "Unknown", start, held);
  }
}

/** The padding's length, shown where a frame may have one; answers where what it surrounds is. */
function addPadding(
  d: Dissection,
  out: DetailNode[],
  start: number,
  end: number,
  mayPad: boolean,
): [from: number, to: number] {
  const isPadded = mayPad && (d.bytes[start - 5] & 0x08) !== 0 && start < end;
  if (!isPadded) {
    addComputed(d, out, "http2.pad_length", "Pad Length: 0", start, 0);
    return [start, end];
  }
  const size = d.bytes[start];
  d.add(out, "http2.pad_length", `Pad Length: ${size}`, start, 1, size);
  return [start + 1, Math.max(start + 1, end - size)];
}

/** Stream dependency and weight; answers where they end. */
function addPriority(d: Dissection, out: DetailNode[], at: number): number {
  addFlag(d, out, "http2.exclusive", at, 4, 0x80000000, "Exclusive", ["True", "False"]);
  addBits(d, out, "http2.stream_dependency", at, 4, 0x7fffffff, "Stream Dependency");
  const weight = d.bytes[at + 4];
  d.add(out, "http2.headers.weight", `Weight: ${weight}`, at + 4, 1, weight);
  addComputed(d, out, "http2.headers.weight_real", `Weight real: ${weight + 1}`, at + 4, weight + 1);
  return at + 5;
}

function addSettings(d: Dissection, out: DetailNode[], start: number, end: number): void {
  for (let at = start, i = 0; at + 6 <= end && i < SETTINGS_MAX; at += 6, i++) {
    const id = uint(d.bytes, at, 2);
    const value = uint(d.bytes, at + 2, 4);
    const [name, field, title] = SETTINGS.get(id) ?? [
      "Unknown",
      "http2.settings.unknown",
      "Unknown Settings",
    ];
    const into = d.add(out, "http2.settings", `Settings - ${name} : ${value}`, at, 6).children;
    d.add(into, "http2.settings.id", `Settings Identifier: ${name} (${id})`, at, 2, id);
    d.add(into, field, `${title}: ${value}`, at + 2, 4, value);
  }
}

/** Header fields that Wireshark has a field of their own for. */
const HEADER_FIELDS = new Map<string, string>(
  STATIC_TABLE.map(
    ([name]) => [name, `http2.headers.${name.replace(":", "").replaceAll("-", "_")}`] as const,
  ).filter(([name]) => !["host", "transfer-encoding"].includes(name)),
);

const NUMBERS = new Set([":status", "age", "content-length", "max-forwards"]);

function addHeaders(d: Dissection, out: DetailNode[], at: number, fields: readonly HeaderField[]): void {
  if (fields.length === 0) return;
  // As Wireshark counts: each name and value after its length in four bytes.
  const size = fields.reduce((sum, { name, value }) => sum + 8 + name.length + value.length, 0);
  addComputed(d, out, "http2.header.length", `Header Length: ${size}`, at, size);
  addComputed(d, out, "http2.header.count", `Header Count: ${fields.length}`, at, fields.length);
  for (const field of fields.slice(0, HEADERS_MAX)) addHeader(d, out, at, field);
  const value = (name: string): string | undefined => fields.find((field) => field.name === name)?.value;
  const [scheme, authority, path] = [value(":scheme"), value(":authority"), value(":path")];
  if (scheme === undefined || authority === undefined || path === undefined) return;
  const uri = `${scheme}://${authority}${path}`;
  addComputed(d, out, "http2.request.full_uri", `Full request URI: ${uri}`, at, uri);
}

function addHeader(
  d: Dissection,
  out: DetailNode[],
  at: number,
  { name, value, representation, index }: HeaderField,
): void {
  const phrase = name === ":status" ? statusPhrase(Number(value)) : null;
  const title = `Header: ${name}: ${value}${phrase === null ? "" : ` ${phrase}`}`;
  const into = d.add(out, "http2.header", title, at, 0).children;
  const add = (field: string, label: string, content: string | number): void => {
    d.add(into, field, label, at, 0, content);
  };
  add("http2.header.name.length", `Name Length: ${name.length}`, name.length);
  add("http2.header.name", `Name: ${name}`, name);
  add("http2.header.value.length", `Value Length: ${value.length}`, value.length);
  add("http2.header.value", `Value: ${value}`, value);
  const field = HEADER_FIELDS.get(name);
  if (field !== undefined) {
    const isNumber = NUMBERS.has(name) && /^\d{1,15}$/.test(value);
    if (isNumber || !NUMBERS.has(name)) add(field, `${name}: ${value}`, isNumber ? Number(value) : value);
  }
  add("http2.header.unescaped", `[Unescaped: ${value}]`, value);
  add("http2.header.repr", `Representation: ${representation}`, representation);
  if (index > 0) add("http2.header.index", `Index: ${index}`, index);
}
