// Handshake messages of Google's QUIC: a name of four letters and a table of tags, each with its value.

import { ascii, latin1 } from "./protocol.ts";
import { exactValue, littleUint, Reading } from "./reading.ts";
import { bytesText, hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

/** Messages by name. */
export const GQUIC_MESSAGES = new Map<string, string>([
  ["CHLO", "Client Hello"],
  ["SHLO", "Server Hello"],
  ["REJ\0", "Rejection"],
  ["PRST", "Public Reset"],
]);

/** How a tag's value is read, and whether its first line says it too. */
type Kind =
  | "bytes"
  | "text"
  | "version"
  | "number"
  | "hex number"
  | "long number"
  | "codes"
  | "options"
  | "tags"
  | "reason"
  | "hash"
  | "none";

/** The field of a tag's value. */
function fieldOf(id: string): string {
  return `gquic.tag.${id.toLowerCase().replaceAll(/[^a-z0-9]/g, "")}`;
}

interface Tag {
  readonly title: string;
  readonly kind: Kind;
  /** What the value's own line is called. */
  readonly name: string;
  readonly field: string;
}

const TAGS = new Map<string, Tag>();
for (const [id, title, kind, name = title, field = fieldOf(id)] of [
  ["PAD\0", "Padding", "bytes"],
  ["SNI\0", "Server Name Indication", "text"],
  ["VER\0", "Version", "version", "Version", "gquic.tag.version"],
  ["CCS\0", "Common Certificate Sets", "hash", "Common certificate sets"],
  ["UAID", "Client's User Agent ID", "text"],
  ["PDMD", "Proof Demand", "text", "Proof demand"],
  ["STK\0", "Source Address Token", "bytes", "Source-address token"],
  ["SNO\0", "Server nonce", "bytes"],
  ["PROF", "Proof (Signature)", "bytes"],
  ["SCFG", "Server Config", "tags", "Server Config Tag"],
  ["RREJ", "Reasons for server sending", "reason"],
  ["CRT\u00ff", "Certificate chain", "bytes", "Certificate chain", "gquic.tag.crt"],
  ["AEAD", "Authenticated encryption algorithms", "codes"],
  ["SCID", "Server config ID", "bytes", "Server Config ID"],
  ["PUBS", "Public value", "none"],
  ["KEXS", "Key exchange algorithms", "codes"],
  ["OBIT", "Server Orbit", "bytes", "Server orbit"],
  ["EXPY", "Expiry", "long number"],
  ["NONC", "Client Nonce", "bytes", "Client nonce"],
  ["MSPC", "Max streams per connection", "number"],
  ["TCID", "Connection ID truncation", "hex number"],
  ["SRBF", "Socket receive buffer", "hex number"],
  ["ICSL", "Idle connection state", "hex number"],
  ["SCLS", "Silently close on timeout", "hex number"],
  ["COPT", "Connection options", "options"],
  ["CCRT", "Cached certificates", "bytes"],
  ["IRTT", "Estimated initial RTT", "number"],
  ["CFCW", "Initial session/connection", "number"],
  ["SFCW", "Initial stream flow control", "number"],
  ["CETV", "Client encrypted tag-value", "bytes"],
  ["XLCT", "Expected leaf certificate", "bytes"],
  ["NONP", "Client Proof Nonce", "bytes", "Client Proof nonce"],
  ["CSCT", "Signed cert timestamp (RFC6962) of leaf cert", "bytes", "Signed cert timestamp"],
  ["RNON", "Public Reset Nonce Proof", "long number", "Public reset nonce proof"],
  ["RSEQ", "Rejected Packet Number", "long number"],
] satisfies readonly (readonly [string, string, Kind, string?, string?])[])
  TAGS.set(id, { title, kind, name, field });

/** Algorithms by their four letters. */
const CODES = new Map<string, string>([
  ["AESG", "AES-GCM with a 12-byte tag and IV"],
  ["S20P", "Salsa20 with Poly1305"],
  ["CC20", "ChaCha20-Poly1305"],
  ["C255", "Curve25519"],
  ["P256", "P-256"],
]);

/** Why a server sends a Rejection (`gquic.tag.rrej`), in Chromium's order. */
const REASONS = [
  "Handshake OK",
  "The default error value for nonce verification failures from strike register (covers old strike registers and unknown failures)",
  "Client nonce had incorrect length",
  "Client nonce is not unique",
  "Client orbit is invalid or incorrect",
  "Client nonce's timestamp is not in the strike register's valid time range",
  "Strike register's RPC call timed out, client nonce couldn't be verified",
  "Strike register is down, client nonce couldn't be verified",
  "Unbox of server nonce failed",
  "Decrypted server nonce had incorrect length",
  "Server nonce is not unique",
  "Server nonce's timestamp is not in the strike register's valid time range",
  "Missing Server config id (kSCID) tag",
  "Couldn't find the Server config id (kSCID)",
  "Missing Source-address token (kSourceAddressTokenTag) tag",
  "Unbox of Source-address token failed",
  "Couldn't parse the unbox'ed Source-address token",
  "Source-address token is for a different IP address",
  "The source-address token has a timestamp in the future",
  "The source-address token has expired",
  "The server requires handshake confirmation",
  "The expected leaf certificate hash could not be validated",
];

const ENTRY_BYTES = 8;
const TAGS_MAX = 200;

/** Shows the message that comes next: its name, and its tags with their values. */
export function showGquicMessage(reading: Reading): void {
  const { d } = reading;
  if (!reading.has(4)) return;
  const name = latin1(d.bytes, reading.at, reading.at + 4);
  const text = `${shown(d, reading.at)} (${GQUIC_MESSAGES.get(name) ?? "Unknown"})`;
  d.add(reading.out, "gquic.tag", `Tag: ${text}`, reading.at, 4, shown(d, reading.at));
  reading.skip(4);
  const count = reading.little("gquic.tag_number", "Tag Number", 2) ?? 0;
  reading.bytes("gquic.padding", "Padding", 2);
  showTags(reading, count, 0);
}

/** A tag's letters without the zeros behind them. */
function shown(d: Dissection, at: number): string {
  return ascii(d.bytes, at, at + 4).replace(/\0+$/, "");
}

/** `count` entries of a tag and where its value ends; the values follow the entries. */
function showTags(reading: Reading, count: number, depth: number): void {
  const { d } = reading;
  const values = reading.at + count * ENTRY_BYTES;
  let from = 0;
  for (let i = 0; i < Math.min(count, TAGS_MAX) && reading.has(ENTRY_BYTES); i++) {
    const { at } = reading;
    const to = littleUint(d.bytes, at + 4, 4);
    const length = Math.max(0, to - from);
    const tag = TAGS.get(latin1(d.bytes, at, at + 4));
    const value = new Reading(d, reading.out, values + from, Math.min(reading.end, values + to), null);
    // An offset that goes back, or beyond the message.
    const isThere = to >= from && value.left >= length;
    const letters = shown(d, at);
    const type = `${letters} (${tag?.title ?? "Unknown"})`;
    const label = `Tag/value: ${type} (l=${length})`;
    const node = d.add(reading.out, "gquic.tags", label, at, ENTRY_BYTES);
    value.out = node.children;
    d.add(value.out, "gquic.tag_type", `Tag Type: ${type}`, at, 4, letters);
    d.add(value.out, "gquic.tag_offset_end", `Tag offset end: ${to}`, at + 4, 4, to);
    d.add(value.out, "gquic.tag_offset_length", `[Tag length: ${length}]`, at + 4, 0, length);
    reading.skip(ENTRY_BYTES);
    if (!isThere) {
      reading.has(Infinity);
      return;
    }
    showValue(value, node, tag, length, depth);
    from = to;
  }
  if (!reading.isBroken) reading.at = values + from;
}

function showValue(
  value: Reading,
  node: DetailNode,
  tag: Tag | undefined,
  length: number,
  depth: number,
): void {
  const { d, at } = value;
  if (length === 0) {
    // So Wireshark calls bytes that are none.
    d.add(value.out, "gquic.tag_value", "Tag/value: <MISSING>", at, 0, "<MISSING>");
    return;
  }
  const bytes = d.bytes.subarray(at, at + length);
  d.add(value.out, "gquic.tag_value", `Tag/value: ${bytesText(d.bytes, at, length)}`, at, length, bytes);
  if (tag === undefined) {
    value.bytes("gquic.tag.unknown", "Unknown tag", length);
    return;
  }
  const { kind, field, name } = tag;
  const say = (text: string): void => {
    if (!d.isForColumns) node.label += text;
  };
  switch (kind) {
    case "none":
      return;
    case "bytes":
      value.bytes(field, name, length);
      return;
    case "text":
    case "version":
      say(`: ${value.text(field, name, length) ?? ""}`);
      return;
    case "number":
      if (length >= 4) say(`: ${value.little(field, name, 4)}`);
      return;
    case "hex number":
      if (length >= 4) value.little(field, name, 4, (number) => `${number} (${hexText(number, 8)})`);
      return;
    case "long number":
      if (length >= 8) showLong(value, field, name);
      return;
    case "hash":
      if (length >= 8) {
        const digits = `0x${bytesText(d.bytes, at, 8)}`;
        d.add(value.out, field, `${name}: ${digits}`, at, 8, digits);
      }
      return;
    case "options":
      while (value.left >= 4) value.text(field, name, 4);
      return;
    case "codes":
      while (value.left >= 4) {
        const code = shown(d, value.at);
        const meaning = CODES.get(code) ?? "Unknown";
        say(`, ${meaning}`);
        d.add(value.out, field, `${name}: ${code} (${meaning})`, value.at, 4, code);
        value.skip(4);
      }
      return;
    case "reason":
      while (value.left >= 4) {
        const reason = (number: number): string => REASONS[number] ?? "Unknown";
        say(`, Code ${reason(littleUint(d.bytes, value.at, 4))}`);
        value.little(field, name, 4, (number) => `${reason(number)} (${number})`);
      }
      return;
    case "tags":
      // A server's configuration is a message within the message; not within itself.
      if (depth > 0 || value.left < 8) return;
      value.text(field, name, 4);
      showTags(value, value.little("gquic.tag.scfg.number", "Number Server Config Tag", 4) ?? 0, depth + 1);
      return;
    default:
      kind satisfies never;
  }
}

function showLong(value: Reading, field: string, name: string): void {
  const { d, at } = value;
  const number = Buffer.from(d.bytes.subarray(at, at + 8)).readBigUInt64LE();
  d.add(value.out, field, `${name}: ${number}`, at, 8, exactValue(number));
  value.skip(8);
}
