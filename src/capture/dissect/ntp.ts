// NTP (RFC 5905) and its control messages' headers (RFC 9327).

import { dateText } from "./frame.ts";
import { addBits, addBytes, addUint, latin1, named, uint } from "./protocol.ts";
import { hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";
import type { Datagram } from "./udp-protocols.ts";

const TITLE = "Network Time Protocol";
const PACKET_LENGTH = 48;

/** Polling intervals that may be, as powers of two (RFC 5905 7.2). */
const POLL_MIN = 4;
const POLL_MAX = 17;

/** Seconds from NTP's era to Unix's. */
const UNIX_EPOCH = 2_208_988_800;

const LEAP = new Map<number, string>([
  [0, "no warning"],
  [1, "last minute of the day has 61 seconds"],
  [2, "last minute of the day has 59 seconds"],
  [3, "unknown (clock unsynchronized)"],
]);

const MODES = new Map<number, string>([
  [0, "reserved"],
  [1, "symmetric active"],
  [2, "symmetric passive"],
  [3, "client"],
  [4, "server"],
  [5, "broadcast"],
  [6, "reserved for NTP control message"],
  [7, "reserved for private use"],
]);

/** The same as Info has them. */
const MODE_WORDS = new Map<number, string>([...MODES, [6, "control"], [7, "private"]]);

const REFERENCES = new Map<string, string>([
  ["GPS", "Global Position System"],
  ["LOCL", "uncalibrated local clock"],
  ["PPS", "calibrated atomic clock or other pulse-per-second source"],
  ["DCFa", "DCF77 amplitude modulated signal"],
]);

/** IANA's NTP extension field types: those of RFC 5906, RFC 7821 and RFC 8915. */
const EXTENSIONS = new Map<number, string>([
  [0x0104, "Unique Identifier"],
  [0x0204, "NTS Cookie"],
  [0x0304, "NTS Cookie Placeholder"],
  [0x0404, "NTS Authenticator and Encrypted Extension Fields"],
  [0x2005, "Checksum Complement"],
]);
for (const [code, what] of [
  [0x0002, "No-Operation"],
  [0x0102, "Association Message"],
  [0x0202, "Certificate Message"],
  [0x0302, "Cookie Message"],
  [0x0402, "Autokey Message"],
  [0x0502, "Leapseconds Message"],
  [0x0602, "Sign Message"],
  [0x0702, "IFF Identity Message"],
  [0x0802, "GQ Identity Message"],
  [0x0902, "MV Identity Message"],
] as const) {
  EXTENSIONS.set(code, `${what} Request`);
  EXTENSIONS.set(code | 0x8000, `${what} Response`);
  EXTENSIONS.set(code | 0xc000, `${what} Error Response`);
}

const OPCODES = new Map<number, string>([
  [0, "reserved"],
  [1, "read status"],
  [2, "read variables"],
  [3, "write variables"],
  [4, "read clock variables"],
  [5, "write clock variables"],
  [6, "set trap address/port"],
  [7, "asynchronous message"],
  [8, "runtime configuration"],
  [9, "save config to file"],
  [10, "retrieve MRU (mrulist)"],
  [11, "retrieve ordered list"],
  [12, "request a client nonce"],
  [31, "unset trap address/port"],
]);

/** Requests of ntpdc (ntpd's `ntp_request.h`) by their codes, `-` where there is none. */
const REQUESTS = (
  "PEER_LIST PEER_LIST_SUM PEER_INFO PEER_STATS SYS_INFO SYS_STATS IO_STATS MEM_STATS LOOP_INFO " +
  "TIMER_STATS CONFIG UNCONFIG SET_SYS_FLAG CLR_SYS_FLAG MONITOR NOMONITOR GET_RESTRICT RESADDFLAGS " +
  "RESSUBFLAGS UNRESTRICT MON_GETLIST RESET_STATS RESET_PEER REREAD_KEYS DO_DIRTY_HACK DONT_DIRTY_HACK " +
  "TRUSTKEY UNTRUSTKEY AUTHINFO TRAPS ADD_TRAP CLR_TRAP REQUEST_KEY CONTROL_KEY GET_CTLSTATS " +
  "GET_LEAPINFO GET_CLOCKINFO SET_CLKFUDGE GET_KERNEL GET_CLKBUGINFO - SET_PRECISION MON_GETLIST_1 " +
  "HOSTNAME_ASSOCID IF_STATS IF_RELOAD"
).split(" ");

const IMPLEMENTATIONS = new Map<number, string>([
  [0, "UNIV"],
  [2, "XNTPD_OLD (pre-IPv6)"],
  [3, "XNTPD"],
]);

function requestName(code: number): string {
  const name = REQUESTS[code] ?? "-";
  return name === "-" ? "Unknown" : name;
}

export function dissectNtp(d: Dissection, { start, end }: Datagram): void {
  const held = d.captured(end);
  const node = d.layer("ntp", TITLE, start, held - start);
  d.columns("NTP", "NTP");
  if (!d.has(start, 1, end, TITLE)) return;
  const { bytes } = d;
  const version = (bytes[start] >> 3) & 7;
  const mode = bytes[start] & 7;
  const info = `NTP Version ${version}, ${MODE_WORDS.get(mode)}`;
  node.label = `${TITLE} (${info})`;
  d.columns("NTP", info);
  addFlags(d, node.children, start, version, mode);
  if (mode === 6) addControl(d, node.children, start, end);
  else if (mode === 7) addPrivate(d, node.children, start, end, info);
  else if (d.has(start, PACKET_LENGTH, end, TITLE)) addPacket(d, node.children, start, end);
}

function addFlags(d: Dissection, out: DetailNode[], at: number, version: number, mode: number): void {
  const byte = d.bytes[at];
  const isPrivate = mode === 7;
  const kind = byte >= 0x80 ? "Response" : "Request";
  const first = isPrivate ? `Response bit: ${kind}` : `Leap Indicator: ${LEAP.get(byte >> 6)}`;
  const words = `${first}, Version number: NTP Version ${version}, Mode: ${MODES.get(mode)}`;
  const into = d.add(out, "ntp.flags", `Flags: ${hexText(byte, 2)}, ${words}`, at, 1, byte).children;
  if (isPrivate) {
    addBits(d, into, "ntp.priv.flags.r", at, 1, 0x80, "Response bit", (value) => `${kind} (${value})`);
    addBits(d, into, "ntp.priv.flags.more", at, 1, 0x40, "More bit");
  } else addBits(d, into, "ntp.flags.li", at, 1, 0xc0, "Leap Indicator", (value) => named(LEAP, value));
  const versionText = (value: number): string => `NTP Version ${value} (${value})`;
  addBits(d, into, "ntp.flags.vn", at, 1, 0x38, "Version number", versionText);
  addBits(d, into, "ntp.flags.mode", at, 1, 0x07, "Mode", (value) => named(MODES, value));
}

function addPacket(d: Dissection, out: DetailNode[], start: number, end: number): void {
  const { bytes } = d;
  const stratum = bytes[start + 1];
  d.add(
    out,
    "ntp.stratum",
    `Peer Clock Stratum: ${stratumText(stratum)} (${stratum})`,
    start + 1,
    1,
    stratum,
  );
  const poll = bytes[start + 2];
  const pollText =
    poll >= POLL_MIN && poll <= POLL_MAX ? `${poll} (${2 ** poll} seconds)` : `invalid (${poll})`;
  d.add(out, "ntp.ppoll", `Peer Polling Interval: ${pollText}`, start + 2, 1, poll);
  const precision = bytes[start + 3];
  const seconds = (2 ** ((precision << 24) >> 24)).toFixed(6);
  d.add(out, "ntp.precision", `Peer Clock Precision: ${seconds} seconds`, start + 3, 1, precision);
  addUint(d, out, "ntp.rootdelay", start + 4, 4, end, (value) => `Root Delay: ${shortText(value)}`);
  addUint(d, out, "ntp.rootdispersion", start + 8, 4, end, (value) => `Root Dispersion: ${shortText(value)}`);
  const id = bytes.subarray(start + 12, start + 16);
  d.add(out, "ntp.refid", `Reference ID: ${referenceText(id, stratum)}`, start + 12, 4, id);
  addTime(d, out, "ntp.reftime", "Reference Timestamp", start + 16);
  addTime(d, out, "ntp.org", "Origin Timestamp", start + 24);
  addTime(d, out, "ntp.rec", "Receive Timestamp", start + 32);
  addTime(d, out, "ntp.xmt", "Transmit Timestamp", start + 40);
  addRest(d, out, start + PACKET_LENGTH, end);
}

/** Bytes of a key's number with an MD5 or a SHA-1 digest. */
const MAC_LENGTHS: ReadonlySet<number> = new Set([20, 24]);
const EXTENSIONS_MAX = 50;

/** Extension fields (RFC 7822) as long as more is left than a digest, then the digest. */
function addRest(d: Dissection, out: DetailNode[], start: number, end: number): void {
  const held = d.captured(end);
  let at = start;
  for (let i = 0; i < EXTENSIONS_MAX && held - at >= 4; i++) {
    const left = held - at;
    if (MAC_LENGTHS.has(left)) {
      addBytes(d, out, "ntp.keyid", "Key ID", at, at + 4);
      addBytes(d, out, "ntp.mac", "Message Authentication Code", at + 4, held);
      return;
    }
    const length = uint(d.bytes, at + 2, 2);
    if (length < 16 || length % 4 !== 0 || length > left) return;
    const node = d.add(out, "ntp.ext", "Extension", at, length).children;
    const typeName = (value: number): string =>
      `Field Type: ${EXTENSIONS.get(value) ?? "Unknown"} (${hexText(value, 4)})`;
    addUint(d, node, "ntp.ext.type", at, 2, end, typeName);
    addUint(d, node, "ntp.ext.length", at + 2, 2, end, (value) => `Length: ${value}`);
    addBytes(d, node, "ntp.ext.value", "Value", at + 4, at + length);
    at += length;
  }
}

/** NTP's short format, 16 bits of seconds and 16 of a fraction: halves go to the even digit. */
function shortText(value: number): string {
  const micros = Math.floor((value * 1e6) / 65_536);
  const rest = (value * 1e6) % 65_536;
  const isUp = rest > 32_768 || (rest === 32_768 && micros % 2 === 1);
  const digits = String(micros + (isUp ? 1 : 0)).padStart(7, "0");
  return `${digits.slice(0, -6)}.${digits.slice(-6)} seconds`;
}

function stratumText(stratum: number): string {
  if (stratum === 0) return "unspecified or invalid";
  if (stratum === 1) return "primary reference";
  if (stratum < 16) return "secondary reference";
  return stratum === 16 ? "unsynchronized" : "reserved";
}

/** A code of letters from whom asks no other clock, an address from the others. */
function referenceText(id: Uint8Array, stratum: number): string {
  if (id.every((byte) => byte === 0)) return "NULL";
  if (stratum > 1) return Array.from(id).join(".");
  const code = latin1(id, 0, id.length).replace(/\0.*$/s, "");
  return REFERENCES.get(code) ?? `Unidentified reference source '${code}'`;
}

/** A timestamp: seconds since 1900 and a fraction (RFC 5905 6); none is all zero. */
function addTime(d: Dissection, out: DetailNode[], field: string, name: string, at: number): void {
  const seconds = uint(d.bytes, at, 4);
  const fraction = uint(d.bytes, at + 4, 4);
  const isNone = seconds === 0 && fraction === 0;
  // The top bit is clear from 2036 on: a new era began (RFC 5905 figure 4).
  const era = seconds >= 0x80000000 ? 0 : 2 ** 32;
  const nanoseconds = Math.floor((fraction * 1e9) / 2 ** 32);
  const date = isNone ? "NULL" : dateText(seconds + era - UNIX_EPOCH, nanoseconds);
  d.add(out, field, `${name}: ${date}`, at, 8, date);
}

/** A message of ntpdc: its header. */
function addPrivate(d: Dissection, out: DetailNode[], start: number, end: number, info: string): void {
  if (!d.has(start, 4, end, TITLE)) return;
  const { bytes } = d;
  const [order, implementation, code] = [bytes[start + 1], bytes[start + 2], bytes[start + 3]];
  const into = d.add(out, "ntp.priv.auth_seq", `Auth, sequence: ${order}`, start + 1, 1, order).children;
  addBits(d, into, "ntp.priv.auth", start + 1, 1, 0x80, "Auth bit");
  addBits(d, into, "ntp.priv.seq", start + 1, 1, 0x7f, "Sequence number");
  const who = `Implementation: ${named(IMPLEMENTATIONS, implementation)}`;
  d.add(out, "ntp.priv.impl", who, start + 2, 1, implementation);
  const name = requestName(code);
  d.add(out, "ntp.priv.reqcode", `Request code: ${name} (${code})`, start + 3, 1, code);
  const words = `${info}, ${bytes[start] >= 0x80 ? "Response" : "Request"}, ${name}`;
  d.columns("NTP", words);
}

function addControl(d: Dissection, out: DetailNode[], start: number, end: number): void {
  if (!d.has(start, 12, end, TITLE)) return;
  const byte = d.bytes[start + 1];
  const kind = byte >= 0x80 ? "Response" : "Request";
  const title = `Flags 2: ${hexText(byte, 2)}, Response bit: ${kind}, Opcode: ${OPCODES.get(byte & 31) ?? "Unknown"}`;
  const into = d.add(out, "ntp.ctrl.flags2", title, start + 1, 1, byte).children;
  addBits(d, into, "ntp.ctrl.flags2.r", start + 1, 1, 0x80, "Response bit", (value) => `${kind} (${value})`);
  addBits(d, into, "ntp.ctrl.flags2.error", start + 1, 1, 0x40, "Error bit");
  addBits(d, into, "ntp.ctrl.flags2.more", start + 1, 1, 0x20, "More bit");
  addBits(d, into, "ntp.ctrl.flags2.opcode", start + 1, 1, 0x1f, "Opcode", (value) => named(OPCODES, value));
  addUint(d, out, "ntp.ctrl.sequence", start + 2, 2, end, (value) => `Sequence: ${value}`);
  addUint(d, out, "ntp.ctrl.status", start + 4, 2, end, (value) => `Status: ${hexText(value, 4)}`);
  addUint(d, out, "ntp.ctrl.associd", start + 6, 2, end, (value) => `AssociationID: ${value}`);
  addUint(d, out, "ntp.ctrl.offset", start + 8, 2, end, (value) => `Offset: ${value}`);
  addUint(d, out, "ntp.ctrl.count", start + 10, 2, end, (value) => `Count: ${value}`);
}
